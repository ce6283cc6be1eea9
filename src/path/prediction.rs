//! What a network may predict on a path: the velocity, the data or the noise. Each determines the others.

use super::affine::{AffinePath, wronskian};
use serde::{Deserialize, Serialize};

/// What a network predicts, or the space that a loss is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prediction {
    /// The velocity u = alpha' x1 + sigma' x0.
    #[default]
    Velocity,
    /// The data x1.
    Data,
    /// The noise x0.
    Noise,
}

/// The smallest value of sigma or alpha that a predicted data point or noise is divided by, as Li & He 2025 (arXiv 2511.13720) have it
/// for 1 − t. Without it one velocity at t = 1, or at t = 0, would have an error of any size.
const SMALLEST: f64 = 0.05;

impl Prediction {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Velocity, Self::Data, Self::Noise];
}

impl AffinePath {
    /// The weights of x_t and u in what `what` is where the velocity at x_t is u.
    pub fn from_velocity(&self, what: Prediction, t: f64) -> [f64; 2] {
        let c = self.schedule().at(t);
        let w = wronskian(c);
        match what {
            Prediction::Velocity => [0.0, 1.0],
            Prediction::Data => [-c.d_sigma / w, c.sigma / w],
            Prediction::Noise => [c.d_alpha / w, -c.alpha / w],
        }
    }

    /// The weights of x_t and of a prediction of `what` in the velocity: the inverse of [`Self::from_velocity`] but where sigma (of data) or
    /// alpha (of noise) is below 0.05. There 0.05 stands for it: for conditional OT and data, u = (x1 − x_t) / max(1 − t, 0.05),
    /// Li & He 2025.
    pub fn to_velocity(&self, what: Prediction, t: f64) -> [f64; 2] {
        let c = self.schedule().at(t);
        let w = wronskian(c);
        match what {
            Prediction::Velocity => [0.0, 1.0],
            Prediction::Data => [c.d_sigma, w].map(|v| v / c.sigma.max(SMALLEST)),
            Prediction::Noise => [c.d_alpha, -w].map(|v| v / c.alpha.max(SMALLEST)),
        }
    }

    /// By what an error in a prediction of `what` is multiplied, but for its sign, to be one in `space`: its square is the weight that turns
    /// the mean square error of the prediction into that of the other.
    pub fn error_scale(&self, what: Prediction, space: Prediction, t: f64) -> f64 {
        if what == space {
            return 1.0;
        }
        (self.to_velocity(what, t)[1] * self.from_velocity(space, t)[1]).abs()
    }
}
