//! A linear layer over the features of a time, as one operation: φ(features(t) w + b + c v), or φ(features(t) w + z).
//!
//! See [`features`](super::features) for the features.

use super::cpu;
use super::features::{Frequencies, append_features};
use super::product::{Activation, Product, linear};
use super::several::{Several, several};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::nn::Linear;
use burn::tensor::Tensor;

/// What is added to the time's part.
#[derive(Debug, Clone)]
pub enum Beside<'a> {
    /// Nothing.
    Nothing,
    /// Classes, `[n, classes]`, by a layer without bias.
    Classes(Tensor<2>, &'a Linear),
    /// A sum that was made before, `[n, width]`.
    Sum(Tensor<2>),
}

/// How many tensors stand beside the time, and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Plan {
    half: usize,
    width: usize,
    bias: bool,
    classes: usize,
    sum: bool,
    activation: Activation,
}

/// The layer on every backend; `beside` are bias, classes and their weights, sum, as far as the plan has them.
#[backend_extension(Flex, Cube: cfg(feature = "gpu"))]
trait EmbeddingOps: Backend {
    fn embed_time(
        t: FloatTensor<Self>,
        w: FloatTensor<Self>,
        #[extension_type] beside: Several<Self>,
        frequencies: Frequencies,
        plan: Plan,
    ) -> FloatTensor<Self>;
}

/// φ(features(t) w + b + what is beside). Differentiable: with gradients it is composed of other operations.
///
/// # Shapes
/// - t: `[n]`
/// - layer: from `2 half` to `width`
/// - output: `[n, width]`
pub fn embed_time(
    t: Tensor<1>,
    frequencies: Frequencies,
    layer: &Linear,
    beside: Beside,
    activation: Activation,
) -> Tensor<2> {
    if t.device().is_autodiff() {
        return composed(t, frequencies, layer, beside, activation);
    }
    let weight = layer.weight.val();
    let [inputs, width] = weight.dims();
    let half = frequencies.half;
    assert_eq!(inputs, 2 * half, "a layer of the features");
    let bias = layer.bias.as_ref().map(|b| b.val());
    let mut plan = Plan { half, width, bias: bias.is_some(), classes: 0, sum: false, activation };
    let mut tensors = Vec::new();
    // All as matrices, because a list has one rank.
    tensors.extend(bias.map(|b| b.unsqueeze::<2>()));
    match beside {
        Beside::Nothing => {}
        Beside::Classes(classes, by) => {
            plan.classes = classes.dims()[1];
            tensors.extend([classes, by.weight.val()]);
        }
        Beside::Sum(sum) => {
            plan.sum = true;
            tensors.push(sum);
        }
    }
    let (t, weight) = (t.into_dispatch(), weight.into_dispatch());
    let y = <Dispatch as EmbeddingOps>::embed_time(t, weight, several(tensors), frequencies, plan);
    Tensor::from_dispatch(y)
}

fn composed(
    t: Tensor<1>,
    frequencies: Frequencies,
    layer: &Linear,
    beside: Beside,
    activation: Activation,
) -> Tensor<2> {
    let [inputs, width] = layer.weight.dims();
    let n = t.dims()[0];
    let sum = match beside {
        Beside::Nothing => None,
        Beside::Classes(classes, by) => Some(linear(classes, by, Activation::None)),
        Beside::Sum(sum) => Some(sum),
    };
    let product = Product::linear(layer).activation(activation);
    let product = match sum {
        Some(sum) => product.residual(sum.reshape([n, 1, width])),
        None => product,
    };
    let features = append_features(None, t, frequencies).reshape([n, 1, inputs]);
    product.run(features).reshape([n, width])
}

impl EmbeddingOps for Flex {
    fn embed_time(
        t: FloatTensor<Self>,
        w: FloatTensor<Self>,
        beside: Several<Self>,
        frequencies: Frequencies,
        plan: Plan,
    ) -> FloatTensor<Self> {
        let [t, w] = [t, w].map(cpu::contiguous);
        let beside: Vec<_> = beside.list().into_iter().map(cpu::contiguous).collect();
        let mut parts = beside.iter().map(cpu::slice);
        let bias = if plan.bias { parts.next() } else { None };
        let classes = if plan.classes > 0 { parts.next().zip(parts.next()) } else { None };
        let sum = if plan.sum { parts.next() } else { None };
        let (t, w, radians) = (cpu::slice(&t), cpu::slice(&w), frequencies.radians());
        let width = plan.width;
        let mut out = vec![0.0; t.len() * width];
        for (i, (row, t)) in out.chunks_exact_mut(width).zip(t).enumerate() {
            if let Some(bias) = bias {
                row.copy_from_slice(bias);
            }
            if let Some(sum) = sum {
                cpu::update(row, &sum[i * width..(i + 1) * width], |y, x| y + x);
            }
            // One row of weights after another.
            let mut add = |weight: f32, from: &[f32], k: usize| {
                if weight != 0.0 {
                    cpu::update(row, &from[k * width..(k + 1) * width], |y, w| y + w * weight);
                }
            };
            if let Some((classes, by)) = classes {
                (0..plan.classes).for_each(|k| add(classes[i * plan.classes + k], by, k));
            }
            radians.iter().enumerate().for_each(|(k, r)| add((r * t).sin(), w, k));
            radians.iter().enumerate().for_each(|(k, r)| add((r * t).cos(), w, plan.half + k));
            match plan.activation {
                Activation::None => {}
                Activation::Relu => row.iter_mut().for_each(|y| *y = y.max(0.0)),
                Activation::Silu => {
                    let z = row.to_vec();
                    cpu::update(row, &z, |_, z| z * cpu::sigmoid(z));
                }
            }
        }
        cpu::tensor(out, [t.len(), width])
    }
}

#[cfg(feature = "gpu")]
mod gpu {
    use super::{EmbeddingOps, Frequencies, Plan, Several};
    use crate::ops::features::{cosine, reduced, sine};
    use crate::ops::gpu::{arg, args, contiguous, element, empty};
    use crate::ops::product::activated;
    use burn::backend::tensor::FloatTensor;
    use burn_cubecl::CubeBackend;
    use cubecl::prelude::*;

    /// Units of a workgroup.
    const UNITS: usize = 64;

    impl EmbeddingOps for CubeBackend {
        fn embed_time(
            t: FloatTensor<Self>,
            w: FloatTensor<Self>,
            beside: Several<Self>,
            frequencies: Frequencies,
            plan: Plan,
        ) -> FloatTensor<Self> {
            let [t, w] = [t, w].map(contiguous);
            let beside: Vec<_> = beside.list().into_iter().map(contiguous).collect();
            let n = t.meta.num_elements();
            assert!(n <= 65_535, "a row is a workgroup, of which a launch has at most 65,535");
            let out = empty(&t, [n, plan.width]);
            let bits: Vec<u32> = frequencies.radians().iter().map(|r| r.to_bits()).collect();
            // SAFETY: a workgroup makes a row, and the kernel checks its columns.
            unsafe {
                embed_time::launch_unchecked(
                    &t.client,
                    CubeCount::Static(n as u32, 1, 1),
                    CubeDim::new_1d(UNITS as u32),
                    arg(&t),
                    arg(&w),
                    args(&beside),
                    arg(&out),
                    plan,
                    bits,
                );
            }
            out
        }
    }

    /// A workgroup makes a row: first its features, then unit j column j and every 64th after it.
    #[cube(launch_unchecked)]
    fn embed_time(
        t: &[f32],
        w: &[f32],
        beside: Sequence<Box<[f32]>>,
        out: &mut [f32],
        #[comptime] plan: Plan,
        #[comptime] bits: Vec<u32>,
    ) {
        let row = CUBE_POS_X as usize;
        let unit = UNIT_POS as usize;
        let half = comptime!(plan.half);
        let width = comptime!(plan.width);
        let mut features = Shared::<[f32]>::new_slice(comptime!(2 * plan.half));
        let time = t[row];
        #[unroll]
        for round in 0..comptime!(plan.half.div_ceil(UNITS)) {
            // Each unit finds its own frequency, and then all take their sines by the same code: a short kernel.
            let mut radians = 0.0f32;
            #[unroll]
            for k in 0..comptime!((plan.half - round * UNITS).min(UNITS)) {
                radians = select(unit == k, comptime!(f32::from_bits(bits[round * UNITS + k])), radians);
            }
            let k = unit + round * UNITS;
            if k < half {
                let turn = reduced(time * radians);
                features[k] = sine(turn);
                features[half + k] = cosine(turn);
            }
        }
        sync_cube();
        let classes_at = comptime!(usize::from(plan.bias));
        let mut j = unit;
        while j < width {
            let mut sum = 0.0f32;
            if comptime!(plan.bias) {
                sum += element(&beside, 0usize, j);
            }
            if comptime!(plan.sum) {
                sum += element(&beside, classes_at, row * width + j);
            }
            if comptime!(plan.classes > 0) {
                for k in 0..comptime!(plan.classes) {
                    let class = element(&beside, classes_at, row * comptime!(plan.classes) + k);
                    sum += class * element(&beside, comptime!(classes_at + 1), k * width + j);
                }
            }
            for k in 0..comptime!(2 * plan.half) {
                sum += features[k] * w[k * width + j];
            }
            out[row * width + j] = activated(sum, plan.activation);
            j += UNITS;
        }
    }
}
