//! An autoencoder of digits with a latent space of two dimensions. Only its decoder goes to the page.

use burn::module::Module;
use burn::tensor::activation::{log_softmax, softplus};
use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::data::Images;
use flow_lab::data::plane::PointSet;
use flow_lab::error::{Error, Result};
use flow_lab::field::one_hot;
use flow_lab::net::{Dense, DenseConfig};
use flow_lab::points::{self, Point};
use flow_lab::rng::{Rng, Stream};
use flow_lab::train::{LearningRate, OptimConfig, Trainer};

/// Codes lie within this of 0 along both axes: what a set of points can hold.
const REACH: f64 = PointSet::HALF as f64;
/// Weight of the mean square of the codes in the loss: they stay together, well within reach.
const PULL: f64 = 5e-4;
/// Standard deviation of the noise that moves codes in training, so that near codes are decoded alike.
const NOISE: f32 = 0.15;
const BATCH: usize = 256;
const PIXELS: usize = 28 * 28;
const CLASSES: usize = 10;

/// An encoder to the plane, a decoder, and a classifier of codes that only training uses.
#[derive(Module, Debug)]
pub struct Autoencoder {
    encoder: Dense,
    /// The log odds of ink from a code.
    pub decoder: Dense,
    head: Dense,
}

/// How it is trained.
pub struct Schooling {
    /// Digits drawn, as a multiple of the data set.
    pub epochs: usize,
    /// Weight of the classifier's cross-entropy beside the pixels' (0: labels are not used).
    pub labels: f64,
    /// Seed of initial weights and batches.
    pub seed: u64,
}

/// The decoder's sizes.
pub fn decoder() -> DenseConfig {
    DenseConfig { sizes: vec![2, 96, 192, PIXELS] }
}

impl Autoencoder {
    /// Draws initial weights.
    pub fn new(seed: u64, device: &Device) -> Result<Self> {
        let net = |sizes: &[usize], seed| DenseConfig { sizes: sizes.to_vec() }.init(seed, device);
        Ok(Self {
            encoder: net(&[PIXELS, 512, 256, 2], seed)?,
            decoder: decoder().init(seed + 1, device)?,
            head: net(&[2, 64, CLASSES], seed + 2)?,
        })
    }

    /// Codes of images in [−1, 1]: `[n, 784]` to `[n, 2]`.
    fn encode(&self, x: Tensor<2>) -> Tensor<2> {
        (self.encoder.forward(x) / REACH).tanh() * REACH
    }

    /// Codes of all images.
    pub fn codes(&self, images: &Images, device: &Device) -> Vec<Point> {
        let chunk = |values: &[f32]| {
            let x =
                Tensor::from_data(TensorData::new(values.to_vec(), [values.len() / PIXELS, PIXELS]), device);
            points::from_flat(&self.encode(x).into_data().iter::<f32>().collect::<Vec<_>>())
        };
        images.values.chunks(500 * PIXELS).flat_map(chunk).collect()
    }

    /// Cross-entropy of the pixels, each a probability of ink, plus the pull to 0, plus `labels` times the cross-entropy of the classes, for images and codes that `noise` moves.
    fn loss(&self, x: Tensor<2>, noise: Tensor<2>, classes: Tensor<2>, labels: f64) -> Tensor<1> {
        let ink = x.clone() * 0.5 + 0.5;
        let code = self.encode(x);
        let z = code.clone() + noise;
        let odds = self.decoder.forward(z.clone());
        let pixels = (softplus(odds.clone(), 1.0) - ink * odds).mean() + code.square().mean() * PULL;
        let right = (log_softmax(self.head.forward(z), 1) * classes).sum_dim(1).mean();
        pixels - right * labels
    }

    /// Trains one; the average of its weights.
    pub fn train(data: &Images, how: &Schooling, device: &Device) -> Result<Self> {
        let autodiff = device.clone().autodiff();
        let steps = (how.epochs * data.len() / BATCH) as u64;
        let optim = OptimConfig {
            rate: LearningRate { peak: 1e-3, warmup: 200, steps, floor: 0.01 },
            weight_decay: 0.0,
            clip: Some(1.0),
            ema: 0.999,
        };
        let mut trainer = Trainer::new(Self::new(how.seed, &autodiff)?, optim)?;
        let start = std::time::Instant::now();
        for step in 0..steps {
            let mut rng = Rng::at_step(how.seed, Stream::Data, step);
            let chosen: Vec<usize> = (0..BATCH).map(|_| rng.index(data.len())).collect();
            let values: Vec<f32> = chosen.iter().flat_map(|&i| data.image(i)).copied().collect();
            let classes: Vec<Option<u8>> = chosen.iter().map(|&i| Some(data.labels[i])).collect();
            let noise = rng.normals(2 * BATCH).into_iter().map(|v| NOISE * v).collect::<Vec<_>>();
            let tensor =
                |values, width| Tensor::from_data(TensorData::new(values, [BATCH, width]), &autodiff);
            let (x, noise) = (tensor(values, PIXELS), tensor(noise, 2));
            let classes = one_hot(&classes, CLASSES, &autodiff)?;
            let report = trainer.descend(|net, _| net.loss(x, noise, classes, how.labels));
            if (step + 1).is_multiple_of(500) || step + 1 == steps {
                let (loss, _) = pollster::block_on(report.read())?;
                let left = (steps - step) as f64 * start.elapsed().as_secs_f64() / (step + 1) as f64 / 60.0;
                println!("step {}/{steps} loss {loss:.4}, {left:.1} min left", step + 1);
            }
        }
        let net = trainer.average();
        points::finite(&net.codes(&data.pick(0..1), device))
            .then_some(net)
            .ok_or_else(|| Error::numeric("the autoencoder diverged: its codes are not finite"))
    }
}
