//! A frozen digit classifier, the judge of generated digits: never part of the page.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};
use flow_lab::data::Images;
use flow_lab::error::{Error, Result};
use flow_lab::rng::{Rng, Stream};
use flow_lab::train::LearningRate;
use std::path::Path;

/// Features of an image, in which distances are measured.
pub const FEATURES: usize = 64;

/// Two 3×3 convolutions and a pooling, twice; then a hidden layer of [`FEATURES`] and ten logits.
#[derive(Module, Debug)]
pub struct Classifier {
    conv1: Conv2d,
    conv2: Conv2d,
    conv3: Conv2d,
    pool: MaxPool2d,
    dropout: Dropout,
    hidden: Linear,
    out: Linear,
}

impl Classifier {
    /// Draws initial weights from the device's own generator, seeded with `seed`.
    pub fn new(seed: u64, device: &Device) -> Self {
        device.seed(seed);
        let conv = |io| {
            Conv2dConfig::new(io, [3, 3]).with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1)).init(device)
        };
        Self {
            conv1: conv([1, 16]),
            conv2: conv([16, 32]),
            conv3: conv([32, 64]),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            dropout: DropoutConfig::new(0.3).init(),
            hidden: LinearConfig::new(64 * 9, FEATURES).init(device),
            out: LinearConfig::new(FEATURES, 10).init(device),
        }
    }

    /// The classifier of a file, on `device`; where there is no file, one that is trained on `train` and written there. Errors where the file
    /// cannot be read or written, or training diverged.
    pub fn kept(file: &Path, train: &Images, seed: u64, device: &Device) -> Result<Self> {
        let failed =
            |e: burn::store::RecordError| Error::data(format!("{}: {e:?}", file.display())).because(e);
        if file.exists() {
            return Self::new(seed, device).try_load_file(file).map_err(failed);
        }
        println!("training the classifier");
        let start = std::time::Instant::now();
        let autodiff = device.clone().autodiff();
        let net = Self::new(seed, &autodiff).train_on(train, 8, seed, &autodiff, |step, steps, loss| {
            let rate = step as f64 / start.elapsed().as_secs_f64();
            let left = (steps - step) as f64 / rate / 60.0;
            println!("step {step}/{steps} loss {loss:.4}, {left:.1} min left");
        })?;
        let net = net.valid();
        net.clone().save_file(file).map_err(failed)?;
        Ok(net)
    }

    /// Penultimate activations.
    ///
    /// # Shapes
    /// - x: `[n, 784]`, values in [−1, 1]
    /// - output: `[n, FEATURES]`
    pub fn features(&self, x: Tensor<2>) -> Tensor<2> {
        let [n, _] = x.dims();
        let h = self.pool.forward(relu(self.conv1.forward(x.reshape([n, 1, 28, 28]))));
        let h = self.pool.forward(relu(self.conv2.forward(h)));
        let h = self.pool.forward(relu(self.conv3.forward(h)));
        relu(self.hidden.forward(self.dropout.forward(h.flatten(1, 3))))
    }

    /// # Shapes
    /// - output: `[n, 10]`
    pub fn logits(&self, x: Tensor<2>) -> Tensor<2> {
        self.out.forward(self.features(x))
    }

    /// Features of every image and the class that it is taken for.
    pub fn judge(&self, images: &[f32], device: &Device) -> (Vec<Vec<f32>>, Vec<u8>) {
        let (mut features, mut classes) = (Vec::new(), Vec::new());
        for chunk in images.chunks(500 * 784) {
            let n = chunk.len() / 784;
            let x = Tensor::<2>::from_data(TensorData::new(chunk.to_vec(), [n, 784]), device);
            let f = self.features(x);
            let logits: Vec<f32> = self.out.forward(f.clone()).into_data().iter::<f32>().collect();
            let values: Vec<f32> = f.into_data().iter::<f32>().collect();
            features.extend(values.chunks(FEATURES).map(<[f32]>::to_vec));
            classes.extend(logits.chunks(10).map(|row| {
                (0..10u8).max_by(|&a, &b| row[usize::from(a)].total_cmp(&row[usize::from(b)])).unwrap_or(0)
            }));
        }
        (features, classes)
    }

    /// Share of `data` taken for its label.
    pub fn accuracy(&self, data: &Images, device: &Device) -> f64 {
        let (_, classes) = self.judge(&data.values, device);
        classes.iter().zip(&data.labels).filter(|(a, b)| a == b).count() as f64 / data.len() as f64
    }

    /// Trains for `epochs` with random shifts of up to two pixels, calling `report(step, steps, loss)`.
    pub fn train_on(
        self,
        data: &Images,
        epochs: usize,
        seed: u64,
        device: &Device,
        mut report: impl FnMut(u64, u64, f32),
    ) -> Result<Self> {
        const BATCH: usize = 128;
        let steps = (epochs * data.len() / BATCH) as u64;
        let rate = LearningRate { peak: 2e-3, warmup: 200, steps, floor: 0.001 };
        let mut optimizer = AdamWConfig::new().with_weight_decay(0.01).init();
        let loss_fn = CrossEntropyLossConfig::new().with_smoothing(Some(0.05)).init(device);
        let mut net = self;
        for step in 0..steps {
            let mut rng = Rng::at_step(seed, Stream::Data, step);
            let (mut images, mut labels) = (Vec::with_capacity(BATCH * 784), Vec::with_capacity(BATCH));
            for _ in 0..BATCH {
                let i = rng.index(data.len());
                let (dx, dy) = (rng.index(5) as isize - 2, rng.index(5) as isize - 2);
                shift_into(&mut images, data.image(i), dx, dy);
                labels.push(i64::from(data.labels[i]));
            }
            let x = Tensor::<2>::from_data(TensorData::new(images, [BATCH, 784]), device);
            let y = Tensor::<1, Int>::from_data(TensorData::new(labels, [BATCH]), device);
            let loss = loss_fn.forward(net.logits(x), y);
            let grads = GradientsParams::from_grads(loss.backward(), &net);
            net = optimizer.step(rate.at(step), net, grads);
            if (step + 1).is_multiple_of(100) {
                let value: f32 = loss.into_scalar();
                if !value.is_finite() {
                    return Err(Error::numeric(format!("the classifier diverged at step {step}")));
                }
                report(step + 1, steps, value);
            }
        }
        Ok(net)
    }
}

fn shift_into(out: &mut Vec<f32>, image: &[f32], dx: isize, dy: isize) {
    for y in 0..28isize {
        for x in 0..28isize {
            let (sx, sy) = (x - dx, y - dy);
            let inside = (0..28).contains(&sx) && (0..28).contains(&sy);
            out.push(if inside { image[(sy * 28 + sx) as usize] } else { -1.0 });
        }
    }
}
