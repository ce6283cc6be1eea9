//! MLPs that know of classes: the networks of guidance in the plane.

use super::map::{inputs, rates};
use super::mlp::TIME;
use super::{Mlp, MlpConfig};
use crate::error::Result;
use crate::field::{Condition, FlowMap, FlowMapJvp, VelocityField};
use crate::ops::features::append_features;
use burn::module::Module;
use burn::tensor::{Device, Tensor};

/// The layers of [`Mlp`] over x, features of t and a row of classes.
#[derive(Module, Debug)]
pub struct ClassMlp {
    mlp: Mlp,
    classes: usize,
}

impl MlpConfig {
    /// Draws initial weights of a [`ClassMlp`]. Errors where a size is 0.
    pub fn init_classes(&self, classes: usize, seed: u64, device: &Device) -> Result<ClassMlp> {
        Ok(ClassMlp { mlp: self.init_layers(2 * TIME.half + classes, seed, device)?, classes })
    }

    /// Draws initial weights of a [`ClassMap`]. Errors where a size is 0.
    pub fn init_class_map(&self, classes: usize, seed: u64, device: &Device) -> Result<ClassMap> {
        Ok(ClassMap { mlp: self.init_layers(4 * TIME.half + classes + 1, seed, device)? })
    }
}

impl VelocityField for ClassMlp {
    /// `None` is no class, as a row of zeros is.
    fn velocity(&self, x: Tensor<2>, t: Tensor<1>, condition: Option<Condition>) -> Tensor<2> {
        let none = || Tensor::zeros([x.dims()[0], self.classes], &x.device());
        let condition = condition.unwrap_or_else(none);
        self.mlp.layers(Tensor::cat(vec![append_features(Some(x), t, TIME), condition], 1))
    }
}

/// The layers of [`Mlp`] over x, features of t, features of s − t, a row of classes and the guidance scale.
#[derive(Module, Debug)]
pub struct ClassMap {
    mlp: Mlp,
}

/// A [`ClassMap`] of given classes and guidance scales.
pub struct GuidedMap<'a> {
    net: &'a ClassMap,
    given: Tensor<2>,
}

impl ClassMap {
    /// The flow map of `classes` (a row of zeros is no class, and has the scale 1) under guidance by `scale`, at least 1 (1: none). The network reads 1 − 1/scale, in which
    /// its targets are linear (see [`guided_velocity`](crate::loss::guided_velocity)).
    ///
    /// # Shapes
    /// - classes: `[n, classes]`
    /// - scale: `[n]`
    pub fn guided(&self, classes: Condition, scale: Tensor<1>) -> GuidedMap<'_> {
        let scale = (scale.recip() * -1.0 + 1.0).unsqueeze_dim::<2>(1);
        GuidedMap { net: self, given: Tensor::cat(vec![classes, scale], 1) }
    }
}

impl FlowMap for GuidedMap<'_> {
    fn average_velocity(&self, x: Tensor<2>, t: Tensor<1>, s: Tensor<1>) -> Tensor<2> {
        self.net.mlp.layers(Tensor::cat(vec![inputs(x, t, s), self.given.clone()], 1))
    }
}

impl FlowMapJvp for GuidedMap<'_> {
    fn average_velocity_jvp(
        &self,
        x: Tensor<2>,
        t: Tensor<1>,
        s: Tensor<1>,
        (dx, dt, ds): (Tensor<2>, Tensor<1>, Tensor<1>),
    ) -> (Tensor<2>, Tensor<2>) {
        let rates = rates(&t, &s, dx, dt, ds);
        let tangent = Tensor::cat(vec![rates, self.given.zeros_like()], 1);
        let inputs = Tensor::cat(vec![inputs(x, t, s), self.given.clone()], 1);
        let (u, derivative) = self.net.mlp.layers_jvp(inputs, tangent.unsqueeze_dim::<3>(0));
        (u, derivative.squeeze_dim::<2>(0))
    }
}
