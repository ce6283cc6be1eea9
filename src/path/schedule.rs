//! x_t = alpha(t) x1 + sigma(t) x0. A schedule gives alpha, sigma and both derivatives together, because
//! every formula on a path needs them together.

use super::spline::monotone;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::f64::consts::FRAC_PI_2;

/// Values of a schedule at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficients {
    /// Weight of the data x1.
    pub alpha: f64,
    /// Weight of the noise x0.
    pub sigma: f64,
    /// d alpha / dt.
    pub d_alpha: f64,
    /// d sigma / dt.
    pub d_sigma: f64,
}

impl Coefficients {
    /// sigma alpha' − sigma' alpha: positive for every schedule here, so (x_t, u_t) determine (x0, x1).
    pub(super) fn wronskian(self) -> f64 {
        self.sigma * self.d_alpha - self.d_sigma * self.alpha
    }
}

/// How noise turns into data as t goes from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Schedule {
    /// Conditional optimal transport: alpha = t, sigma = 1 − (1 − sigma_min) t (Lipman et al. 2022, eq. 20).
    CondOt {
        /// Noise left at t = 1, in [0, 1).
        sigma_min: f64,
    },
    /// Variance preserving: alpha = exp(−T(1−t)/2), sigma = √(1 − alpha²), with T(s) the integral of
    /// beta(s) = beta_min + s (beta_max − beta_min) (Lipman et al. 2022, eq. 18; Song et al. 2021).
    /// d sigma / dt diverges at t = 1; see [`Schedule::t_max`].
    VariancePreserving {
        /// beta at the data end, > 0; 0.1 in the papers.
        beta_min: f64,
        /// beta at the noise end, ≥ beta_min; 20 in the papers.
        beta_max: f64,
    },
    /// Variance exploding: alpha = 1, sigma = sigma_min (sigma_max/sigma_min)^(1−t) (Lipman et al. 2022,
    /// eq. 16; Song et al. 2021). The source is N(0, sigma_max²) and x1 is not faded in.
    VarianceExploding {
        /// Noise at t = 1, > 0.
        sigma_min: f64,
        /// Noise at t = 0, > sigma_min.
        sigma_max: f64,
    },
    /// Trigonometric, called cosine after Nichol & Dhariwal 2021: alpha = sin(πt/2), sigma = cos(πt/2)
    /// (Albergo & Vanden-Eijnden 2022, the trigonometric interpolant).
    Cosine,
    /// Curves of one's own: monotone cubic splines through values at t = 1/4, 1/2 and 3/4, alpha from 0 up to 1 and sigma from 1 down to 0, by
    /// at least 0.01 from each value to the next.
    Own {
        /// alpha at 1/4, 1/2, 3/4.
        alpha: [f64; 3],
        /// sigma there.
        sigma: [f64; 3],
    },
}

/// The least that a curve of one's own rises or falls in a quarter of the way: a path that stands still has no velocity to tell x0 and x1 by.
const LEAST: f64 = 0.01;

/// The values of a curve of one's own with its ends.
fn with_ends(from: f64, [a, b, c]: [f64; 3], to: f64) -> [f64; 5] {
    [from, a, b, c, to]
}

impl Schedule {
    /// Checks the domains given at each variant.
    pub fn validate(self) -> Result<Self> {
        let ok = match self {
            Self::CondOt { sigma_min } => (0.0..1.0).contains(&sigma_min),
            Self::VariancePreserving { beta_min, beta_max } => {
                beta_min > 0.0 && beta_max >= beta_min && beta_max.is_finite()
            }
            Self::VarianceExploding { sigma_min, sigma_max } => {
                sigma_min > 0.0 && sigma_max > sigma_min && sigma_max.is_finite()
            }
            Self::Cosine => true,
            Self::Own { alpha, sigma } => {
                let rises = |knots: [f64; 5]| knots.windows(2).all(|pair| pair[1] - pair[0] >= LEAST - 1e-9);
                if !rises(with_ends(0.0, alpha, 1.0)) || !rises(with_ends(-1.0, sigma.map(|v| -v), 0.0)) {
                    return Err(Error::config(format!(
                        "alpha must rise from 0 to 1 and sigma fall from 1 to 0, by at least {LEAST} a quarter, not {alpha:?} and {sigma:?}"
                    )));
                }
                true
            }
        };
        ok.then_some(self).ok_or_else(|| {
            Error::config(format!(
                "{self:?} is outside its domain: 0 ≤ sigma_min < 1; 0 < beta_min ≤ beta_max; \
                 0 < sigma_min < sigma_max"
            ))
        })
    }

    /// The latest time at which the velocity is finite, and the latest that [`Schedule::at`] uses: Song
    /// et al. 2021 (appendix C) stop the variance preserving process at the same distance, 1e-5.
    pub fn t_max(self) -> f64 {
        match self {
            Self::VariancePreserving { .. } => 1.0 - 1e-5,
            _ => 1.0,
        }
    }

    /// alpha, sigma and derivatives at `t`, which is clamped to [0, [`Schedule::t_max`]].
    pub fn at(self, t: f64) -> Coefficients {
        let t = t.clamp(0.0, self.t_max());
        match self {
            Self::CondOt { sigma_min } => Coefficients {
                alpha: t,
                sigma: 1.0 - (1.0 - sigma_min) * t,
                d_alpha: 1.0,
                d_sigma: -(1.0 - sigma_min),
            },
            Self::VariancePreserving { beta_min, beta_max } => {
                let s = 1.0 - t;
                let slope = beta_max - beta_min;
                let integral = beta_min * s + 0.5 * slope * s * s;
                let alpha = (-0.5 * integral).exp();
                // −expm1 keeps sigma accurate where alpha is close to 1.
                let sigma = (-(-integral).exp_m1()).sqrt();
                let d_alpha = 0.5 * (beta_min + slope * s) * alpha;
                Coefficients { alpha, sigma, d_alpha, d_sigma: -alpha * d_alpha / sigma }
            }
            Self::VarianceExploding { sigma_min, sigma_max } => {
                let ratio = (sigma_max / sigma_min).ln();
                let sigma = sigma_min * (ratio * (1.0 - t)).exp();
                Coefficients { alpha: 1.0, sigma, d_alpha: 0.0, d_sigma: -ratio * sigma }
            }
            Self::Own { alpha, sigma } => {
                let (alpha, d_alpha) = monotone(with_ends(0.0, alpha, 1.0), t);
                let (sigma, d_sigma) = monotone(with_ends(1.0, sigma, 0.0), t);
                Coefficients { alpha, sigma, d_alpha, d_sigma }
            }
            Self::Cosine => {
                let (alpha, sigma) = (FRAC_PI_2 * t).sin_cos();
                Coefficients { alpha, sigma, d_alpha: FRAC_PI_2 * sigma, d_sigma: -FRAC_PI_2 * alpha }
            }
        }
    }

    /// One of each kind, at the papers' settings where there are any, for tests that hold for every schedule.
    pub fn all() -> [Self; 6] {
        [
            Self::CondOt { sigma_min: 0.0 },
            Self::CondOt { sigma_min: 0.1 },
            Self::VariancePreserving { beta_min: 0.1, beta_max: 20.0 },
            Self::VarianceExploding { sigma_min: 0.01, sigma_max: 10.0 },
            Self::Cosine,
            Self::Own { alpha: [0.1, 0.3, 0.8], sigma: [0.95, 0.6, 0.2] },
        ]
    }
}
