//! Weighted sums of tensors: a solver's steps, and guidance.

use super::cpu;
use super::several::{Several, several};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

/// Weighted sums on every backend.
#[backend_extension(Flex, Cube: cfg(feature = "gpu"), Autodiff: cfg(feature = "train"))]
trait CombineOps: Backend {
    /// Σ_i weights[i] xs[i], at most [`MOST`] terms.
    fn combine(#[extension_type] xs: Several<Self>, weights: Vec<f32>) -> FloatTensor<Self> {
        let mut terms = xs.list().into_iter().zip(weights).map(|(x, w)| Self::float_mul_scalar(x, w.into()));
        let first = terms.next().expect("a sum has terms");
        terms.fold(first, |sum, term| Self::float_add(sum, term))
    }
}

/// With the result and the launch's own that makes 8 buffers, as many as every WebGPU device can bind.
const MOST: usize = 6;

/// Σ weight × x, all of one shape. Differentiable.
pub fn combine<const D: usize>(terms: &[(f64, &Tensor<D>)]) -> Tensor<D> {
    let (head, rest) = terms.split_at(terms.len().min(MOST));
    let xs = several(head.iter().map(|(_, x)| (*x).clone()));
    let weights = head.iter().map(|(w, _)| *w as f32).collect();
    let sum = Tensor::from_dispatch(<Dispatch as CombineOps>::combine(xs, weights));
    if rest.is_empty() {
        return sum;
    }
    combine(&[(1.0, &sum)].into_iter().chain(rest.iter().copied()).collect::<Vec<_>>())
}

#[cfg(feature = "train")]
impl<B: CombineOps, C: burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy> CombineOps
    for burn::backend::Autodiff<B, C>
{
}

impl CombineOps for Flex {
    fn combine(xs: Several<Self>, weights: Vec<f32>) -> FloatTensor<Self> {
        let xs: Vec<_> = xs.list().into_iter().map(cpu::contiguous).collect();
        let mut out = cpu::map(cpu::slice(&xs[0]), |x| x * weights[0]);
        for (x, w) in xs.iter().zip(weights).skip(1) {
            cpu::update(&mut out, cpu::slice(x), |sum, x| sum + x * w);
        }
        cpu::tensor(out, xs[0].layout().shape().clone())
    }
}

#[cfg(feature = "gpu")]
mod gpu {
    use super::{CombineOps, Several};
    use crate::ops::gpu::{arg, args, contiguous, element, empty, groups};
    use burn::backend::tensor::FloatTensor;
    use burn_cubecl::CubeBackend;
    use cubecl::prelude::*;

    impl CombineOps for CubeBackend {
        fn combine(xs: Several<Self>, weights: Vec<f32>) -> FloatTensor<Self> {
            let xs: Vec<_> = xs.list().into_iter().map(contiguous).collect();
            let out = empty(&xs[0], xs[0].meta.shape().clone());
            let n = out.meta.num_elements();
            // SAFETY: the kernel checks its index against n.
            unsafe {
                combine::launch_unchecked(
                    &out.client,
                    groups(n, 64),
                    CubeDim::new_1d(64),
                    args(&xs),
                    weights.into_iter().collect(),
                    arg(&out),
                    n as u32,
                );
            }
            out
        }
    }

    #[cube(launch_unchecked)]
    fn combine(xs: Sequence<Box<[f32]>>, weights: Sequence<f32>, out: &mut [f32], n: u32) {
        let i = ABSOLUTE_POS;
        if i < n as usize {
            let mut sum = 0.0f32;
            #[unroll]
            for k in 0..comptime!(xs.len()) {
                sum += weights[k] * element(&xs, k, i);
            }
            out[i] = sum;
        }
    }
}
