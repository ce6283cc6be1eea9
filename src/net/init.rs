//! Initial weights from the host RNG: the same seed gives the same network on every backend, which
//! Burn's own device-side initializers do not promise.

use crate::rng::Rng;
use burn::module::Param;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};

/// A parameter of N(0, std²) draws.
pub(super) fn normal<const D: usize>(
    shape: [usize; D],
    std: f64,
    rng: &mut Rng,
    device: &Device,
) -> Param<Tensor<D>> {
    let n = shape.iter().product();
    let values: Vec<f32> = rng.normals(n).into_iter().map(|v| v * std as f32).collect();
    Param::from_tensor(Tensor::from_data(TensorData::new(values, shape), device))
}

/// A parameter of zeros.
pub(super) fn zeros<const D: usize>(shape: [usize; D], device: &Device) -> Param<Tensor<D>> {
    Param::from_tensor(Tensor::zeros(shape, device))
}

/// A linear layer with weights N(0, gain²/inputs) and zero bias. A gain of 0 makes a branch start silent.
pub(super) fn linear(inputs: usize, outputs: usize, gain: f64, rng: &mut Rng, device: &Device) -> Linear {
    let mut layer = LinearConfig::new(inputs, outputs).init(device);
    layer.weight = normal([inputs, outputs], gain / (inputs as f64).sqrt(), rng, device);
    layer.bias = Some(zeros([outputs], device));
    layer
}
