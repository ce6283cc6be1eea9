//! A plain multilayer perceptron for points in the plane (or any small dimension).

use super::init;
use crate::error::{Error, Result};
use crate::field::{Condition, Divergence, VelocityField};
use crate::ops::features::{Frequencies, append_features};
use crate::ops::ode::Plan;
use crate::ops::product::{Activation, linear};
use crate::ops::{silu, silu_slope};
use crate::rng::{Rng, Stream};
use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// Sizes of an [`Mlp`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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

/// The time features are made for t in units of 1/1000; a 2-D flow needs only the slow ones.
pub(super) const TIME: Frequencies = Frequencies { half: 8, scale: 0.01 };

impl MlpConfig {
    /// Draws initial weights. Errors where a size is 0.
    pub fn init(&self, seed: u64, device: &Device) -> Result<Mlp> {
        self.init_layers(2 * TIME.half, seed, device)
    }

    /// How its integration is made in one launch; see [`ode`](crate::ops::ode).
    pub fn ode_plan(&self, stages: usize) -> Plan {
        Plan { dim: self.dim, width: self.width, depth: self.depth, frequencies: TIME, stages }
    }

    /// Layers over x and `features` more inputs.
    pub(super) fn init_layers(&self, features: usize, seed: u64, device: &Device) -> Result<Mlp> {
        if self.dim == 0 || self.width == 0 || self.depth == 0 {
            return Err(Error::config(format!("every size of an MLP must be at least 1: {self:?}")));
        }
        let mut rng = Rng::new(seed, Stream::Init);
        let inputs = |k: usize| if k == 0 { self.dim + features } else { self.width };
        let layers =
            (0..self.depth).map(|k| init::linear(inputs(k), self.width, 1.4, &mut rng, device)).collect();
        Ok(Mlp { layers, out: init::linear(self.width, self.dim, 1.0, &mut rng, device) })
    }
}

/// x beside the features of t.
fn inputs(x: Tensor<2>, t: Tensor<1>) -> Tensor<2> {
    append_features(Some(x), t, TIME)
}

impl VelocityField for Mlp {
    /// Ignores `condition`: points have no classes.
    fn velocity(&self, x: Tensor<2>, t: Tensor<1>, _condition: Option<Condition>) -> Tensor<2> {
        self.layers(inputs(x, t))
    }
}

impl Mlp {
    /// All layers, over the inputs of the first: `[n, inputs]` to `[n, dim]`.
    pub(super) fn layers(&self, inputs: Tensor<2>) -> Tensor<2> {
        let h = self.layers.iter().fold(inputs, |h, layer| linear(h, layer, Activation::Silu));
        linear(h, &self.out, Activation::None)
    }

    /// [`Self::layers`] and its derivatives along k directions of the inputs, in forward mode: each layer
    /// carries its tangents along.
    ///
    /// # Shapes
    /// - inputs: `[n, inputs]`
    /// - tangents: `[k, n, inputs]`
    /// - output: `[n, dim]`, `[k, n, dim]`
    pub(super) fn layers_jvp(&self, inputs: Tensor<2>, tangents: Tensor<3>) -> (Tensor<2>, Tensor<3>) {
        let (mut h, mut tangents) = (inputs, tangents);
        for layer in &self.layers {
            let z = linear(h, layer, Activation::None);
            tangents = along(layer, tangents) * silu_slope(z.clone()).unsqueeze_dim::<3>(0);
            h = silu(z);
        }
        (linear(h, &self.out, Activation::None), along(&self.out, tangents))
    }

    /// The velocity and its derivatives along k directions of x at once, exact up to rounding.
    ///
    /// # Shapes
    /// - x: `[n, dim]`
    /// - t: `[n]`
    /// - directions: `[k, n, dim]`
    /// - output: velocity `[n, dim]`, derivatives `[k, n, dim]`
    pub fn jvp(&self, x: Tensor<2>, t: Tensor<1>, directions: Tensor<3>) -> (Tensor<2>, Tensor<3>) {
        let [k, n, _] = directions.dims();
        let features = Tensor::zeros([k, n, 2 * TIME.half], &x.device());
        self.layers_jvp(inputs(x, t), Tensor::cat(vec![directions, features], 2))
    }
}

/// The linear part of a layer, without its bias, on k tangents at once.
fn along(layer: &Linear, tangent: Tensor<3>) -> Tensor<3> {
    let [k, n, inputs] = tangent.dims();
    let weight = layer.weight.val();
    let outputs = weight.dims()[1];
    tangent.reshape([k * n, inputs]).matmul(weight).reshape([k, n, outputs])
}

impl Divergence for Mlp {
    fn velocity_and_divergence(&self, x: Tensor<2>, t: f64) -> (Tensor<2>, Tensor<1>) {
        let [n, dim] = x.dims();
        let t = Tensor::full([n], t, &x.device());
        let eye = Tensor::<2>::eye(dim, &x.device());
        let (u, derivatives) = self.jvp(x, t, eye.clone().unsqueeze_dim::<3>(1).expand([dim, n, dim]));
        // Σ_k ∂u_k/∂x_k
        let divergence = (derivatives * eye.unsqueeze_dim::<3>(1)).sum_dim(2).sum_dim(0);
        (u, divergence.reshape([n]))
    }
}
