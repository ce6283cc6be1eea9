//! The training loop's body.

use super::clip::clip_global_norm;
use super::ema::Ema;
use super::rate::LearningRate;
use super::time::TimeSampling;
use crate::data::Digits;
use crate::error::{Error, Result};
use crate::field::{VelocityField, one_hot};
use crate::loss::flow_matching;
use crate::path::{AffinePath, Schedule};
use crate::rng::{Rng, Stream};
use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// Everything that decides how a network is trained; with the data and the initial weights it decides
/// the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainConfig {
    /// Samples a step.
    pub batch: usize,
    /// Learning rate over steps.
    pub rate: LearningRate,
    /// AdamW's weight decay.
    pub weight_decay: f64,
    /// Highest norm of all gradients together.
    pub clip: f64,
    /// Decay of the weights' average, in [0, 1).
    pub ema: f64,
    /// Share of labels dropped, for classifier-free guidance.
    pub label_dropout: f64,
    /// How t is drawn.
    pub time: TimeSampling,
    /// The conditional path.
    pub schedule: Schedule,
    /// Seed of every draw.
    pub seed: u64,
}

impl TrainConfig {
    /// Checks every domain.
    pub fn validate(&self) -> Result<()> {
        let r = &self.rate;
        let valid = self.batch > 0
            && r.peak > 0.0
            && r.peak.is_finite()
            && (0.0..=1.0).contains(&r.floor)
            && self.clip > 0.0
            && (0.0..1.0).contains(&self.ema)
            && (0.0..=1.0).contains(&self.label_dropout)
            && self.weight_decay >= 0.0;
        self.time.validate()?;
        self.schedule.validate()?;
        valid.then_some(()).ok_or_else(|| {
            Error::config(format!(
                "training needs a batch of at least 1, a positive learning rate and clip, shares in [0, 1]: {self:?}"
            ))
        })
    }
}

/// What a step did. Nothing is read back from the device until asked.
#[derive(Debug, Clone)]
pub struct StepReport {
    /// Which step this was, from 0.
    pub step: u64,
    /// Its learning rate.
    pub rate: f64,
    loss: Tensor<1>,
    grad_norm: Tensor<1>,
}

impl StepReport {
    /// The loss and the gradient's norm before clipping. Errors where either is not finite: training has
    /// diverged and must stop.
    pub async fn read(&self) -> Result<(f32, f32)> {
        let read = async |x: &Tensor<1>| -> Result<f32> {
            let value = x.clone().into_scalar_async::<f32>().await;
            value.map_err(|e| Error::device(format!("the loss could not be read back: {e:?}")))
        };
        let (loss, norm) = (read(&self.loss).await?, read(&self.grad_norm).await?);
        if loss.is_finite() && norm.is_finite() {
            return Ok((loss, norm));
        }
        Err(Error::numeric(format!(
            "training diverged at step {}: loss {loss}, gradient norm {norm}. Lower the learning rate (now {:.2e}).",
            self.step, self.rate
        )))
    }
}

/// A network in training.
pub struct Trainer<M> {
    /// The network.
    pub module: M,
    /// Its average.
    pub ema: Ema<M>,
    pub(super) optimizer: ModuleOptimizer,
    pub(super) step: u64,
    config: TrainConfig,
    path: AffinePath,
    device: Device,
}

impl<M: Module + VelocityField> Trainer<M> {
    /// A trainer for `module`, which must have been made on `device` with autodiff.
    pub fn new(module: M, config: TrainConfig, device: Device) -> Result<Self> {
        config.validate()?;
        let optimizer = AdamWConfig::new()
            .with_beta_2(0.99)
            .with_epsilon(1e-8)
            .with_weight_decay(config.weight_decay as f32)
            .init();
        let ema = Ema::new(&module, config.ema, 0);
        let path = AffinePath::new(config.schedule)?;
        Ok(Self { module, ema, optimizer, step: 0, config, path, device })
    }

    /// Steps made.
    pub fn steps_done(&self) -> u64 {
        self.step
    }

    /// One step of AdamW on a batch drawn from `data`. The draws depend on the seed and the step's number
    /// only.
    pub fn step(&mut self, data: &Digits, classes: usize) -> Result<StepReport> {
        let step = self.step;
        let c = &self.config;
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
        let condition = one_hot(&labels, classes, &self.device)?;

        let loss = flow_matching(&self.module, sample, Some(condition));
        let grads = GradientsParams::from_grads(loss.backward(), &self.module);
        let (grads, grad_norm) = clip_global_norm(&self.module, grads, c.clip);
        let rate = c.rate.at(step);
        self.module = self.optimizer.step(rate, self.module.clone(), grads);
        self.ema.update(&self.module);
        self.step += 1;
        Ok(StepReport { step, rate, loss: loss.detach(), grad_norm })
    }
}
