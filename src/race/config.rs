//! What a race is: the same ends, seed, network and budget for every method.

use crate::data::plane::Distribution;
use crate::error::{Error, Result, from_json};
use crate::lab::LabConfig;
use crate::train::{LearningRate, OptimConfig};
use serde::{Deserialize, Serialize};

/// A race of few-step methods. The same one gives the same weights on the CPU engine, everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RaceConfig {
    /// Where x0 comes from.
    pub source: Distribution,
    /// Where x1 comes from.
    pub target: Distribution,
    /// Who takes part beside the flow, which always does.
    pub methods: Vec<Method>,
    /// Training steps of each.
    pub steps: u64,
    /// Width of the hidden layers, 8 to 256.
    pub width: usize,
    /// Hidden layers, 1 to 6.
    pub depth: usize,
    /// Rows a step, 8 to 2048.
    pub batch: usize,
    /// Highest learning rate, in (0, 1].
    pub rate: f64,
    /// Decay of the weights' average, in [0, 1).
    pub ema: f64,
    /// Seed of initial weights, batches and particles.
    pub seed: u32,
    /// α of α-Flow, 0 or 0.01 to 1, held for the whole training: 1 is flow matching, at 1/2 a step is halved as a shortcut model does (its first half
    /// along the pair's path), 0 is MeanFlow. `None`: it falls from 1
    /// to 0 in the course of training, as in the paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha: Option<f64>,
}

/// A way to fewer steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// The flow itself, conditional flow matching with independent pairs: what the others are measured against.
    Flow,
    /// Trained again on the pairs that the flow before it makes (Liu et al. 2022); each mention is a round.
    Reflow,
    /// Consistency training (Song et al. 2023).
    Consistency,
    /// Consistency distillation of the flow (Song et al. 2023).
    Distillation,
    /// Shortcut model (Frans et al. 2024).
    Shortcut,
    /// MeanFlow (Geng et al. 2025a).
    MeanFlow,
    /// Improved MeanFlow (Geng et al. 2025b).
    ImprovedMeanFlow,
    /// α-Flow (Zhang et al. 2025).
    AlphaFlow,
    /// Lagrangian self-distillation (Boffi et al. 2025).
    Lagrangian,
    /// Semigroup (progressive) self-distillation (Boffi et al. 2025).
    Semigroup,
    /// Drifting model (Deng et al. 2026): one step, however many are asked for.
    Drifting,
}

impl Method {
    /// Every method, in the order of a full race.
    pub const ALL: [Self; 11] = [
        Self::Flow,
        Self::Reflow,
        Self::Consistency,
        Self::Distillation,
        Self::Shortcut,
        Self::MeanFlow,
        Self::ImprovedMeanFlow,
        Self::AlphaFlow,
        Self::Lagrangian,
        Self::Semigroup,
        Self::Drifting,
    ];

    /// The name used in URLs and by the page.
    pub fn id(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Reflow => "reflow",
            Self::Consistency => "consistency",
            Self::Distillation => "distillation",
            Self::Shortcut => "shortcut",
            Self::MeanFlow => "mean-flow",
            Self::ImprovedMeanFlow => "improved-mean-flow",
            Self::AlphaFlow => "alpha-flow",
            Self::Lagrangian => "lagrangian",
            Self::Semigroup => "semigroup",
            Self::Drifting => "drifting",
        }
    }

    /// The name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Flow => "flow matching",
            Self::Reflow => "reflow",
            Self::Consistency => "consistency training",
            Self::Distillation => "consistency distillation",
            Self::Shortcut => "shortcut model",
            Self::MeanFlow => "MeanFlow",
            Self::ImprovedMeanFlow => "improved MeanFlow",
            Self::AlphaFlow => "α-Flow",
            Self::Lagrangian => "Lagrangian self-distillation",
            Self::Semigroup => "semigroup self-distillation",
            Self::Drifting => "drifting model",
        }
    }
}

impl Default for RaceConfig {
    /// What the page opens with.
    fn default() -> Self {
        let lab = LabConfig::default();
        Self {
            source: lab.source,
            target: Distribution::Checkerboard,
            methods: Method::ALL[1..6].to_vec(),
            steps: 5000,
            width: lab.width,
            depth: lab.depth,
            batch: lab.batch,
            rate: lab.rate,
            ema: lab.ema,
            seed: lab.seed,
            alpha: None,
        }
    }
}

impl RaceConfig {
    /// Reads JSON. Errors name what is wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        from_json::<Self>("the race", json)?.validate()
    }

    /// Checks every domain: those of a [`LabConfig`], at most 12 methods, 1 to 100,000 steps.
    pub fn validate(self) -> Result<Self> {
        self.lab().validate()?;
        if self.methods.len() > 12 || self.methods.contains(&Method::Flow) {
            return Err(Error::config(
                "a race has at most 12 methods beside the flow, which is always there",
            ));
        }
        if self.alpha.is_some_and(|alpha| alpha != 0.0 && !(0.01..=1.0).contains(&alpha)) {
            return Err(Error::config(format!("α must be 0 or 0.01 to 1, not {:?}", self.alpha)));
        }
        if !(1..=100_000).contains(&self.steps) {
            return Err(Error::config(format!("steps must be 1 to 100000, not {}", self.steps)));
        }
        Ok(self)
    }

    /// The optimizer of every contestant: a short warm-up, then half a cosine to nothing at the last step.
    pub(super) fn optim(&self) -> OptimConfig {
        let rate = LearningRate { peak: self.rate, warmup: 50, steps: self.steps, floor: 0.01 };
        OptimConfig { rate, weight_decay: 0.0, clip: None, ema: self.ema }
    }

    /// The experiment that trains the flow.
    pub(super) fn lab(&self) -> LabConfig {
        LabConfig {
            source: self.source.clone(),
            target: self.target.clone(),
            width: self.width,
            depth: self.depth,
            batch: self.batch,
            rate: self.rate,
            ema: self.ema,
            seed: self.seed,
            ..LabConfig::default()
        }
    }
}
