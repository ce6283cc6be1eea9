//! Channel attention (Hu et al. 2018, squeeze and excitation, with one layer as in DiCo, Ai et al. 2025) as one operation:
//! `a[s, c] = sigmoid(Σ_k m[s, k] w[k, c] + b[c])`, where m is the mean of each channel over the pixels. Beside it a block's gate, so
//! that the next [product](super::product::Gates) binds one tensor for both.

use super::cpu;
use super::product::{Activation, linear};
use super::several::Several;
use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::nn::Linear;
use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;
use wide::f32x8;

/// What is known before the numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Plan {
    pixels: usize,
    channels: usize,
    /// Where the gate begins in a row of the modulation, and how long that row is.
    gate: usize,
    width: usize,
}

/// The attention on every backend; `layer` is its weight and its bias.
#[backend_extension(Flex, Cube: cfg(feature = "gpu"))]
trait AttentionOps: Backend {
    fn channel_attention(
        sums: FloatTensor<Self>,
        #[extension_type] layer: Several<Self>,
        modulation: FloatTensor<Self>,
        plan: Plan,
    ) -> FloatTensor<Self>;
}

/// a and, behind it, the columns of `modulation` from `gate` on. Differentiable: with gradients it is composed of other operations.
///
/// # Shapes
/// - sums: `[n, parts, c]`, whose parts add up to the sums over `pixels` pixels
/// - layer: from c to c
/// - modulation: `[n, width]`
/// - output: `[n, 2 c]`
pub fn channel_attention(
    sums: Tensor<3>,
    pixels: usize,
    layer: &Linear,
    modulation: Tensor<2>,
    gate: usize,
) -> Tensor<2> {
    let [n, _, channels] = sums.dims();
    if sums.device().is_autodiff() {
        let means = sums.sum_dim(1).reshape([n, channels]) / pixels as f64;
        let a = sigmoid(linear(means, layer, Activation::None));
        return Tensor::cat(vec![a, modulation.slice([0..n, gate..gate + channels])], 1);
    }
    let plan = Plan { pixels, channels, gate, width: modulation.dims()[1] };
    let bias = layer.bias.as_ref().expect("a layer with a bias").val();
    let layer = Several::of([layer.weight.val().into_dispatch(), bias.into_dispatch()]);
    let gates = <Dispatch as AttentionOps>::channel_attention(
        sums.into_dispatch(),
        layer,
        modulation.into_dispatch(),
        plan,
    );
    Tensor::from_dispatch(gates)
}

impl AttentionOps for Flex {
    fn channel_attention(
        sums: FloatTensor<Self>,
        layer: Several<Self>,
        modulation: FloatTensor<Self>,
        plan: Plan,
    ) -> FloatTensor<Self> {
        let c = plan.channels;
        let [sums, modulation] = [sums, modulation].map(cpu::contiguous);
        let mut layer = layer.list().into_iter();
        let (weight, bias) =
            (layer.next().expect("a weight"), cpu::contiguous(layer.next().expect("a bias")));
        let modulation = cpu::slice(&modulation);
        let n = modulation.len() / plan.width;
        let mut means = vec![0.0; n * c];
        let parts = cpu::slice(&sums).len() / (n * c);
        for (mean, parts) in means.chunks_exact_mut(c).zip(cpu::slice(&sums).chunks_exact(parts * c)) {
            for part in parts.chunks_exact(c) {
                cpu::update(mean, part, |mean, part| mean + part / plan.pixels as f32);
            }
        }
        let z = cpu::contiguous(Self::float_matmul(cpu::tensor(means, [n, c]), weight));
        let mut out = Vec::with_capacity(2 * n * c);
        for (z, m) in cpu::slice(&z).chunks_exact(c).zip(modulation.chunks_exact(plan.width)) {
            out.extend(cpu::map2(z, cpu::slice(&bias), |z: f32x8, b| cpu::sigmoid(z + b)));
            out.extend_from_slice(&m[plan.gate..plan.gate + c]);
        }
        cpu::tensor(out, [n, 2 * c])
    }
}

#[cfg(feature = "gpu")]
mod gpu {
    use super::{AttentionOps, Plan};
    use crate::ops::gpu::{arg, args, contiguous, element, empty};
    use crate::ops::several::Several;
    use burn::backend::tensor::FloatTensor;
    use burn_cubecl::CubeBackend;
    use cubecl::prelude::*;

    const UNITS: usize = 64;

    impl AttentionOps for CubeBackend {
        fn channel_attention(
            sums: FloatTensor<Self>,
            layer: Several<Self>,
            modulation: FloatTensor<Self>,
            plan: Plan,
        ) -> FloatTensor<Self> {
            let [sums, modulation] = [sums, modulation].map(contiguous);
            let layer: Vec<_> = layer.list().into_iter().map(contiguous).collect();
            let n = modulation.meta.num_elements() / plan.width;
            let parts = sums.meta.num_elements() / (n * plan.channels);
            let out = empty(&sums, [n, 2 * plan.channels]);
            // SAFETY: the launch has a workgroup for each sample; the kernel's other indices are below the plan's sizes.
            unsafe {
                attend::launch_unchecked(
                    &sums.client,
                    CubeCount::Static(n as u32, 1, 1),
                    CubeDim::new_1d(UNITS as u32),
                    arg(&sums),
                    args(&layer),
                    arg(&modulation),
                    arg(&out),
                    parts as u32,
                    plan,
                );
            }
            out
        }
    }

    #[cube(launch_unchecked)]
    fn attend(
        sums: &[f32],
        layer: Sequence<Box<[f32]>>,
        modulation: &[f32],
        out: &mut [f32],
        parts: u32,
        #[comptime] plan: Plan,
    ) {
        let sample = CUBE_POS_X as usize;
        let c = comptime!(plan.channels);
        let parts = parts as usize;
        let mut means = Shared::<[f32]>::new_slice(c);
        let mut k = UNIT_POS as usize;
        while k < c {
            let mut sum = 0.0f32;
            for part in 0..parts {
                sum += sums[(sample * parts + part) * c + k];
            }
            means[k] = sum / comptime!(plan.pixels as f32);
            k += UNITS;
        }
        sync_cube();
        let mut j = UNIT_POS as usize;
        while j < c {
            let mut z = element(&layer, 1usize, j);
            for k in 0..c {
                z += means[k] * element(&layer, 0usize, k * c + j);
            }
            out[sample * comptime!(2 * plan.channels) + j] = 1.0f32 / (1.0f32 + f32::exp(-z));
            out[sample * comptime!(2 * plan.channels) + c + j] =
                modulation[sample * comptime!(plan.width) + comptime!(plan.gate) + j];
            j += UNITS;
        }
    }
}
