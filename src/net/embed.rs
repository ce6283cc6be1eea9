//! What a network is told beside x: the time and the class.

use super::init;
use crate::field::Condition;
use crate::rng::{Rng, Stream};
use crate::silu::silu;
use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

/// Sinusoidal features of a time in [0, 1]: sin and cos of 1000 t / 10000^(k/half), as in Vaswani et al.
/// 2017, section 3.5, with DDPM's 1000 steps as the unit.
///
/// # Shapes
/// - t: `[n]`
/// - output: `[n, 2 half]`
pub fn time_features(t: Tensor<1>, half: usize) -> Tensor<2> {
    let angle = t.clone().unsqueeze_dim::<2>(1) * frequencies(half, &t.device());
    Tensor::cat(vec![angle.clone().sin(), angle.cos()], 1)
}

/// The derivative of [`time_features`] at t where t moves at the rate dt.
///
/// # Shapes
/// - t, dt: `[n]`
/// - output: `[n, 2 half]`
pub(super) fn time_features_slope(t: Tensor<1>, dt: Tensor<1>, half: usize) -> Tensor<2> {
    let row = frequencies(half, &t.device());
    let angle = t.unsqueeze_dim::<2>(1) * row.clone();
    let rate = dt.unsqueeze_dim::<2>(1) * row;
    Tensor::cat(vec![angle.clone().cos() * rate.clone(), -(angle.sin() * rate)], 1)
}

/// Radians a unit of t, `[1, half]`.
fn frequencies(half: usize, device: &Device) -> Tensor<2> {
    let row: Vec<f32> =
        (0..half).map(|k| 1000.0 * (-(10_000f32.ln()) * k as f32 / half as f32).exp()).collect();
    Tensor::<1>::from_floats(row.as_slice(), device).unsqueeze::<2>()
}

/// Time and class to one conditioning vector: silu(W_t features(t) + W_c onehot + b); in a flow map also
/// W_s features(s − t).
#[derive(Module, Debug)]
pub struct Conditioner {
    time: Linear,
    class: Linear,
    span: Option<Linear>,
    #[module(skip)]
    half: usize,
}

impl Conditioner {
    pub(super) fn init(classes: usize, width: usize, rng: &mut Rng, device: &Device) -> Self {
        let half = 32;
        let mut class = init::linear(classes, width, 1.0, rng, device);
        class.bias = None;
        Self { time: init::linear(2 * half, width, 1.0, rng, device), class, span: None, half }
    }

    /// The same, but told the length of an interval too, which at first changes nothing.
    pub(super) fn with_span(mut self, device: &Device) -> Self {
        let [_, width] = self.time.weight.dims();
        let mut span = init::linear(2 * self.half, width, 0.0, &mut Rng::new(0, Stream::Init), device);
        span.bias = None;
        self.span = Some(span);
        self
    }

    /// # Shapes
    /// - t: `[n]`
    /// - length: s − t of each row, `[n]`; ignored where this is no flow map's
    /// - condition: `[n, classes]`
    /// - output: `[n, width]`
    pub fn forward(&self, t: Tensor<1>, length: Tensor<1>, condition: Option<Condition>) -> Tensor<2> {
        let mut sum = self.time.forward(time_features(t, self.half));
        if let Some(span) = &self.span {
            sum = sum + span.forward(time_features(length, self.half));
        }
        silu(match condition {
            Some(c) => sum + self.class.forward(c),
            None => sum,
        })
    }
}
