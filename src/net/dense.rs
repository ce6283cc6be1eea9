//! Plain layers of any sizes: an encoder or a decoder.

use super::init;
use crate::error::{Error, Result};
use crate::ops::product::{Activation, linear};
use crate::rng::{Rng, Stream};
use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// Sizes of a [`Dense`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DenseConfig {
    /// Values of a row: of the inputs, of each hidden layer, of the outputs.
    pub sizes: Vec<usize>,
}

/// Linear layers with silu between them.
#[derive(Module, Debug)]
pub struct Dense {
    layers: Vec<Linear>,
}

impl DenseConfig {
    /// Draws initial weights. Errors where there is no layer, a size is 0, or there are more than 4 million weights: a file may say anything.
    pub fn init(&self, seed: u64, device: &Device) -> Result<Dense> {
        let weights =
            self.sizes.windows(2).try_fold(0usize, |sum, two| sum.checked_add(two[0].checked_mul(two[1])?));
        if self.sizes.len() < 2 || self.sizes.contains(&0) || weights.is_none_or(|n| n > 4_000_000) {
            return Err(Error::config(format!(
                "layers need two or more sizes above 0 and at most 4 million weights, not {:?}",
                self.sizes
            )));
        }
        let mut rng = Rng::new(seed, Stream::Init);
        let last = self.sizes.len() - 2;
        let layer = |(k, two): (usize, &[usize])| {
            init::linear(two[0], two[1], if k == last { 1.0 } else { 1.4 }, &mut rng, device)
        };
        Ok(Dense { layers: self.sizes.windows(2).enumerate().map(layer).collect() })
    }
}

impl Dense {
    /// All layers, silu after each but the last.
    ///
    /// # Shapes
    /// - x: `[n, inputs]`
    /// - output: `[n, outputs]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let last = self.layers.len() - 1;
        self.layers.iter().enumerate().fold(x, |x, (k, layer)| {
            linear(x, layer, if k == last { Activation::None } else { Activation::Silu })
        })
    }
}
