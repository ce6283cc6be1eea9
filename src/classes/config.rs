//! What a person sets of class-conditional flows in the plane.

use super::data::CLASSES;
use crate::error::{Error, Result, from_json};
use crate::net::MlpConfig;
use crate::train::{LearningRate, OptimConfig};
use serde::{Deserialize, Serialize};

/// Three networks in training: a class-conditional one, a weak one that guides it, and a flow map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassesConfig {
    /// Width of the hidden layers, 16 to 256; the weak network's are a quarter of it.
    pub width: usize,
    /// Pairs a step, 8 to 2048.
    pub batch: usize,
    /// Learning rate, in (0, 1].
    pub rate: f64,
    /// Share of labels that are dropped, so that one network learns the field of all classes too, in [0, 1).
    pub dropped: f64,
    /// Decay of the weights' average, in [0, 1).
    pub ema: f64,
    /// Seed of initial weights, batches and particles.
    pub seed: u32,
}

impl Default for ClassesConfig {
    fn default() -> Self {
        Self { width: 64, batch: 256, rate: 2e-3, dropped: 0.15, ema: 0.999, seed: 1 }
    }
}

/// Hidden layers of both.
const DEPTH: usize = 3;

/// How many times narrower the weak network is.
const WEAKER: usize = 4;

impl ClassesConfig {
    /// Reads JSON. Errors name what is wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        from_json::<Self>("the settings", json)?.validate()
    }

    /// Checks every domain.
    pub fn validate(self) -> Result<Self> {
        let valid = (16..=256).contains(&self.width)
            && (8..=2048).contains(&self.batch)
            && self.rate > 0.0
            && self.rate <= 1.0
            && (0.0..1.0).contains(&self.dropped)
            && (0.0..1.0).contains(&self.ema);
        valid.then_some(self.clone()).ok_or_else(|| {
            Error::config(format!(
                "a width of 16 to 256, a batch of 8 to 2048, a rate in (0, 1] and shares in [0, 1) are needed: {self:?}"
            ))
        })
    }

    /// The network, and the weak one.
    pub(super) fn nets(&self) -> [MlpConfig; 2] {
        [self.width, self.width / WEAKER].map(|width| MlpConfig { dim: 2, width, depth: DEPTH })
    }

    pub(super) fn optim(&self) -> OptimConfig {
        let rate = LearningRate { peak: self.rate, warmup: 50, steps: 50, floor: 1.0 };
        OptimConfig { rate, weight_decay: 0.0, clip: None, ema: self.ema }
    }

    /// The labels of `n` particles: the classes in turn.
    pub(super) fn labels(n: usize) -> impl Iterator<Item = u8> {
        (0..n).map(|i| (i % CLASSES) as u8)
    }
}
