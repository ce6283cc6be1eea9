//! The exact marginal field: what a perfect network would learn, in closed form.
//!
//! For independent pairs, a source that is a mixture of Gaussians N(m_k, s0² I) and a target that is a set of
//! points d_i (each of them blurred to N(d_i, s1² I) where s1 > 0), x_t = alpha x1 + sigma x0 is a mixture too:
//!
//! ```text
//! p_t(x) = mean over i, k of N(x; c_ik, v I),  c_ik = alpha d_i + sigma m_k,  v = alpha² s1² + sigma² s0²
//! u_t(x) = Σ w_ik(x) (alpha' d_i + sigma' m_k + (alpha alpha' s1² + sigma sigma' s0²) / v · (x − c_ik))
//! ```
//!
//! with w_ik(x) the posterior weight of component (i, k): the posterior mean of the conditional velocities
//! (Lipman et al. 2022, eq. 8), x0 and x1 given x and the component being Gaussian. Other sources and dependent
//! pairs have no closed form here. Host f64; at `velocities` the result is rounded to f32 at the end.

use crate::error::{Error, Result};
use crate::path::{Coefficients, Schedule};
use crate::points::Point;
use std::f64::consts::TAU;

/// The marginal velocity of an affine path between two mixtures.
#[derive(Debug, Clone)]
pub struct MarginalField {
    schedule: Schedule,
    means: Vec<[f64; 2]>,
    source_std: f64,
    data: Vec<Point>,
    data_std: f64,
}

/// Below this standard deviation p_t counts as a set of points. Only t = 1 of a path without noise left there
/// comes so low: 1 − t of a double is 0 or above 1e-16, and cos(π/2) rounds to 6e-17.
const VANISHING: f64 = 1e-12;

/// A component whose weight is below e^−40 (4e-18) of the largest is left out: less than a double's rounding.
const NEGLIGIBLE: f64 = -40.0;

impl MarginalField {
    /// `source`: means of its equal-weight components and their standard deviation, > 0 (one mean at 0 and
    /// deviation 1 for the standard normal). `data`: points and their blur, ≥ 0. Errors where one of them is
    /// empty or not finite.
    pub fn new(schedule: Schedule, source: (Vec<Point>, f32), data: (Vec<Point>, f32)) -> Result<Self> {
        let ((means, source_std), (data, data_std)) = (source, data);
        for (what, points) in [("source", &means), ("target", &data)] {
            if points.is_empty() || points.iter().flatten().any(|v| !v.is_finite()) {
                return Err(Error::data(format!(
                    "the exact field needs one or more finite points in the {what}, which has {}",
                    if points.is_empty() { "none" } else { "some that are not finite" }
                )));
            }
        }
        if !(source_std > 0.0 && data_std >= 0.0 && source_std.is_finite() && data_std.is_finite()) {
            return Err(Error::config(format!(
                "the exact field needs a standard deviation above 0 at the source and 0 or more at the target, \
                 not {source_std} and {data_std}"
            )));
        }
        Ok(Self {
            schedule: schedule.validate()?,
            means: means.into_iter().map(|p| p.map(f64::from)).collect(),
            source_std: f64::from(source_std),
            data,
            data_std: f64::from(data_std),
        })
    }

    /// The data points, in the order given.
    pub fn data(&self) -> &[Point] {
        &self.data
    }

    /// u_t(x). `t` is clamped to [0, [`Schedule::t_max`]].
    ///
    /// Near the end of a path that leaves no noise the field off the data grows like 1/(1 − t). At its very
    /// end, where v = 0, p_t is the data set: the velocity is alpha' d + sigma' × (mean of the source), the exact
    /// mean on a data point d; elsewhere no velocity is defined and that of the nearest data point stands in,
    /// so that solvers that look at t = 1 stay finite.
    pub fn velocity(&self, x: [f64; 2], t: f64) -> [f64; 2] {
        self.at(t).velocity(x, &mut Vec::new())
    }

    /// [`MarginalField::velocity`] at many points, each at its own time.
    pub fn velocities_at(&self, x: &[Point], t: &[f32]) -> Vec<Point> {
        let mut buffer = Vec::new();
        let mut at = |(x, &t): (&Point, &f32)| {
            self.at(f64::from(t)).velocity(x.map(f64::from), &mut buffer).map(|v| v as f32)
        };
        x.iter().zip(t).map(&mut at).collect()
    }

    /// [`MarginalField::velocity`] at many points of one time.
    pub fn velocities(&self, x: &[Point], t: f64) -> Vec<Point> {
        let (slice, mut buffer) = (self.at(t), Vec::new());
        x.iter().map(|x| slice.velocity(x.map(f64::from), &mut buffer).map(|v| v as f32)).collect()
    }

    /// How strongly each data point pulls at `x`: the posterior weights P(x1 from point i | x_t = x), which
    /// sum to 1.
    pub fn pull(&self, x: [f64; 2], t: f64) -> Vec<f64> {
        let mut weights = vec![0.0; self.data.len()];
        let sources = self.means.len();
        let (_, sum) = self.at(t).weigh(x, &mut Vec::new(), |j, weight, _| weights[j / sources] += weight);
        weights.iter_mut().for_each(|w| *w /= sum);
        weights
    }

    /// ln p_t(x), x in the plane. Where v = 0 (see [`MarginalField::velocity`]) there is no density: +∞ on a
    /// data point, −∞ elsewhere.
    pub fn log_density(&self, x: [f64; 2], t: f64) -> f64 {
        let slice = self.at(t);
        let (largest, sum) = slice.weigh(x, &mut Vec::new(), |_, _, _| ());
        if slice.is_set {
            return if largest == 0.0 { f64::INFINITY } else { f64::NEG_INFINITY };
        }
        largest + (sum / (self.data.len() * self.means.len()) as f64).ln() - (TAU * slice.variance).ln()
    }

    /// What does not depend on x, at one time.
    fn at(&self, t: f64) -> Slice<'_> {
        let c @ Coefficients { alpha, sigma, d_alpha, d_sigma } = self.schedule.at(t);
        let (s0, s1) = (self.source_std.powi(2), self.data_std.powi(2));
        let variance = c.alpha.powi(2) * s1 + c.sigma.powi(2) * s0;
        let growth = (alpha * d_alpha * s1 + sigma * d_sigma * s0) / variance;
        let is_set = variance < VANISHING.powi(2);
        Slice {
            field: self,
            coefficients: c,
            is_set,
            variance: variance.max(VANISHING.powi(2)),
            growth: if is_set { 0.0 } else { growth },
        }
    }
}

/// The mixture p_t and its components' motion. Component j is data point j / K with source mean j % K.
///
/// Centers and drifts are computed where they are used: few of them count at a point, and a slice for a single point then
/// costs no more than that.
struct Slice<'a> {
    field: &'a MarginalField,
    coefficients: Coefficients,
    /// Whether v counts as 0.
    is_set: bool,
    /// v, or a stand-in so small that only the nearest center has any weight.
    variance: f64,
    /// d ln √v / dt: how fast a component spreads (> 0) or shrinks (< 0) about its center.
    growth: f64,
}

impl Slice<'_> {
    /// a d + b m for each component.
    fn combined(&self, a: f64, b: f64) -> impl Iterator<Item = [f64; 2]> {
        let MarginalField { data, means, .. } = self.field;
        let one = move |d: &Point, m: &[f64; 2]| [0, 1].map(|k| a * f64::from(d[k]) + b * m[k]);
        data.iter().flat_map(move |d| means.iter().map(move |m| one(d, m)))
    }

    /// a d + b m of component j.
    fn component(&self, j: usize, a: f64, b: f64) -> [f64; 2] {
        let (d, m) = (j / self.field.means.len(), j % self.field.means.len());
        [0, 1].map(|k| a * f64::from(self.field.data[d][k]) + b * self.field.means[m][k])
    }

    fn velocity(&self, x: [f64; 2], buffer: &mut Vec<f64>) -> [f64; 2] {
        let mut sums = [0.0; 2];
        let Coefficients { d_alpha, d_sigma, .. } = self.coefficients;
        let (_, sum) = self.weigh(x, buffer, |j, weight, offset| {
            // The velocity of the component's center, and its spread about it.
            let drift = self.component(j, d_alpha, d_sigma);
            sums[0] += weight * (drift[0] + self.growth * offset[0]);
            sums[1] += weight * (drift[1] + self.growth * offset[1]);
        });
        sums.map(|s| s / sum)
    }

    /// Visits the components that matter at `x` with (j, weight, x − c_j); the largest weight is 1. Returns
    /// that component's exponent and the sum of weights.
    fn weigh(
        &self,
        x: [f64; 2],
        buffer: &mut Vec<f64>,
        mut visit: impl FnMut(usize, f64, [f64; 2]),
    ) -> (f64, f64) {
        let Coefficients { alpha, sigma, .. } = self.coefficients;
        let offset = |c: [f64; 2]| [x[0] - c[0], x[1] - c[1]];
        let scale = -0.5 / self.variance;
        buffer.clear();
        buffer.extend(self.combined(alpha, sigma).map(|c| {
            let [dx, dy] = offset(c);
            scale * (dx * dx + dy * dy)
        }));
        let largest = buffer.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        let mut sum = 0.0;
        for (j, exponent) in buffer.iter().enumerate() {
            let below = exponent - largest;
            if below > NEGLIGIBLE {
                let weight = below.exp();
                sum += weight;
                visit(j, weight, offset(self.component(j, alpha, sigma)));
            }
        }
        (largest, sum)
    }
}
