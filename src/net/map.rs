//! An MLP that answers for an interval of time: the network of the few-step models in the plane.

use super::embed::time_features_slope;
use super::mlp::TIME;
use super::{Mlp, MlpConfig};
use crate::error::Result;
use crate::field::{Condition, FlowMap, FlowMapJvp, VelocityField};
use crate::ops::features::append_features;
use burn::module::Module;
use burn::tensor::{Device, Tensor};

/// The layers of [`Mlp`] over x, features of t and features of s − t.
#[derive(Module, Debug)]
pub struct MapMlp {
    mlp: Mlp,
}

impl MlpConfig {
    /// Draws initial weights of a [`MapMlp`]. Errors where a size is 0.
    pub fn init_map(&self, seed: u64, device: &Device) -> Result<MapMlp> {
        Ok(MapMlp { mlp: self.init_layers(4 * TIME.half, seed, device)? })
    }
}

/// x beside the features of t and of s − t.
pub(super) fn inputs(x: Tensor<2>, t: Tensor<1>, s: Tensor<1>) -> Tensor<2> {
    append_features(Some(append_features(Some(x), t.clone(), TIME)), s - t, TIME)
}

/// How [`inputs`] move where x, t and s do, `[n, inputs]`.
pub(super) fn rates(t: &Tensor<1>, s: &Tensor<1>, dx: Tensor<2>, dt: Tensor<1>, ds: Tensor<1>) -> Tensor<2> {
    let slope = |t: Tensor<1>, dt: Tensor<1>| time_features_slope(t, dt, TIME);
    Tensor::cat(vec![dx, slope(t.clone(), dt.clone()), slope(s.clone() - t.clone(), ds - dt)], 1)
}

impl FlowMap for MapMlp {
    fn average_velocity(&self, x: Tensor<2>, t: Tensor<1>, s: Tensor<1>) -> Tensor<2> {
        self.mlp.layers(inputs(x, t, s))
    }
}

impl FlowMapJvp for MapMlp {
    fn average_velocity_jvp(
        &self,
        x: Tensor<2>,
        t: Tensor<1>,
        s: Tensor<1>,
        (dx, dt, ds): (Tensor<2>, Tensor<1>, Tensor<1>),
    ) -> (Tensor<2>, Tensor<2>) {
        let rates = rates(&t, &s, dx, dt, ds);
        let (u, derivative) = self.mlp.layers_jvp(inputs(x, t, s), rates.unsqueeze_dim::<3>(0));
        (u, derivative.squeeze_dim::<2>(0))
    }
}

impl VelocityField for MapMlp {
    /// Ignores `condition`: points have no classes.
    fn velocity(&self, x: Tensor<2>, t: Tensor<1>, _condition: Option<Condition>) -> Tensor<2> {
        self.average_velocity(x, t.clone(), t)
    }
}
