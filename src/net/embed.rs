//! What a network is told beside x: the time and the class.

use super::init;
use crate::field::Condition;
use crate::ops::embedding::{Beside, embed_time};
use crate::ops::features::{Frequencies, append_features};
use crate::ops::product::Activation;
use crate::rng::{Rng, Stream};
use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

/// The features of a time in [0, 1]; see [`features`](crate::ops::features).
///
/// # Shapes
/// - t: `[n]`
/// - output: `[n, 2 half]`
pub fn time_features(t: Tensor<1>, half: usize) -> Tensor<2> {
    append_features(None, t, Frequencies { half, scale: 1.0 })
}

/// The derivative of features at t where t moves at the rate dt.
///
/// # Shapes
/// - t, dt: `[n]`
/// - output: `[n, 2 half]`
pub(super) fn time_features_slope(t: Tensor<1>, dt: Tensor<1>, frequencies: Frequencies) -> Tensor<2> {
    let row = Tensor::<1>::from_floats(frequencies.radians().as_slice(), &t.device()).unsqueeze::<2>();
    let angle = t.unsqueeze_dim::<2>(1) * row.clone();
    let rate = dt.unsqueeze_dim::<2>(1) * row;
    Tensor::cat(vec![angle.clone().cos() * rate.clone(), -(angle.sin() * rate)], 1)
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
        let frequencies = Frequencies { half: self.half, scale: 1.0 };
        let beside = condition.map_or(Beside::Nothing, |c| Beside::Classes(c, &self.class));
        let Some(span) = &self.span else {
            return embed_time(t, frequencies, &self.time, beside, Activation::Silu);
        };
        let sum = embed_time(t, frequencies, &self.time, beside, Activation::None);
        embed_time(length, frequencies, span, Beside::Sum(sum), Activation::Silu)
    }
}
