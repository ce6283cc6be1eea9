//! The mean of squared differences, in one launch each way.

use super::cpu;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

/// The loss and its gradient on every backend.
#[backend_extension(Flex, Cube: cfg(feature = "gpu"), Autodiff: cfg(feature = "train"))]
trait LossOps: Backend {
    /// mean (x − y)², `[1]`.
    fn mean_square(x: FloatTensor<Self>, y: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// What training needs.
trait LossGradient: LossOps {
    /// 2 (x − y) / n × grad.
    fn mean_square_gradient(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        grad: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

/// mean (x − y)² over all elements, `[1]`. Differentiable in x; y is a constant.
///
/// # Shapes
/// - x, y: the same
pub fn mean_square<const D: usize>(x: Tensor<D>, y: Tensor<D>) -> Tensor<1> {
    assert_eq!(x.dims(), y.dims(), "a target has the shape of its prediction");
    Tensor::from_dispatch(<Dispatch as LossOps>::mean_square(x.into_dispatch(), y.into_dispatch()))
}

impl LossOps for Flex {
    fn mean_square(x: FloatTensor<Self>, y: FloatTensor<Self>) -> FloatTensor<Self> {
        let (x, y) = (cpu::contiguous(x), cpu::contiguous(y));
        let squares = cpu::map2(cpu::slice(&x), cpu::slice(&y), |x, y| (x - y) * (x - y));
        // In double precision: the mean of many is asked for.
        let sum: f64 = squares.iter().map(|s| f64::from(*s)).sum();
        cpu::tensor(vec![(sum / squares.len() as f64) as f32], [1])
    }
}

impl LossGradient for Flex {
    fn mean_square_gradient(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        grad: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let (x, y, grad) = (cpu::contiguous(x), cpu::contiguous(y), cpu::contiguous(grad));
        let by = 2.0 * cpu::slice(&grad)[0] / cpu::slice(&x).len() as f32;
        let out = cpu::map2(cpu::slice(&x), cpu::slice(&y), |x, y| (x - y) * by);
        cpu::tensor(out, x.layout().shape().clone())
    }
}

#[cfg(feature = "gpu")]
mod gpu {
    use super::{LossGradient, LossOps};
    use crate::ops::gpu::{arg, contiguous, empty, groups};
    use burn::backend::tensor::FloatTensor;
    use burn_cubecl::CubeBackend;
    use cubecl::prelude::*;

    /// Units of the one workgroup that sums.
    const UNITS: usize = 256;

    impl LossOps for CubeBackend {
        fn mean_square(x: FloatTensor<Self>, y: FloatTensor<Self>) -> FloatTensor<Self> {
            let (x, y) = (contiguous(x), contiguous(y));
            let out = empty(&x, [1]);
            // SAFETY: the kernel checks its index against the length that it is given.
            unsafe {
                mean_square::launch_unchecked(
                    &x.client,
                    CubeCount::Static(1, 1, 1),
                    CubeDim::new_1d(UNITS as u32),
                    arg(&x),
                    arg(&y),
                    arg(&out),
                    x.meta.num_elements() as u32,
                );
            }
            out
        }
    }

    impl LossGradient for CubeBackend {
        fn mean_square_gradient(
            x: FloatTensor<Self>,
            y: FloatTensor<Self>,
            grad: FloatTensor<Self>,
        ) -> FloatTensor<Self> {
            let (x, y, grad) = (contiguous(x), contiguous(y), contiguous(grad));
            let out = empty(&x, x.meta.shape().clone());
            let n = x.meta.num_elements();
            // SAFETY: the kernel checks its index against n.
            unsafe {
                mean_square_gradient::launch_unchecked(
                    &x.client,
                    groups(n, 64),
                    CubeDim::new_1d(64),
                    arg(&x),
                    arg(&y),
                    arg(&grad),
                    arg(&out),
                    n as u32,
                );
            }
            out
        }
    }

    #[cube(launch_unchecked)]
    fn mean_square(x: &[f32], y: &[f32], out: &mut [f32], n: u32) {
        let unit = UNIT_POS as usize;
        let mut parts = Shared::<[f32]>::new_slice(UNITS);
        let mut sum = 0.0f32;
        let mut i = unit;
        while i < n as usize {
            let d = x[i] - y[i];
            sum += d * d;
            i += UNITS;
        }
        parts[unit] = sum;
        sync_cube();
        let mut half = comptime!(UNITS / 2).runtime();
        while half > 0 {
            if unit < half {
                parts[unit] += parts[unit + half];
            }
            sync_cube();
            half /= 2;
        }
        if unit == 0 {
            out[0] = parts[0] / f32::cast_from(n);
        }
    }

    #[cube(launch_unchecked)]
    fn mean_square_gradient(x: &[f32], y: &[f32], grad: &[f32], out: &mut [f32], n: u32) {
        let i = ABSOLUTE_POS;
        if i < n as usize {
            out[i] = 2.0f32 * (x[i] - y[i]) * grad[0] / f32::cast_from(n);
        }
    }
}

mod gradient {
    use super::*;
    use burn::backend::Autodiff;
    use burn::backend::autodiff::checkpoint::base::Checkpointer;
    use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
    use burn::backend::autodiff::grads::Gradients;
    use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};

    /// The node of the graph; its state is x and y.
    #[derive(Debug)]
    struct MeanSquare;

    impl<B: LossGradient> Backward<B, 1> for MeanSquare {
        type State = (FloatTensor<B>, FloatTensor<B>);

        fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
            let (x, y) = ops.state;
            unary::<B, _>(ops.parents, ops.node, grads, |grad| B::mean_square_gradient(x, y, grad));
        }
    }

    impl<B: LossGradient, C: CheckpointStrategy> LossOps for Autodiff<B, C> {
        fn mean_square(x: FloatTensor<Self>, y: FloatTensor<Self>) -> FloatTensor<Self> {
            let y = y.into_primitive();
            match MeanSquare.prepare::<C>([x.node()]).compute_bound().stateful() {
                OpsKind::Tracked(prep) => {
                    let x = x.into_primitive();
                    prep.finish((x.clone(), y.clone()), B::mean_square(x, y))
                }
                OpsKind::UnTracked(prep) => prep.finish(B::mean_square(x.into_primitive(), y)),
            }
        }
    }
}
