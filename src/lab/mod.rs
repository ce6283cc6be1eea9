//! The 2-D lab: a small flow in training, and everything that is looked at while it trains. Knows no
//! JavaScript.

mod config;
mod exact;
mod flow;
pub(crate) mod measure;
mod prediction;
mod rates;
mod sampling;
mod theorem;

pub use config::{CouplingKind, Curves, LabConfig, PathKind, TimeKind};
pub use exact::{Exact, Pull};
pub use flow::Flow;
pub use measure::{Figures, Likelihood};
pub use rates::EarlierRate;
pub use sampling::{MOST_NOISE, Sampling};
pub use theorem::Theorem;

use crate::device::{Opened, Watch};
use crate::error::{Error, Result};
use crate::field::VelocityField;
use crate::net::Mlp;
use crate::path::PathSample;
use crate::points::{self, Point};
use crate::rng::{Rng, Stream};
use crate::train::{PairBatches, Trainer};
use crate::weights::{self, Precision};
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use prediction::{Learned, Lesson};
use std::cell::RefCell;

/// The key in a weights file's metadata that holds the [`LabConfig`] as JSON.
const KEY: &str = "flow-lab-2d";

/// The most of anything in one request: particles, grid cells, samples, training steps.
pub const MAX_POINTS: usize = 100_000;

/// A flow in training.
pub struct Lab {
    config: LabConfig,
    batches: PairBatches,
    trainer: Trainer<Mlp>,
    device: Device,
    watch: Watch,
    truth: RefCell<Option<exact::Truth>>,
}

/// One step taken apart, before it is made. Every list has an entry a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Stages {
    /// The number of the step, from 0.
    pub step: u64,
    /// Draws from the source.
    pub x0: Vec<Point>,
    /// Their partners from the target.
    pub x1: Vec<Point>,
    /// Times.
    pub t: Vec<f32>,
    /// Points on the conditional paths.
    pub x_t: Vec<Point>,
    /// Conditional velocities, the targets.
    pub u_t: Vec<Point>,
    /// The velocities that the network says there, or that follow from what it says.
    pub predicted: Vec<Point>,
    /// Squared error of each pair, averaged over the two coordinates, in the space of the loss.
    pub losses: Vec<f32>,
}

impl Lab {
    /// An untrained flow: initial weights are drawn from the seed. Errors where a setting is outside its domain.
    pub fn new(config: LabConfig, opened: &Opened) -> Result<Self> {
        let config = config.validate()?;
        let device = opened.device.clone();
        let module = config.net().init(u64::from(config.seed), &device.clone().autodiff())?;
        let trainer = Trainer::new(module, config.optim())?;
        Ok(Self {
            batches: config.batches()?,
            config,
            trainer,
            device,
            watch: opened.watch.clone(),
            truth: RefCell::default(),
        })
    }

    /// The experiment.
    pub fn config(&self) -> &LabConfig {
        &self.config
    }

    /// Steps made.
    pub fn step(&self) -> u64 {
        self.trainer.steps_done()
    }

    /// Numbers that the network has.
    pub fn parameters(&self) -> usize {
        self.trainer.module.num_params()
    }

    /// Makes `steps` steps, at most [`MAX_POINTS`]; their losses. Nothing is read back in between. Errors where training
    /// diverged.
    pub async fn train(&mut self, steps: usize) -> Result<Vec<f32>> {
        self.watch.check()?;
        limit("steps", &[steps.max(1)])?;
        let autodiff = self.device.clone().autodiff();
        let mut losses = Vec::with_capacity(steps);
        for _ in 0..steps {
            self.trainer.set_rate(self.config.rate_at(self.step()))?;
            losses.push(self.train_once(&autodiff)?);
        }
        if losses.is_empty() {
            return Ok(Vec::new());
        }
        let losses = self.read(Tensor::cat(losses, 0)).await?;
        match losses.iter().find(|loss| !loss.is_finite()) {
            None => Ok(losses),
            Some(loss) => {
                let step = self.step();
                let advice = "lower the learning rate and reset";
                let error = format!("training diverged (loss {loss}) near step {step}: {advice}");
                Err(self.blamed(Error::numeric(error)).await)
            }
        }
    }

    /// One step; its loss.
    fn train_once(&mut self, autodiff: &Device) -> Result<Tensor<1>> {
        let lesson = self.lesson();
        let pairs = self.batches.pairs(self.step(), self.config.batch)?;
        let batch = self.batches.batch(&pairs, autodiff);
        if lesson.is_flow_matching() {
            return Ok(self.trainer.step(batch).loss);
        }
        let PathSample { t, x_t, u_t } = batch.sample;
        let targets = lesson.targets(&pairs, u_t);
        Ok(self.trainer.descend(|net, _| targets.loss(net.velocity(x_t, t, None))).loss)
    }

    /// What the network is trained on.
    fn lesson(&self) -> Lesson {
        Lesson { path: self.batches.path, predicts: self.config.predicts, space: self.config.loss }
    }

    /// The velocity that is learned: what the averaged network predicts, as a velocity.
    fn learned(&self) -> Learned {
        Learned { net: self.net(), path: self.batches.path, predicts: self.config.predicts }
    }

    /// Changes the learning rate from the next step on, and the experiment with it.
    pub fn set_rate(&mut self, rate: f64) -> Result<()> {
        self.config = self.config.with_rate_from(self.step(), rate).validate()?;
        Ok(())
    }

    /// The next step taken apart: `n` of its pairs. The step itself is not made.
    pub async fn stages(&self, n: usize) -> Result<Stages> {
        let step = self.step();
        let pairs = self.batches.pairs(step, n)?;
        let sample = self.batches.batch(&pairs, &self.device).sample;
        // What is being trained, not its average.
        let learned = Learned { net: self.trainer.module.valid(), ..self.learned() };
        let out = learned.net.velocity(sample.x_t.clone(), sample.t.clone(), None);
        let predicted = learned.of(sample.x_t.clone(), out.clone(), &pairs.t);
        let losses = self.lesson().targets(&pairs, sample.u_t.clone()).losses(out);
        Ok(Stages {
            step,
            x_t: self.read_points(sample.x_t).await?,
            u_t: self.read_points(sample.u_t).await?,
            predicted: self.read_points(predicted).await?,
            losses: self.read(losses).await?,
            x0: pairs.x0,
            x1: pairs.x1,
            t: pairs.t,
        })
    }

    /// `n` draws from the source (`target` false) or the target, independent of training.
    pub fn samples(&self, target: bool, n: usize, seed: u64) -> Result<Vec<Point>> {
        limit("samples", &[n])?;
        let (sampler, stream) = match target {
            true => (&self.batches.target, Stream::Fresh),
            false => (&self.batches.source, Stream::Particles),
        };
        Ok(sampler.draw(n, &mut Rng::new(seed, stream)))
    }

    /// The weights that are sampled from, in single precision, with the experiment in the header.
    pub async fn weights(&self) -> Result<Vec<u8>> {
        let json =
            serde_json::to_string(&self.config).map_err(|e| Error::weights(e.to_string()).because(e))?;
        weights::write(&self.trainer.average(), Precision::Single, KEY, json).await
    }

    /// The experiment that a weights file was made with. The whole file is read: errors where [`Self::load`] of a lab with this
    /// experiment would fail, so that nothing need be given up before the file is known to be good.
    pub fn config_of(bytes: &[u8]) -> Result<LabConfig> {
        let config = Self::header(bytes)?;
        let cpu = crate::device::cpu();
        weights::read(bytes, config.net().init(0, &cpu)?, &cpu)?;
        Ok(config)
    }

    fn header(bytes: &[u8]) -> Result<LabConfig> {
        LabConfig::from_json(&weights::text(bytes, KEY)?).map_err(|e| {
            Error::weights(format!("this weights file is for another version of Flow Lab ({e})"))
        })
    }

    /// Goes on from the weights of a file; on an error everything stays. The optimizer starts anew. Errors
    /// where the file is damaged or made for another network.
    pub fn load(&mut self, bytes: &[u8]) -> Result<()> {
        let net = Self::header(bytes)?.net();
        if net != self.config.net() {
            return Err(Error::weights(format!(
                "these weights are for {} layers of {}; set depth and width to that first",
                net.depth, net.width
            )));
        }
        let autodiff = self.device.clone().autodiff();
        let module = weights::read(bytes, self.trainer.module.clone(), &autodiff)?;
        self.trainer = Trainer::new(module, self.config.optim())?;
        Ok(())
    }

    /// The network that is sampled from: the average of the weights. What it says is what [`LabConfig::predicts`] says.
    pub fn net(&self) -> Mlp {
        self.trainer.average()
    }

    /// The error for values that are not finite, or, where a GPU computes wrongly what it is asked now, that. An untrained
    /// network at a few points is asked for, which the CPU computes too.
    async fn blamed(&self, error: Error) -> Error {
        if !self.watch.is_gpu() {
            return error;
        }
        let answer = async |device: &Device| -> Result<Vec<f32>> {
            let net = self.config.net().init(0, device)?;
            let x = Rng::new(0, Stream::Noise).normals(2 * 8);
            let x = points::to_tensor(&points::from_flat(&x), device);
            self.read(net.velocity(x, Tensor::full([8], 0.5, device), None)).await
        };
        let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.02);
        match (answer(&crate::device::cpu()).await, answer(&self.device).await) {
            (Ok(expected), Ok(found)) if close(&expected, &found) => error,
            (_, Err(lost)) => lost,
            _ => self.watch.not_finite(error.to_string()),
        }
    }

    async fn read<const D: usize>(&self, x: Tensor<D>) -> Result<Vec<f32>> {
        self.watch.read(x).await
    }

    async fn read_points(&self, x: Tensor<2>) -> Result<Vec<Point>> {
        Ok(points::from_flat(&self.read(x).await?))
    }
}

/// The product of `factors`. Errors where a request is for no points or too many; factors come from JavaScript, and a product
/// of two of them can be more than a wasm32 `usize` holds.
fn limit(what: &str, factors: &[usize]) -> Result<usize> {
    let product = factors.iter().try_fold(1usize, |product, &n| product.checked_mul(n));
    match product {
        Some(n) if (1..=MAX_POINTS).contains(&n) => Ok(n),
        _ => {
            let given = factors.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ");
            Err(Error::config(format!("{what} must be 1 to {MAX_POINTS}, not {given}")))
        }
    }
}
