//! Batches of labeled images.

use super::time::TimeSampling;
use super::trainer::{Batch, OptimConfig};
use crate::data::Images;
use crate::error::{Error, Result};
use crate::field::{Condition, Guidance, one_hot_groups};
use crate::path::{AffinePath, PathSample, Schedule};
use crate::rng::{Rng, Stream};
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// Everything that decides how an image network is trained; with the data and the initial weights it
/// decides the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageConfig {
    /// The optimizer's settings.
    pub optim: OptimConfig,
    /// Samples a step.
    pub batch: usize,
    /// Share of labels dropped, for classifier-free guidance. Where images have several groups of classes, as large a share of the
    /// others loses all but the first.
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

impl ImageConfig {
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
pub struct ImageBatches<'a> {
    config: ImageConfig,
    path: AffinePath,
    data: &'a Images,
    groups: Vec<usize>,
    device: Device,
}

impl<'a> ImageBatches<'a> {
    /// Batches on `device` for a network with so many classes in each of its `groups`. Errors where the images have others.
    pub fn new(config: ImageConfig, data: &'a Images, groups: Vec<usize>, device: Device) -> Result<Self> {
        config.validate()?;
        data.check(data.dim, &groups)?;
        let path = AffinePath::new(config.schedule)?;
        Ok(Self { config, path, data, groups, device })
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
        let mut dropped = || f64::from(dropout.uniform()) < c.label_dropout;
        let all: Vec<bool> = (0..c.batch).map(|_| dropped()).collect();
        let several = self.groups.len() > 1;
        let others: Vec<bool> = (0..c.batch).map(|_| several && dropped()).collect();
        let (sample, which) = self.sample(step, &t, &self.device)?;
        let told = which.iter().zip(all.iter().zip(others)).map(|(&i, (&all, others))| {
            let classes = self.data.classes(i);
            (!all).then_some(if others { &classes[..1] } else { classes })
        });
        let condition = one_hot_groups(&told.collect::<Vec<_>>(), &self.groups, &self.device)?;
        Ok(Batch { sample, condition: Some(condition) })
    }

    /// Points of step `step`'s pairs at times `t`, without gradients, and every class.
    pub fn draw_at(&self, step: u64, t: &[f32]) -> Result<(Tensor<2>, Condition)> {
        let plain = self.device.clone().inner();
        let (sample, which) = self.sample(step, t, &plain)?;
        let told: Vec<_> = which.iter().map(|&i| Some(self.data.classes(i))).collect();
        Ok((sample.x_t, one_hot_groups(&told, &self.groups, &plain)?))
    }

    /// Pairs at times `t`, and which images they lead to.
    fn sample(&self, step: u64, t: &[f32], device: &Device) -> Result<(PathSample, Vec<usize>)> {
        let (rows, data) = (self.config.batch, self.data);
        let stream = |stream| Rng::at_step(self.config.seed, stream, step);
        let (mut pick, mut noise) = (stream(Stream::Data), stream(Stream::Noise));
        let which: Vec<usize> = (0..rows).map(|_| pick.index(data.len())).collect();
        let images: Vec<f32> = which.iter().flat_map(|&i| data.image(i)).copied().collect();
        let tensor = |values| Tensor::<2>::from_data(TensorData::new(values, [rows, data.dim]), device);
        let x0 = tensor(noise.normals(rows * data.dim));
        Ok((self.path.sample(x0, tensor(images), t), which))
    }
}
