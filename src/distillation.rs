//! A few-step network distilled where it is used: from the loaded velocity network and digits that this network draws
//! itself, so that no data set is needed. Knows no JavaScript.

use crate::data::Images;
use crate::device::{Opened, Watch};
use crate::error::{Error, Result, from_json};
use crate::field::{Guidance, one_hot};
use crate::net::{Classed, Net};
use crate::path::AffinePath;
use crate::rng::{Rng, Stream};
use crate::sample::{SampleConfig, Sampler, Spacing, map_steps, read};
use crate::solver::{Solver, Tolerance};
use crate::train::{Distill, ImageBatches, ImageConfig, LearningRate, OptimConfig, TimeSampling, Trainer};
use crate::weights::{self, Header, Loaded};
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// What a person sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistillationConfig {
    /// Digits that the teacher draws to train on, 10 to 20,000.
    pub images: usize,
    /// Training steps, 1 to 100,000.
    pub steps: u64,
    /// Rows a step, 5 to 256.
    pub batch: usize,
    /// Highest learning rate, in (0, 1].
    pub rate: f64,
    /// The teacher's guidance.
    pub guidance: Guidance,
    /// Seed of every draw.
    pub seed: u32,
}

/// Intervals that are learned: of lengths 1 to 1/16.
const LEVELS: u32 = 5;

/// How the teacher draws: midpoint steps.
const DRAW_STEPS: usize = 8;

impl Default for DistillationConfig {
    /// What the page opens with.
    fn default() -> Self {
        Self { images: 500, steps: 300, batch: 20, rate: 1e-3, guidance: Guidance::PRESET, seed: 1 }
    }
}

impl DistillationConfig {
    /// Reads JSON. Errors name what is wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        from_json::<Self>("the distillation", json)?.validate()
    }

    /// Checks every domain.
    pub fn validate(self) -> Result<Self> {
        let within = |what: &str, value: u64, low: u64, high: u64| {
            (low..=high)
                .contains(&value)
                .then_some(())
                .ok_or_else(|| Error::config(format!("{what} must be {low} to {high}, not {value}")))
        };
        within("images", self.images as u64, 10, 20_000)?;
        within("steps", self.steps, 1, 100_000)?;
        within("a batch", self.batch as u64, 5, 256)?;
        if !(self.rate > 0.0 && self.rate <= 1.0) {
            return Err(Error::config(format!("the rate must be above 0 and at most 1, not {}", self.rate)));
        }
        self.guidance.validate()?;
        Ok(self)
    }

    fn digits(&self, teacher: &Header) -> ImageConfig {
        let warmup = 30.min(self.steps / 10 + 1);
        ImageConfig {
            optim: OptimConfig {
                rate: LearningRate { peak: self.rate, warmup, steps: self.steps, floor: 0.05 },
                weight_decay: 0.01,
                clip: Some(1.0),
                ema: 0.99,
            },
            batch: self.batch,
            label_dropout: 0.0,
            time: TimeSampling::Uniform,
            schedule: teacher.schedule,
            seed: u64::from(self.seed),
            distill: Some(Distill { guidance: self.guidance, levels: LEVELS }),
        }
    }
}

/// A distillation in progress: first the digits are drawn, then the network is trained.
pub struct Distillation {
    config: DistillationConfig,
    digits: ImageConfig,
    teacher: Loaded,
    header: Header,
    trainer: Trainer<Net>,
    data: Images,
    device: Device,
    watch: Watch,
}

impl Distillation {
    /// Begins from a weights file. Errors where the file is damaged or no velocity network.
    pub fn new(config: DistillationConfig, file: &[u8], opened: &Opened) -> Result<Self> {
        let config = config.validate()?;
        let device = opened.device.clone();
        let autodiff = device.clone().autodiff();
        let teacher = weights::from_bytes(file, &device)?;
        let student = weights::from_bytes(file, &autodiff)?;
        let (map, net) = student.net.into_map(&student.header.net, &autodiff)?;
        let header = Header { net, schedule: teacher.header.schedule };
        let digits = config.digits(&header);
        let trainer = Trainer::new(map, digits.optim)?;
        let of = &teacher.header.net;
        let data = Images::new(Vec::new(), of.dim(), of.groups(), Vec::new())?;
        Ok(Self { config, digits, teacher, header, trainer, data, device, watch: opened.watch.clone() })
    }

    /// Digits drawn so far.
    pub fn drawn(&self) -> usize {
        self.data.len()
    }

    /// Steps made.
    pub fn step(&self) -> u64 {
        self.trainer.steps_done()
    }

    /// Draws up to `n` more of the digits to train on, classes in turn.
    pub async fn draw(&mut self, n: usize) -> Result<()> {
        self.watch.check()?;
        let (begin, classes) = (self.drawn(), self.teacher.header.net.classes());
        let n = n.min(self.config.images - begin);
        if n == 0 {
            return Ok(());
        }
        let labels: Vec<u8> = (begin..begin + n).map(|i| (i % classes) as u8).collect();
        let rows: Vec<_> = labels.iter().copied().map(Some).collect();
        let condition = one_hot(&rows, classes, &self.device)?;
        // A generator a digit: the same digits however many are drawn at a time.
        let each = |i: usize| Rng::at_step(u64::from(self.config.seed), Stream::Fresh, i as u64);
        let noise = (begin..begin + n).flat_map(|i| each(i).normals(self.data.dim)).collect::<Vec<_>>();
        let noise = TensorData::new(noise, [n, self.data.dim]);
        let tolerance = Tolerance { absolute: 1e-2, relative: 1e-2 };
        let guidance = self.config.guidance;
        let config = SampleConfig {
            solver: Solver::Midpoint,
            steps: DRAW_STEPS,
            spacing: Spacing::Uniform,
            tolerance,
            guidance,
            corrections: 0,
        };
        let path = AffinePath::new(self.header.schedule)?;
        let sampler = Sampler::new(config, path, Tensor::from_data(noise, &self.device), Some(condition))?;
        let drawn = sampler.finish(&self.teacher.net).await;
        let images = read(drawn?.0).await;
        self.watch.check()?;
        self.data.values.extend(images?.into_iter().map(|v| v.clamp(-1.0, 1.0)));
        self.data.labels.extend(labels);
        Ok(())
    }

    /// Makes up to `steps` steps; their losses. Errors before all digits are drawn, and where training diverges.
    pub async fn train(&mut self, steps: u64) -> Result<Vec<f32>> {
        self.watch.check()?;
        if self.drawn() < self.config.images {
            return Err(Error::config("draw the digits before training on them"));
        }
        let steps = steps.min(self.config.steps - self.step());
        let autodiff = self.device.clone().autodiff();
        let groups = self.header.net.groups();
        let batches = ImageBatches::new(self.digits.clone(), &self.data, groups, autodiff.clone())?;
        let distill = self.digits.distill.expect("a distillation distills");
        let mut losses = Vec::new();
        for _ in 0..steps {
            let report = distill.step(&mut self.trainer, &self.teacher.net, &batches, &autodiff)?;
            // A read each step holds a GPU's queue short.
            let read = report.read().await;
            self.watch.check()?;
            losses.push(read?.0);
        }
        Ok(losses)
    }

    /// One digit for each label after `nfe` steps of the network as it stands, from the noise of `seed`.
    pub async fn sample(&self, labels: &[u8], nfe: usize, seed: u32) -> Result<Vec<f32>> {
        if labels.is_empty() || labels.len() > crate::session::MAX_DIGITS || !(1..=64).contains(&nfe) {
            return Err(Error::config("ask for 1 to 256 digits and 1 to 64 evaluations"));
        }
        let rows: Vec<_> = labels.iter().copied().map(Some).collect();
        let condition = one_hot(&rows, self.header.net.classes(), &self.device)?;
        let (n, pixels) = (labels.len(), self.data.dim);
        let noise = Rng::new(u64::from(seed), Stream::Noise).normals(n * pixels);
        let noise = Tensor::from_data(TensorData::new(noise, [n, pixels]), &self.device);
        let map = Classed { net: &self.trainer.average(), condition };
        let x = read(map_steps(&map, noise, nfe)).await;
        self.watch.check()?;
        x
    }

    /// The averaged network as a weights file, in half precision.
    pub async fn weights(&self) -> Result<Vec<u8>> {
        weights::to_bytes(&self.trainer.average(), &self.header).await
    }
}
