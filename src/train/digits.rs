//! Batches of labelled images.

use super::time::TimeSampling;
use super::trainer::{Batch, OptimConfig};
use crate::data::Digits;
use crate::error::{Error, Result};
use crate::field::one_hot;
use crate::path::{AffinePath, Schedule};
use crate::rng::{Rng, Stream};
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// Everything that decides how an image network is trained; with the data and the initial weights it
/// decides the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigitConfig {
    /// The optimiser's settings.
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
}

impl DigitConfig {
    /// Checks every domain.
    pub fn validate(&self) -> Result<()> {
        self.optim.validate()?;
        self.time.validate()?;
        self.schedule.validate()?;
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

    /// The batch of step `step`.
    pub fn draw(&self, step: u64) -> Result<Batch> {
        let (c, data) = (&self.config, self.data);
        let stream = |stream| Rng::at_step(c.seed, stream, step);
        let (mut pick, mut noise) = (stream(Stream::Data), stream(Stream::Noise));
        let (mut time, mut dropout) = (stream(Stream::Time), stream(Stream::Dropout));

        let mut images = Vec::with_capacity(c.batch * data.pixels);
        let mut labels = Vec::with_capacity(c.batch);
        for _ in 0..c.batch {
            let i = pick.index(data.len());
            images.extend_from_slice(data.image(i));
            let dropped = f64::from(dropout.uniform()) < c.label_dropout;
            labels.push((!dropped).then_some(data.labels[i]));
        }
        let t: Vec<f32> = (0..c.batch).map(|_| c.time.draw(&mut time)).collect();
        let tensor =
            |values| Tensor::<2>::from_data(TensorData::new(values, [c.batch, data.pixels]), &self.device);
        let x0 = tensor(noise.normals(c.batch * data.pixels));
        let sample = self.path.sample(x0, tensor(images), &t);
        Ok(Batch { sample, condition: Some(one_hot(&labels, self.classes, &self.device)?) })
    }
}
