//! The product on the CPU: at most one pass before Burn's matrix product and one after it.

use super::kept::with_right;
use super::kernel::{Matrix, multiply};
use super::{Activation, GatesPlan, Mix, NormPlan, Patches, Plan, ProductOps};
use crate::ops::cpu::{contiguous, own, sigmoid, slice, sum, tensor, update, update2};
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
        let gates = plan.gates.map(|gates| (extra(plan.gates_at()), gates));
        // What is done to x first: at most one of these (Product::fused).
        let changed = if let Some(p) = plan.read {
            Some(gathered(slice(&x), p))
        } else if let Some(norm) = plan.norm {
            let (k, modulation) = (plan.norm_at(), extra(plan.modulation_at()));
            let affine = norm.layer.then(|| [extra(k), extra(k + 1)]);
            Some(normalized(slice(&x), plan.tokens, channels, affine, modulation, norm))
        } else if plan.beside > 0 {
            Some(joined(slice(&x), extra(plan.beside_at()), plan.own(), plan.beside))
        } else if let Some((by, GatesPlan { scale: Some(at), width, .. })) = gates {
            Some(scaled(slice(&x), plan.tokens, channels, by, [at, width]))
        } else {
            None
        };
        let x = match changed {
            Some(values) => tensor(values, [samples * plan.tokens, channels]),
            None => x,
        };
        let mut y =
            if OWN { by_kernel(&x, &contiguous(w), &plan, samples) } else { by_burn(x, w, &plan, samples) };
        let residual = plan.residual.map(|repeat| (extra(plan.residual_at()), repeat));
        finish(y.storage_mut(), &plan, plan.bias.then(|| extra(0)), gates, residual);
        match plan.write {
            Some(p) => tensor(scattered(slice(&y), p), plan.shape(samples)),
            None => y.reshape(plan.shape(samples).into()),
        }
    }
}

/// Whether products are [`multiply`]: where Burn's has no kernel that fits the processor.
pub(super) const OWN: bool = cfg!(target_arch = "wasm32");

fn by_kernel(x: &FlexTensor, w: &FlexTensor, plan: &Plan, samples: usize) -> FlexTensor {
    let x = slice(x);
    let Plan { rows, inner, columns, .. } = *plan;
    let mut y = vec![0.0; samples * rows * columns];
    match plan.mix {
        Mix::Channels => {
            let sizes = [samples * rows, inner, columns];
            with_right(w, sizes, |w| multiply(Matrix::Rows(x), w, sizes, &mut y));
        }
        Mix::Tokens => {
            let w = Matrix::Rows(slice(w));
            let each = x.chunks_exact(inner * columns).zip(y.chunks_exact_mut(rows * columns));
            each.for_each(|(x, y)| multiply(w, Matrix::Rows(x), [rows, inner, columns], y));
        }
    }
    tensor(y, [samples * rows, columns])
}

fn by_burn(x: FlexTensor, w: FlexTensor, plan: &Plan, samples: usize) -> FlexTensor {
    own(match plan.mix {
        Mix::Channels => Flex::float_matmul(x.reshape([samples * plan.rows, plan.inner].into()), w),
        Mix::Tokens => Flex::float_matmul(
            w.reshape([1, plan.rows, plan.inner].into()),
            x.reshape([samples, plan.inner, plan.columns].into()),
        ),
    })
}

/// φ((y + bias) (1 + gate) + residual), in place.
pub(super) fn finish(
    y: &mut [f32],
    plan: &Plan,
    bias: Option<&[f32]>,
    gates: Option<(&[f32], GatesPlan)>,
    residual: Option<(&[f32], usize)>,
) {
    if let Some((by, at)) = gates {
        gated(y, plan, bias, by, at);
        return finish(y, plan, None, None, residual);
    }
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

/// (y + bias) (1 + gate), in place.
fn gated(y: &mut [f32], plan: &Plan, bias: Option<&[f32]>, by: &[f32], at: GatesPlan) {
    let columns = plan.columns;
    let zeros = vec![0.0; columns];
    let bias = bias.unwrap_or(&zeros);
    for (rows, by) in y.chunks_mut(plan.rows * columns).zip(by.chunks_exact(at.width)) {
        let gate = &by[at.gate..at.gate + columns];
        for row in rows.chunks_exact_mut(columns) {
            update2(row, bias, gate, |y, bias, gate| (y + bias) * (gate + 1.0));
        }
    }
}

/// The channels of `other` behind those of x.
fn joined(x: &[f32], other: &[f32], channels: usize, others: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(x.len() + other.len());
    for (x, other) in x.chunks_exact(channels).zip(other.chunks_exact(others)) {
        out.extend_from_slice(x);
        out.extend_from_slice(other);
    }
    out
}

/// The channels of x times factors for each sample.
fn scaled(x: &[f32], tokens: usize, channels: usize, by: &[f32], [at, width]: [usize; 2]) -> Vec<f32> {
    let mut out = x.to_vec();
    for (rows, by) in out.chunks_mut(tokens * channels).zip(by.chunks_exact(width)) {
        for row in rows.chunks_exact_mut(channels) {
            update(row, &by[at..at + channels], |x, by| x * by);
        }
    }
    out
}

pub(super) const LAYER_EPSILON: f32 = 1e-5;
pub(super) const RMS_EPSILON: f32 = 1e-6;

/// norm(x) g + c with a g and a c for each sample: of (γ norm(x) + β) (1 + scale) + shift.
fn normalized(
    x: &[f32],
    tokens: usize,
    channels: usize,
    affine: Option<[&[f32]; 2]>,
    modulation: &[f32],
    NormPlan { scale, shift, width, .. }: NormPlan,
) -> Vec<f32> {
    let mut out = x.to_vec();
    let (mut g, mut c) = (vec![0.0; channels], vec![0.0; channels]);
    for (sample, rows) in out.chunks_mut(tokens * channels).enumerate() {
        let modulation = &modulation[sample * width..(sample + 1) * width];
        for k in 0..channels {
            let by = 1.0 + modulation[scale + k];
            let [gamma, beta] = affine.map_or([1.0, 0.0], |[gamma, beta]| [gamma[k], beta[k]]);
            g[k] = gamma * by;
            c[k] = beta * by + modulation[shift + k];
        }
        for row in rows.chunks_exact_mut(channels) {
            let (mean, epsilon) = match affine {
                Some(_) => (sum(row, |x| x) / channels as f32, LAYER_EPSILON),
                None => (0.0, RMS_EPSILON),
            };
            let variance = sum(row, |x| (x - mean) * (x - mean)) / channels as f32;
            let by = 1.0 / (variance + epsilon).sqrt();
            update2(row, &g, &c, |x, g, c| (x - mean) * by * g + c);
        }
    }
    out
}

/// Where the rows of patches stand in images, token after token, and how long each is.
fn runs(values: usize, p: Patches) -> (impl Iterator<Item = usize>, usize) {
    let (across, run) = (p.side / p.patch, p.patch * p.colors);
    let starts = (0..values / run).map(move |i| {
        let (row, token) = (i % p.patch, i / p.patch);
        let (line, column) = (token / across, token % across); // lines are counted through all images
        ((line * p.patch + row) * across + column) * run
    });
    (starts, run)
}

/// The tokens of images.
fn gathered(images: &[f32], p: Patches) -> Vec<f32> {
    let (starts, run) = runs(images.len(), p);
    let mut tokens = Vec::with_capacity(images.len());
    starts.for_each(|at| tokens.extend_from_slice(&images[at..at + run]));
    tokens
}

/// The images of tokens.
fn scattered(tokens: &[f32], p: Patches) -> Vec<f32> {
    let (starts, run) = runs(tokens.len(), p);
    let mut images = vec![0.0; tokens.len()];
    for (at, row) in starts.zip(tokens.chunks_exact(run)) {
        images[at..at + run].copy_from_slice(row);
    }
    images
}
