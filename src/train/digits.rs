//! Batches of labeled images.

use super::time::TimeSampling;
use super::trainer::{Batch, OptimConfig};
use crate::data::Digits;
use crate::error::{Error, Result};
use crate::field::{Condition, Guidance, one_hot};
use crate::path::{AffinePath, PathSample, Schedule};
use crate::rng::{Rng, Stream};
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// Everything that decides how an image network is trained; with the data and the initial weights it
/// decides the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigitConfig {
    /// The optimizer's settings.
    pub optim: OptimConfig,
    /// Samples a step.
    pub batch: usize,
    /// Share of labels dropped, for classifier-free guidance.
    pub label_dropout: f64,
    /// How t is drawn.
    pub time: TimeSampling,
    /// The conditional path.
    pub schedule: Schedule,
    /// Seed of every draw.
    pub seed: u64,
    /// Where a few-step network is distilled: how. Times and label dropout are then not used.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "distil")]
    // what earlier checkpoints call it
    pub distill: Option<Distill>,
}

/// What a few-step network is distilled from.
///
/// Intervals have lengths 1, 1/2, …, 2^-(levels − 1). The shortest learns two Euler steps of the guided teacher, each
/// longer one two steps of its own average half as long: progressive distillation (Salimans & Ho 2022) of all
/// levels at once, as shortcut models do it (Frans et al. 2024). Guidance ends up in the weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distill {
    /// How the teacher is guided.
    pub guidance: Guidance,
    /// Lengths of intervals, 1 to 8.
    pub levels: u32,
}

impl Distill {
    /// Checks the domains.
    pub fn validate(self) -> Result<Self> {
        self.guidance.validate()?;
        if !(1..=8).contains(&self.levels) {
            return Err(Error::config(format!("distillation has 1 to 8 levels, not {}", self.levels)));
        }
        Ok(self)
    }
}

impl DigitConfig {
    /// Checks every domain.
    pub fn validate(&self) -> Result<()> {
        self.optim.validate()?;
        self.time.validate()?;
        self.schedule.validate()?;
        self.distill.map(Distill::validate).transpose()?;
        if self.batch == 0 || !(0.0..=1.0).contains(&self.label_dropout) {
            return Err(Error::config(format!(
                "a batch must be at least 1, a share of dropped labels in [0, 1]: {self:?}"
            )));
        }
        Ok(())
    }
}

/// Draws batches from images. A draw depends on the seed and the step's number only.
#[derive(Debug, Clone)]
pub struct DigitBatches<'a> {
    config: DigitConfig,
    path: AffinePath,
    data: &'a Digits,
    classes: usize,
    device: Device,
}

impl<'a> DigitBatches<'a> {
    /// Batches for a network with `classes` classes on `device`.
    pub fn new(config: DigitConfig, data: &'a Digits, classes: usize, device: Device) -> Result<Self> {
        config.validate()?;
        let path = AffinePath::new(config.schedule)?;
        Ok(Self { config, path, data, classes, device })
    }

    /// Rows of a batch.
    pub fn rows(&self) -> usize {
        self.config.batch
    }

    /// Seed of every draw.
    pub fn seed(&self) -> u64 {
        self.config.seed
    }

    /// The batch of step `step`.
    pub fn draw(&self, step: u64) -> Result<Batch> {
        let c = &self.config;
        let stream = |stream| Rng::at_step(c.seed, stream, step);
        let (mut time, mut dropout) = (stream(Stream::Time), stream(Stream::Dropout));
        let t: Vec<f32> = (0..c.batch).map(|_| c.time.draw(&mut time)).collect();
        let kept: Vec<bool> = (0..c.batch).map(|_| f64::from(dropout.uniform()) >= c.label_dropout).collect();
        let (sample, labels) = self.sample(step, &t, &self.device)?;
        let labels: Vec<_> = labels.iter().zip(kept).map(|(label, kept)| kept.then_some(*label)).collect();
        Ok(Batch { sample, condition: Some(one_hot(&labels, self.classes, &self.device)?) })
    }

    /// Points of step `step`'s pairs at times `t`, without gradients, and every class.
    pub fn draw_at(&self, step: u64, t: &[f32]) -> Result<(Tensor<2>, Condition)> {
        let plain = self.device.clone().inner();
        let (sample, labels) = self.sample(step, t, &plain)?;
        let labels: Vec<_> = labels.into_iter().map(Some).collect();
        Ok((sample.x_t, one_hot(&labels, self.classes, &plain)?))
    }

    fn sample(&self, step: u64, t: &[f32], device: &Device) -> Result<(PathSample, Vec<u8>)> {
        let (rows, data) = (self.config.batch, self.data);
        let stream = |stream| Rng::at_step(self.config.seed, stream, step);
        let (mut pick, mut noise) = (stream(Stream::Data), stream(Stream::Noise));
        let mut images = Vec::with_capacity(rows * data.pixels);
        let mut labels = Vec::with_capacity(rows);
        for _ in 0..rows {
            let i = pick.index(data.len());
            images.extend_from_slice(data.image(i));
            labels.push(data.labels[i]);
        }
        let tensor = |values| Tensor::<2>::from_data(TensorData::new(values, [rows, data.pixels]), device);
        let x0 = tensor(noise.normals(rows * data.pixels));
        Ok((self.path.sample(x0, tensor(images), t), labels))
    }
}
