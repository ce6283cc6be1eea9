//! The training loop's body.

use super::clip::clip_global_norm;
use super::optimizer::Optimizer;
use super::rate::LearningRate;
use crate::error::{Error, Result};
use crate::field::{Condition, VelocityField};
use crate::loss::flow_matching;
use crate::path::PathSample;
use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// How weights are updated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OptimConfig {
    /// Learning rate over steps.
    pub rate: LearningRate,
    /// AdamW's weight decay.
    pub weight_decay: f64,
    /// Highest norm of all gradients together; `None` leaves them as they are.
    pub clip: Option<f64>,
    /// Decay of the weights' average, in [0, 1).
    pub ema: f64,
}

impl OptimConfig {
    /// Checks every domain.
    pub fn validate(&self) -> Result<()> {
        let r = &self.rate;
        let valid = r.peak > 0.0
            && r.peak.is_finite()
            && (0.0..=1.0).contains(&r.floor)
            && self.clip.is_none_or(|clip| clip > 0.0)
            && (0.0..1.0).contains(&self.ema)
            && self.weight_decay >= 0.0;
        valid.then_some(()).ok_or_else(|| {
            Error::config(format!(
                "training needs a positive learning rate and clip, an average's decay in [0, 1): {self:?}"
            ))
        })
    }
}

/// What one step learns from: points on conditional paths, and the class of each where there are classes.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Points, times and conditional velocities.
    pub sample: PathSample,
    /// One row a point.
    pub condition: Option<Condition>,
}

/// What a step did. Nothing is read back from the device until asked.
#[derive(Debug, Clone)]
pub struct StepReport {
    /// Which step this was, from 0.
    pub step: u64,
    /// Its learning rate.
    pub rate: f64,
    /// The loss, `[1]`.
    pub loss: Tensor<1>,
    grad_norm: Option<Tensor<1>>,
}

impl StepReport {
    /// The loss, and the gradient's norm before clipping where gradients are clipped. Errors where either is
    /// not finite: training has diverged and must stop.
    pub async fn read(&self) -> Result<(f32, Option<f32>)> {
        let read = async |x: &Tensor<1>| -> Result<f32> {
            let value = x.clone().into_scalar_async::<f32>().await;
            value.map_err(|e| Error::device(format!("the loss could not be read back: {e:?}")).because(e))
        };
        let loss = read(&self.loss).await?;
        let norm = match &self.grad_norm {
            Some(norm) => Some(read(norm).await?),
            None => None,
        };
        if loss.is_finite() && norm.is_none_or(f32::is_finite) {
            return Ok((loss, norm));
        }
        Err(diverged(self.step, loss, norm, self.rate))
    }
}

/// The error of a training whose loss or gradient is no longer finite.
fn diverged(step: u64, loss: f32, norm: Option<f32>, rate: f64) -> Error {
    let norm = norm.map_or(String::new(), |norm| format!(", gradient norm {norm}"));
    Error::numeric(format!(
        "training diverged at step {step}: loss {loss}{norm}. Lower the learning rate (now {rate:.2e})."
    ))
}

/// Burn's autodiff remembers each parameter that was made, some 1.2 KB, until something is differentiated after it was dropped: networks that
/// were made and never trained would pile up.
fn forget_dropped(device: &Device) {
    if device.is_autodiff() {
        drop(Tensor::<1>::zeros([1], device).require_grad().sum().backward());
    }
}

/// A network in training.
pub struct Trainer<M> {
    /// The network.
    pub module: M,
    pub(super) optimizer: Optimizer,
    pub(super) step: u64,
    config: OptimConfig,
}

impl<M: Module> Trainer<M> {
    /// A trainer for `module`, which must have been made on a device with autodiff.
    pub fn new(module: M, config: OptimConfig) -> Result<Self> {
        config.validate()?;
        module.devices().iter().for_each(forget_dropped);
        let optimizer = Optimizer::new(&module);
        Ok(Self { module, optimizer, step: 0, config })
    }

    /// The exponential moving average of the weights, without gradients: w̄ ← d w̄ + (1 − d) w after each step with
    /// d = min(decay, (1 + k) / (10 + k)), k steps before it, so that the first steps are forgotten quickly.
    pub fn average(&self) -> M {
        self.optimizer.average(&self.module)
    }

    /// The same in one piece: all parameters in visiting order, each from a multiple of
    /// [`ALIGNMENT`](super::ALIGNMENT) on.
    pub fn average_row(&self) -> Tensor<1> {
        self.optimizer.row()
    }

    /// How weights are updated.
    pub fn config(&self) -> OptimConfig {
        self.config
    }

    /// Steps made.
    pub fn steps_done(&self) -> u64 {
        self.step
    }

    /// Changes the highest learning rate from the next step on; what the optimizer remembers stays.
    pub fn set_rate(&mut self, peak: f64) -> Result<()> {
        let rate = LearningRate { peak, ..self.config.rate };
        let config = OptimConfig { rate, ..self.config };
        config.validate()?;
        self.config = config;
        Ok(())
    }

    /// One step of AdamW by conditional flow matching.
    pub fn step(&mut self, batch: Batch) -> StepReport
    where
        M: VelocityField,
    {
        self.descend(|module, _| flow_matching(module, batch.sample, batch.condition))
    }

    /// One step of AdamW on a loss of the network and of its [average](Self::average), both as they stand.
    pub fn descend(&mut self, loss: impl FnOnce(&M, &dyn Fn() -> M) -> Tensor<1>) -> StepReport {
        let step = self.step;
        let loss = loss(&self.module, &|| self.average());
        let grads = GradientsParams::from_grads(loss.backward(), &self.module);
        let (mut grads, grad_norm) = match self.config.clip {
            Some(limit) => {
                let (grads, norm) = clip_global_norm(&self.module, grads, limit);
                (grads, Some(norm))
            }
            None => (grads, None),
        };
        let rate = self.config.rate.at(step);
        let k = step as f64;
        let average = self.config.ema.min((1.0 + k) / (10.0 + k));
        let numbers = [rate, self.config.weight_decay, average];
        self.module = self.optimizer.step(self.module.clone(), &mut grads, numbers, step + 1);
        self.step += 1;
        StepReport { step, rate, loss: loss.inner(), grad_norm }
    }
}
