//! What the tests of operations share: numbers, a linear layer of given weights, comparison.

use burn::module::Param;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::ops::product::Activation;
use flow_lab::rng::{Rng, Stream};

/// Numbers that a test draws once.
pub struct Draws(Rng);

impl Draws {
    pub fn new(seed: u64) -> Self {
        Self(Rng::new(seed, Stream::Noise))
    }

    pub fn tensor<const D: usize>(&mut self, shape: [usize; D], device: &Device) -> Tensor<D> {
        Tensor::from_data(TensorData::new(self.0.normals(shape.iter().product()), shape), device)
    }
}

pub fn values<const D: usize>(x: &Tensor<D>) -> Vec<f64> {
    x.clone().into_data().iter::<f32>().map(f64::from).collect()
}

pub fn close(what: &str, got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (i, (a, b)) in got.iter().zip(want).enumerate() {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what}, element {i}: {a}, not {b}");
    }
}

/// φ in double precision.
pub fn apply(activation: Activation, z: f64) -> f64 {
    match activation {
        Activation::None => z,
        Activation::Relu => z.max(0.0),
        Activation::Silu => z / (1.0 + (-z).exp()),
    }
}

/// A linear layer of these weights.
pub fn layer(w: Tensor<2>, b: Option<Tensor<1>>) -> Linear {
    let [inputs, outputs] = w.dims();
    let mut layer = LinearConfig::new(inputs, outputs).init(&w.device());
    layer.weight = Param::from_tensor(w);
    layer.bias = b.map(Param::from_tensor);
    layer
}
