//! An MLP that knows of classes: the network of guidance in the plane.

use super::mlp::TIME;
use super::{Mlp, MlpConfig};
use crate::error::Result;
use crate::field::{Condition, VelocityField};
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
}

impl VelocityField for ClassMlp {
    /// `None` is no class, as a row of zeros is.
    fn velocity(&self, x: Tensor<2>, t: Tensor<1>, condition: Option<Condition>) -> Tensor<2> {
        let none = || Tensor::zeros([x.dims()[0], self.classes], &x.device());
        let condition = condition.unwrap_or_else(none);
        self.mlp.layers(Tensor::cat(vec![append_features(Some(x), t, TIME), condition], 1))
    }
}
