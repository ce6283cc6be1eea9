//! What a person sets in the 2-D lab: one experiment.

use super::rates::EarlierRate;
use crate::coupling::Coupling;
use crate::data::plane::Distribution;
use crate::error::{Error, Result, from_json};
use crate::net::MlpConfig;
use crate::path::{AffinePath, Prediction, Schedule};
use crate::train::{LearningRate, OptimConfig, PairBatches, TimeSampling};
use serde::{Deserialize, Serialize};

/// An experiment. The same one gives the same weights on the CPU engine, everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabConfig {
    /// Where x0 comes from.
    pub source: Distribution,
    /// Where x1 comes from.
    pub target: Distribution,
    /// The conditional path.
    pub path: PathKind,
    /// The curves of a path of one's own; other paths ignore them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub curves: Curves,
    /// Noise left at t = 1 on the conditional OT path, in [0, 1); other paths ignore it.
    pub sigma_min: f64,
    /// Which x0 goes with which x1.
    pub coupling: CouplingKind,
    /// Sinkhorn's regularization, > 0; other couplings ignore it.
    pub epsilon: f64,
    /// Width of the hidden layers, 8 to 256.
    pub width: usize,
    /// Hidden layers, 1 to 6.
    pub depth: usize,
    /// Pairs a step, 8 to 2048.
    pub batch: usize,
    /// Learning rate, in (0, 1], after the last of `earlier`.
    pub rate: f64,
    /// The rates before it, where it was changed while the run trained; their steps rise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierRate>,
    /// What the network predicts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub predicts: Prediction,
    /// Of what the mean square error is taken.
    #[serde(default, skip_serializing_if = "is_default")]
    pub loss: Prediction,
    /// How t is drawn.
    pub time: TimeKind,
    /// Decay of the weights' average, in [0, 1); 0 samples the newest weights.
    pub ema: f64,
    /// Seed of initial weights, batches and particles.
    pub seed: u32,
}

/// The conditional paths of the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathKind {
    /// [`Schedule::CondOt`].
    CondOt,
    /// [`Schedule::VariancePreserving`] with the papers' beta, 0.1 to 20.
    Vp,
    /// [`Schedule::VarianceExploding`] from 5 to 0.05.
    Ve,
    /// [`Schedule::Cosine`].
    Cosine,
    /// [`Schedule::Own`] with the experiment's curves.
    Own,
}

/// Curves of one's own, see [`Schedule::Own`]; in hundredths; at first such as make most of the way in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curves {
    /// alpha at t = 1/4, 1/2, 3/4.
    pub alpha: [f64; 3],
    /// sigma there.
    pub sigma: [f64; 3],
}

impl Default for Curves {
    fn default() -> Self {
        Self { alpha: [0.15, 0.5, 0.85], sigma: [0.9, 0.6, 0.25] }
    }
}

/// The couplings of the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CouplingKind {
    /// Pairs as they are drawn.
    Independent,
    /// Exact minibatch optimal transport.
    Ot,
    /// Entropic minibatch optimal transport.
    Sinkhorn,
}

/// The time distributions of the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeKind {
    /// [`TimeSampling::Uniform`].
    Uniform,
    /// [`TimeSampling::LogitNormal`] with mean 0 and deviation 1.
    LogitNormal,
}

impl PathKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::CondOt, Self::Vp, Self::Ve, Self::Cosine, Self::Own];
}

impl CouplingKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Independent, Self::Ot, Self::Sinkhorn];
}

impl TimeKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Uniform, Self::LogitNormal];
}

impl Default for LabConfig {
    /// What the page opens with, and what the benchmark table is made with.
    fn default() -> Self {
        Self {
            source: Distribution::Gaussian,
            target: Distribution::Moons,
            path: PathKind::CondOt,
            curves: Curves::default(),
            sigma_min: 0.0,
            coupling: CouplingKind::Independent,
            epsilon: 0.1,
            width: 64,
            depth: 3,
            batch: 256,
            rate: 2e-3,
            earlier: Vec::new(),
            predicts: Prediction::Velocity,
            loss: Prediction::Velocity,
            time: TimeKind::Uniform,
            ema: 0.999,
            seed: 1,
        }
    }
}

/// What is left out of the JSON, so that files of earlier versions and those of today are alike.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl LabConfig {
    /// Reads JSON. Errors name what is wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        from_json::<Self>("the experiment", json)?.validate()
    }

    /// Checks every domain.
    pub fn validate(self) -> Result<Self> {
        let within = |name: &str, value: usize, low: usize, high: usize| {
            (low..=high)
                .contains(&value)
                .then_some(())
                .ok_or_else(|| Error::config(format!("{name} must be {low} to {high}, not {value}")))
        };
        within("the width", self.width, 8, 256)?;
        within("the depth", self.depth, 1, 6)?;
        within("the batch", self.batch, 8, 2048)?;
        self.validate_rates()?;
        if !(0.0..1.0).contains(&self.ema) {
            return Err(Error::config(format!(
                "the average's decay must be 0 or more and below 1, not {}",
                self.ema
            )));
        }
        let whole = |v: &f64| (100.0 * v - (100.0 * v).round()).abs() < 1e-6;
        if !self.curves.alpha.iter().chain(&self.curves.sigma).all(whole) {
            return Err(Error::config(format!("curves are given in hundredths, not {:?}", self.curves)));
        }
        LabConfig { path: PathKind::Own, ..self.clone() }.path()?; // a person can choose them next
        self.path()?;
        self.coupling().validate()?;
        Ok(self)
    }

    /// The conditional path.
    pub fn path(&self) -> Result<AffinePath> {
        AffinePath::new(match self.path {
            PathKind::CondOt => Schedule::CondOt { sigma_min: self.sigma_min },
            PathKind::Vp => Schedule::VariancePreserving { beta_min: 0.1, beta_max: 20.0 },
            PathKind::Ve => Schedule::VarianceExploding { sigma_min: 0.05, sigma_max: 5.0 },
            PathKind::Cosine => Schedule::Cosine,
            PathKind::Own => Schedule::Own { alpha: self.curves.alpha, sigma: self.curves.sigma },
        })
    }

    /// The coupling.
    pub fn coupling(&self) -> Coupling {
        match self.coupling {
            CouplingKind::Independent => Coupling::Independent,
            CouplingKind::Ot => Coupling::Exact,
            CouplingKind::Sinkhorn => Coupling::Sinkhorn { epsilon: self.epsilon },
        }
    }

    /// The network.
    pub fn net(&self) -> MlpConfig {
        MlpConfig { dim: 2, width: self.width, depth: self.depth }
    }

    /// The optimizer: a short warm-up, then a constant rate, which a person may change while it runs.
    pub fn optim(&self) -> OptimConfig {
        let rate = LearningRate { peak: self.rate_at(0), warmup: 50, steps: 50, floor: 1.0 };
        OptimConfig { rate, weight_decay: 0.0, clip: None, ema: self.ema }
    }

    /// The batches.
    pub fn batches(&self) -> Result<PairBatches> {
        let time = match self.time {
            TimeKind::Uniform => TimeSampling::Uniform,
            TimeKind::LogitNormal => TimeSampling::LogitNormal { mean: 0.0, std: 1.0 },
        };
        PairBatches {
            source: self.source.sampler()?,
            target: self.target.sampler()?,
            coupling: self.coupling(),
            path: self.path()?,
            time,
            table: None,
            batch: self.batch,
            seed: u64::from(self.seed),
        }
        .validate()
    }
}
