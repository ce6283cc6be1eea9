//! The judge of emoji: a frozen convolutional classifier of category and style, in whose features distances are measured. Trained by
//! `training/judge.py` (class Judge), read from its weights file.

use burn::tensor::activation::relu;
use burn::tensor::module::{avg_pool2d, conv2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::error::{Error, Result};
use half::f16;
use safetensors::{Dtype, SafeTensors};
use std::collections::HashMap;
use std::path::Path;

/// Categories; the styles stand behind them among the outputs.
const CATEGORIES: usize = 9;
/// Blocks of two convolutions, as they are called in the file.
const BLOCKS: [&str; 4] = ["f.2", "f.4", "f.6", "f.8"];

/// Weights by name: shape and values.
pub struct Judge {
    weights: HashMap<String, (Vec<usize>, Vec<f32>)>,
    device: Device,
}

/// What the judge says of pictures.
pub struct Verdict {
    /// Features, in which distances are measured.
    pub features: Vec<Vec<f32>>,
    /// Category and style.
    pub classes: Vec<[u8; 2]>,
}

impl Judge {
    /// Reads the weights. Errors where the file cannot be read or lacks a tensor.
    pub fn read(path: &Path, device: &Device) -> Result<Self> {
        let bytes =
            std::fs::read(path).map_err(|e| Error::data(format!("{}: {e}", path.display())).because(e))?;
        let file = SafeTensors::deserialize(&bytes)
            .map_err(|e| Error::data(format!("{}: {e}", path.display())).because(e))?;
        let mut weights = HashMap::new();
        for (name, view) in file.tensors() {
            if view.dtype() != Dtype::F16 {
                return Err(Error::data(format!("{name} of the judge is not in half precision")));
            }
            let values = view.data().as_chunks::<2>().0.iter().map(|two| f16::from_le_bytes(*two).to_f32());
            weights.insert(name, (view.shape().to_vec(), values.collect()));
        }
        for name in ["f.1.weight", "o.weight", "f.8.c.weight"] {
            if !weights.contains_key(name) {
                return Err(Error::data(format!(
                    "{} is not the judge of emoji: it has no {name}",
                    path.display()
                )));
            }
        }
        Ok(Self { weights, device: device.clone() })
    }

    fn tensor<const D: usize>(&self, name: &str) -> Tensor<D> {
        let (shape, values) = &self.weights[name];
        Tensor::from_data(TensorData::new(values.clone(), shape.clone()), &self.device)
    }

    fn conv(&self, x: Tensor<4>, name: &str, padding: usize) -> Tensor<4> {
        let bias = format!("{name}.bias");
        let bias = self.weights.contains_key(&bias).then(|| self.tensor(&bias));
        let options = ConvOptions::new([1, 1], [padding, padding], [1, 1], 1);
        conv2d(x, self.tensor(&format!("{name}.weight")), bias, options)
    }

    /// Batch norm with the statistics of training.
    fn norm(&self, x: Tensor<4>, name: &str) -> Tensor<4> {
        let part = |part: &str| self.tensor::<1>(&format!("{name}.{part}")).reshape([1, -1, 1, 1]);
        let by = part("weight") / (part("running_var") + 1e-5).sqrt();
        (x - part("running_mean")) * by + part("bias")
    }

    fn block(&self, x: Tensor<4>, name: &str) -> Tensor<4> {
        let of = |part: &str| format!("{name}.{part}");
        let h = relu(self.norm(self.conv(x.clone(), &of("a"), 1), &of("b")));
        let h = self.norm(self.conv(h, &of("c"), 1), &of("d"));
        let wider = self.weights.contains_key(&of("e.weight"));
        let x = if wider { self.conv(x, &of("e"), 0) } else { x };
        relu(x + h)
    }

    /// Features of some pictures, `[n, features]`; `x` is `[n, 64, 64, 3]`.
    fn features(&self, x: Tensor<4>) -> Tensor<2> {
        let x = avg_pool2d(x.permute([0, 3, 1, 2]), AvgPoolOptions::new([2, 2]));
        let mut h = self.conv(x, "f.1", 1);
        for (i, name) in BLOCKS.into_iter().enumerate() {
            h = self.block(h, name);
            if i + 1 < BLOCKS.len() {
                h = max_pool2d(h, MaxPoolOptions::new([2, 2]));
            }
        }
        h.mean_dim(3).mean_dim(2).flatten(1, 3)
    }

    /// Judges pictures of 64×64, values in [−1, 1].
    pub fn judge(&self, pictures: &[f32]) -> Verdict {
        const DIM: usize = 64 * 64 * 3;
        let mut verdict = Verdict { features: Vec::new(), classes: Vec::new() };
        for chunk in pictures.chunks(100 * DIM) {
            let n = chunk.len() / DIM;
            let x = Tensor::from_data(TensorData::new(chunk.to_vec(), [n, 64, 64, 3]), &self.device);
            let features = self.features(x);
            let width = features.dims()[1];
            let logits = features.clone().matmul(self.tensor::<2>("o.weight").transpose());
            let logits = logits + self.tensor::<1>("o.bias").unsqueeze();
            let rows = |x: Tensor<2>, width: usize| -> Vec<Vec<f32>> {
                let all: Vec<f32> = x.into_data().iter::<f32>().collect();
                all.chunks(width).map(<[f32]>::to_vec).collect()
            };
            let best = |row: &[f32]| {
                (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).map_or(0, |i| i as u8)
            };
            let outputs = logits.dims()[1];
            let two = |row: Vec<f32>| [best(&row[..CATEGORIES]), best(&row[CATEGORIES..])];
            verdict.classes.extend(rows(logits, outputs).into_iter().map(two));
            verdict.features.extend(rows(features, width));
        }
        verdict
    }
}
