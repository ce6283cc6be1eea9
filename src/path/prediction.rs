//! What a network may predict on a path: the velocity, the data or the noise. Each determines the others.

use super::schedule::Coefficients;
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

    /// See [`AffinePath::prediction_weights`](super::AffinePath::prediction_weights).
    pub(super) fn prediction_weights(self, c: Coefficients) -> [f64; 2] {
        let w = c.wronskian();
        match self {
            Self::Velocity => [0.0, 1.0],
            Self::Data => [-c.d_sigma / w, c.sigma / w],
            Self::Noise => [c.d_alpha / w, -c.alpha / w],
        }
    }

    /// See [`AffinePath::velocity_weights`](super::AffinePath::velocity_weights).
    pub(super) fn velocity_weights(self, c: Coefficients) -> [f64; 2] {
        let w = c.wronskian();
        match self {
            Self::Velocity => [0.0, 1.0],
            Self::Data => [c.d_sigma, w].map(|v| v / c.sigma.max(SMALLEST)),
            Self::Noise => [c.d_alpha, -w].map(|v| v / c.alpha.max(SMALLEST)),
        }
    }

    /// See [`AffinePath::error_scale`](super::AffinePath::error_scale).
    pub(super) fn error_scale(self, space: Self, c: Coefficients) -> f64 {
        if self == space {
            return 1.0;
        }
        (self.velocity_weights(c)[1] * space.prediction_weights(c)[1]).abs()
    }
}
