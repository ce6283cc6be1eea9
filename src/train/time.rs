//! How training times are drawn.

use crate::error::{Error, Result};
use crate::rng::Rng;
use serde::{Deserialize, Serialize};

/// How training times are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TimeSampling {
    /// t ~ U[0, 1).
    Uniform,
    /// logit t ~ N(mean, std²): more weight on the middle (Esser et al. 2024, section 3.1).
    LogitNormal {
        /// Mean of the logit.
        mean: f64,
        /// Standard deviation of the logit, > 0.
        std: f64,
    },
}

impl TimeSampling {
    /// Checks the domain.
    pub fn validate(self) -> Result<Self> {
        match self {
            Self::LogitNormal { mean, std } if !(std > 0.0 && std.is_finite() && mean.is_finite()) => {
                Err(Error::config(format!(
                    "logit-normal times need a finite mean and std > 0, not {mean}, {std}"
                )))
            }
            _ => Ok(self),
        }
    }

    /// One time.
    pub fn draw(self, rng: &mut Rng) -> f32 {
        match self {
            Self::Uniform => rng.uniform(),
            Self::LogitNormal { mean, std } => {
                let z = mean + std * f64::from(rng.normal());
                (1.0 / (1.0 + (-z).exp())) as f32
            }
        }
    }
}
