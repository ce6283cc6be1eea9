//! A plain multilayer perceptron for points in the plane (or any small dimension).

use super::{init, time_features};
use crate::error::{Error, Result};
use crate::field::{Condition, VelocityField};
use crate::rng::{Rng, Stream};
use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::silu;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// Sizes of an [`Mlp`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MlpConfig {
    /// Values of a point.
    pub dim: usize,
    /// Width of each hidden layer.
    pub width: usize,
    /// Hidden layers.
    pub depth: usize,
}

/// silu layers over x and sinusoidal features of t.
#[derive(Module, Debug)]
pub struct Mlp {
    layers: Vec<Linear>,
    out: Linear,
}

/// Half the number of time features.
const TIME_HALF: usize = 8;

impl MlpConfig {
    /// Draws initial weights. Errors where a size is 0.
    pub fn init(&self, seed: u64, device: &Device) -> Result<Mlp> {
        if self.dim == 0 || self.width == 0 || self.depth == 0 {
            return Err(Error::config(format!("every size of an MLP must be at least 1: {self:?}")));
        }
        let mut rng = Rng::new(seed, Stream::Init);
        let inputs = |k: usize| if k == 0 { self.dim + 2 * TIME_HALF } else { self.width };
        let layers =
            (0..self.depth).map(|k| init::linear(inputs(k), self.width, 1.4, &mut rng, device)).collect();
        Ok(Mlp { layers, out: init::linear(self.width, self.dim, 1.0, &mut rng, device) })
    }
}

impl VelocityField for Mlp {
    /// Ignores `condition`: points have no classes.
    fn velocity(&self, x: Tensor<2>, t: Tensor<1>, _condition: Option<Condition>) -> Tensor<2> {
        // The time features are made for t in units of 1/1000; a 2-D flow needs only the slow ones.
        let h = Tensor::cat(vec![x, time_features(t * 0.01, TIME_HALF)], 1);
        let h = self.layers.iter().fold(h, |h, layer| silu(layer.forward(h)));
        self.out.forward(h)
    }
}
