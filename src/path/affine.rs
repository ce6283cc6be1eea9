//! Affine Gaussian conditional paths and the conversions between the three things a network may predict.

use super::prediction::Prediction;
use super::schedule::{Coefficients, Schedule};
use crate::error::{Error, Result};
use crate::ops::combine::combine;
use burn::tensor::{Tensor, TensorData};

/// The path x_t = alpha(t) x1 + sigma(t) x0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AffinePath {
    schedule: Schedule,
}

/// One point on each of n conditional paths.
#[derive(Debug, Clone)]
pub struct PathSample {
    /// Times, `[n]`.
    pub t: Tensor<1>,
    /// Points on the paths, `[n, dim]`.
    pub x_t: Tensor<2>,
    /// Conditional velocities dx_t/dt there, `[n, dim]`.
    pub u_t: Tensor<2>,
}

/// A stochastic differential equation at one time: dx = (of_x x + of_u u) dt + diffusion dW, with u the marginal velocity at x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stochastic {
    /// Weight of x in the drift.
    pub of_x: f64,
    /// Weight of the velocity in the drift.
    pub of_u: f64,
    /// Deviation of what is added to a coordinate in a unit of time, were it constant.
    pub diffusion: f64,
}

impl AffinePath {
    /// A path with a validated schedule.
    pub fn new(schedule: Schedule) -> Result<Self> {
        Ok(Self { schedule: schedule.validate()? })
    }

    /// The path's schedule.
    pub fn schedule(&self) -> Schedule {
        self.schedule
    }

    /// The point and the conditional velocity at time `t[i]` between `x0[i]` and `x1[i]`:
    /// x_t = alpha x1 + sigma x0, u_t = alpha' x1 + sigma' x0.
    ///
    /// # Shapes
    /// - x0, x1: `[n, dim]`
    /// - t: n host values in [0, 1]
    pub fn sample(&self, x0: Tensor<2>, x1: Tensor<2>, t: &[f32]) -> PathSample {
        let n = x1.dims()[0];
        assert_eq!(t.len(), n, "one time for each of the {n} pairs");
        let device = x1.device();
        let at: Vec<Coefficients> = t.iter().map(|&t| self.schedule.at(f64::from(t))).collect();
        let column = |value: fn(&Coefficients) -> f64| {
            let values: Vec<f32> = at.iter().map(|c| value(c) as f32).collect();
            Tensor::<2>::from_data(TensorData::new(values, [n, 1]), &device)
        };
        PathSample {
            t: Tensor::from_data(TensorData::new(t.to_vec(), [n]), &device),
            x_t: x1.clone() * column(|c| c.alpha) + x0.clone() * column(|c| c.sigma),
            u_t: x1 * column(|c| c.d_alpha) + x0 * column(|c| c.d_sigma),
        }
    }

    /// The weights of x_t and u in what `what` is where the velocity at x_t is u.
    pub fn prediction_weights(&self, what: Prediction, t: f64) -> [f64; 2] {
        what.prediction_weights(self.schedule.at(t))
    }

    /// The weights of x_t and of a prediction of `what` in the velocity: the inverse of [`Self::prediction_weights`] but where sigma (of data) or
    /// alpha (of noise) is below 0.05. There 0.05 stands for it: for conditional OT and data, u = (x1 − x_t) / max(1 − t, 0.05),
    /// Li & He 2025.
    pub fn velocity_weights(&self, what: Prediction, t: f64) -> [f64; 2] {
        what.velocity_weights(self.schedule.at(t))
    }

    /// By what an error in a prediction of `what` is multiplied, but for its sign, to be one in `space`: its square is the weight that turns
    /// the mean square error of the prediction into that of the other. Near the ends 0.05 stands for sigma or alpha, as in
    /// [`Self::velocity_weights`].
    pub fn error_scale(&self, what: Prediction, space: Prediction, t: f64) -> f64 {
        what.error_scale(space, self.schedule.at(t))
    }

    /// The data that velocity `u` at `x_t` points to: x1 = (sigma u − sigma' x_t) / (sigma alpha' − sigma' alpha).
    /// With a learned marginal u this is the network's mean of x1 given x_t.
    pub fn data_from_velocity(&self, x_t: Tensor<2>, u: Tensor<2>, t: f64) -> Tensor<2> {
        let [of_x, of_u] = self.prediction_weights(Prediction::Data, t);
        combine(&[(of_x, &x_t), (of_u, &u)])
    }

    /// The noise that velocity `u` at `x_t` comes from: x0 = (alpha' x_t − alpha u) / (sigma alpha' − sigma' alpha).
    pub fn noise_from_velocity(&self, x_t: Tensor<2>, u: Tensor<2>, t: f64) -> Tensor<2> {
        let [of_x, of_u] = self.prediction_weights(Prediction::Noise, t);
        combine(&[(of_x, &x_t), (of_u, &u)])
    }

    /// The score ∇ log p_t(x_t) of the marginal density, from the marginal velocity there: −E[x0 | x_t] / sigma, where x0 is drawn from
    /// N(0, I), independent of x1 (Tweedie's formula; Ma et al. 2024, SiT, section 2). Errors at a time where sigma is 0.
    pub fn score_from_velocity(&self, x_t: Tensor<2>, u: Tensor<2>, t: f64) -> Result<Tensor<2>> {
        let by = divide("sigma", -1.0, self.schedule.at(t).sigma, t)?;
        Ok(self.noise_from_velocity(x_t, u, t) * by)
    }

    /// The equation dx = (u + λ sigma² s) dt + sigma √(2 λ) dW, which has the marginals of dx = u dt whatever λ is (Song et al. 2021,
    /// section 4.3; Ma et al. 2024, SiT, section 2), because with the score s both added terms cancel in the Fokker–Planck equation: Langevin
    /// dynamics along the way, which forgets the noise of x at the rate `noise` = λ ≥ 0, per unit of t. As sigma s = −E[x0 | x_t],
    /// nothing is divided by sigma. Holds where x0 is drawn from N(0, I), independent of x1.
    pub fn stochastic(&self, t: f64, noise: f64) -> Stochastic {
        let c = self.schedule.at(t);
        let by = noise * c.sigma / c.wronskian();
        Stochastic {
            of_x: -by * c.d_alpha,
            of_u: 1.0 + by * c.alpha,
            diffusion: c.sigma * (2.0 * noise).sqrt(),
        }
    }

    /// The velocity at `x_t` given the data it goes to. Errors at a time where sigma is 0: the noise
    /// cannot be told from x_t there.
    pub fn velocity_from_data(&self, x_t: Tensor<2>, x1: Tensor<2>, t: f64) -> Result<Tensor<2>> {
        let c = self.schedule.at(t);
        let ratio = divide("sigma", c.d_sigma, c.sigma, t)?;
        Ok(x_t * ratio + x1 * (c.d_alpha - ratio * c.alpha))
    }
}

fn divide(name: &str, numerator: f64, denominator: f64, t: f64) -> Result<f64> {
    if denominator == 0.0 {
        return Err(Error::numeric(format!(
            "{name} is 0 at t = {t}: no velocity follows from this prediction"
        )));
    }
    Ok(numerator / denominator)
}
