//! The product on the CPU: one pass before Burn's matrix product and one after it.

use super::{Activation, Mix, Patches, Plan, ProductOps};
use crate::ops::cpu::{contiguous, own, sigmoid, slice, sum, tensor, update2};
use crate::ops::several::Several;
use burn::backend::Flex;
use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn_flex::FlexTensor;
use wide::f32x8;

impl ProductOps for Flex {
    fn product(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        extras: Several<Self>,
        plan: Plan,
    ) -> FloatTensor<Self> {
        let extras: Vec<FlexTensor> = extras.list().into_iter().map(contiguous).collect();
        let extra = |k: usize| slice(&extras[k]);
        let x = contiguous(x);
        let samples = plan.samples(x.layout().shape());
        let channels = if plan.mix == Mix::Channels { plan.inner } else { plan.columns };
        let x = match plan.read {
            Some(p) => tensor(gathered(slice(&x), p), [samples * plan.tokens, channels]),
            None => x,
        };
        let x = match plan.norm {
            Some(at) => {
                let k = plan.norm_at();
                let rows = [extra(k), extra(k + 1), extra(k + 2)];
                tensor(
                    normalized(slice(&x), plan.tokens, channels, rows, at),
                    [samples * plan.tokens, channels],
                )
            }
            None => x,
        };
        let rows = samples * plan.rows;
        let y = match plan.mix {
            Mix::Channels => Self::float_matmul(x.reshape([rows, plan.inner].into()), w),
            Mix::Tokens => Self::float_matmul(
                w.reshape([1, plan.rows, plan.inner].into()),
                x.reshape([samples, plan.inner, plan.columns].into()),
            ),
        };
        let mut y = own(y);
        let residual = plan.residual.map(|repeat| (extra(plan.residual_at()), repeat));
        finish(y.storage_mut(), &plan, plan.bias.then(|| extra(0)), residual);
        match plan.write {
            Some(p) => tensor(scattered(slice(&y), p), plan.shape(samples)),
            None => y.reshape(plan.shape(samples).into()),
        }
    }
}

/// φ(y + bias + residual), in place.
pub(super) fn finish(y: &mut [f32], plan: &Plan, bias: Option<&[f32]>, residual: Option<(&[f32], usize)>) {
    if bias.is_none() && residual.is_none() && plan.activation == Activation::None {
        return;
    }
    let width = plan.columns;
    let zeros = vec![0.0; width];
    for (i, row) in y.chunks_exact_mut(width).enumerate() {
        let (along, constant) = match (plan.mix, bias) {
            (_, None) => (&zeros[..], 0.0),
            (Mix::Channels, Some(b)) => (b, 0.0),
            (Mix::Tokens, Some(b)) => (&zeros[..], b[i % plan.rows]),
        };
        let other = match residual {
            None => &zeros[..],
            Some((r, 0)) => &r[i * width..(i + 1) * width],
            Some((r, repeat)) => &r[i % repeat * width..(i % repeat + 1) * width],
        };
        let sum = |y: f32x8, b: f32x8, r: f32x8| y + b + r + constant;
        match plan.activation {
            Activation::None => update2(row, along, other, sum),
            Activation::Relu => update2(row, along, other, |y, b, r| sum(y, b, r).max(f32x8::ZERO)),
            Activation::Silu => update2(row, along, other, |y, b, r| {
                let z = sum(y, b, r);
                z * sigmoid(z)
            }),
        }
    }
}

const EPSILON: f32 = 1e-5;

/// (γ norm(x) + β) (1 + scale) + shift = norm(x) g + c with a g and a c for each sample.
fn normalized(
    x: &[f32],
    tokens: usize,
    channels: usize,
    [gamma, beta, modulation]: [&[f32]; 3],
    [scale, shift, width]: [usize; 3],
) -> Vec<f32> {
    let mut out = x.to_vec();
    let (mut g, mut c) = (vec![0.0; channels], vec![0.0; channels]);
    for (sample, rows) in out.chunks_mut(tokens * channels).enumerate() {
        let modulation = &modulation[sample * width..(sample + 1) * width];
        for k in 0..channels {
            let by = 1.0 + modulation[scale + k];
            g[k] = gamma[k] * by;
            c[k] = beta[k] * by + modulation[shift + k];
        }
        for row in rows.chunks_exact_mut(channels) {
            let mean = sum(row, |x| x) / channels as f32;
            let variance = sum(row, |x| (x - mean) * (x - mean)) / channels as f32;
            let by = 1.0 / (variance + EPSILON).sqrt();
            update2(row, &g, &c, |x, g, c| (x - mean) * by * g + c);
        }
    }
    out
}

/// The tokens of images.
fn gathered(images: &[f32], p: Patches) -> Vec<f32> {
    let channels = p.patch * p.patch;
    (0..images.len()).map(|i| images[p.pixel(i / channels, i % channels)]).collect()
}

/// The images of tokens.
fn scattered(tokens: &[f32], p: Patches) -> Vec<f32> {
    let channels = p.patch * p.patch;
    let mut images = vec![0.0; tokens.len()];
    for (i, value) in tokens.iter().enumerate() {
        images[p.pixel(i / channels, i % channels)] = *value;
    }
    images
}
