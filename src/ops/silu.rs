//! x sigmoid(x) (Hendrycks & Gimpel 2016) as an operation of our own in Burn.
//!
//! Composed from Burn's primitives it calls `exp` once an element, and in a browser that is a function of the host's C
//! library compiled to WebAssembly: docs/results.md says what that cost. Here the CPU computes several elements at a time; a GPU
//! composes it. Layers of a network apply it in their [product](super::product).

use super::cpu;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;
use wide::f32x8;

/// silu and its derivative, for every backend that this crate computes on.
#[backend_extension(
    Flex,
    Cube: cfg(feature = "gpu"),
    Autodiff: cfg(feature = "train")
)]
pub trait SiluOps: Backend {
    /// x sigmoid(x).
    fn silu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let s = Self::sigmoid(x.clone());
        Self::float_mul(x, s)
    }

    /// `grad` × d silu / dx at `x`: s (1 + x (1 − s)) with s = sigmoid(x).
    fn silu_backward(x: FloatTensor<Self>, grad: FloatTensor<Self>) -> FloatTensor<Self> {
        let s = Self::sigmoid(x.clone());
        let y = Self::float_mul(x, s.clone());
        // s + y − y s
        let slope = Self::float_sub(Self::float_add(s.clone(), y.clone()), Self::float_mul(y, s));
        Self::float_mul(grad, slope)
    }
}

/// x sigmoid(x), element by element; the same shape.
pub fn silu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as SiluOps>::silu(x.into_dispatch()))
}

/// d silu / dx, element by element; the same shape. Differentiable: with gradients it is composed of other operations.
pub fn silu_slope<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    if x.device().is_autodiff() {
        let s = burn::tensor::activation::sigmoid(x.clone());
        let y = x * s.clone();
        return s.clone() + y.clone() - y * s;
    }
    let ones = x.ones_like();
    Tensor::from_dispatch(<Dispatch as SiluOps>::silu_backward(x.into_dispatch(), ones.into_dispatch()))
}

#[cfg(feature = "gpu")]
impl SiluOps for burn_cubecl::CubeBackend {}

impl SiluOps for Flex {
    fn silu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let x = cpu::contiguous(x);
        let y = cpu::map(cpu::slice(&x), |x| x * cpu::sigmoid(x));
        cpu::tensor(y, x.layout().shape().clone())
    }

    fn silu_backward(x: FloatTensor<Self>, grad: FloatTensor<Self>) -> FloatTensor<Self> {
        let (x, grad) = (cpu::contiguous(x), cpu::contiguous(grad));
        let y = cpu::map2(cpu::slice(&x), cpu::slice(&grad), |x, grad| grad * slope(x));
        cpu::tensor(y, x.layout().shape().clone())
    }
}

/// d silu / dx.
#[inline(always)]
pub(super) fn slope(x: f32x8) -> f32x8 {
    let s = cpu::sigmoid(x);
    s * (x - x * s + 1.0)
}

#[cfg(feature = "train")]
mod gradient {
    use super::SiluOps;
    use burn::backend::Autodiff;
    use burn::backend::autodiff::NodeId;
    use burn::backend::autodiff::checkpoint::base::Checkpointer;
    use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
    use burn::backend::autodiff::grads::Gradients;
    use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
    use burn::backend::tensor::FloatTensor;

    /// The node of the graph; its state is x.
    #[derive(Debug)]
    struct Silu;

    impl<B: SiluOps> Backward<B, 1> for Silu {
        type State = NodeId;

        fn backward(self, ops: Ops<NodeId, 1>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
            let x = checkpointer.retrieve_node_output(ops.state);
            unary::<B, _>(ops.parents, ops.node, grads, |grad| B::silu_backward(x, grad));
        }
    }

    impl<B: SiluOps, C: CheckpointStrategy> SiluOps for Autodiff<B, C> {
        fn silu(x: FloatTensor<Self>) -> FloatTensor<Self> {
            match Silu.prepare::<C>([x.node()]).compute_bound().stateful() {
                OpsKind::Tracked(mut prep) => {
                    let state = prep.checkpoint(&x);
                    prep.finish(state, B::silu(x.into_primitive()))
                }
                OpsKind::UnTracked(prep) => prep.finish(B::silu(x.into_primitive())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};

    fn values<const D: usize>(x: Tensor<D>) -> Vec<f32> {
        x.into_data().iter::<f32>().collect()
    }

    /// Every 1/16 from −30 to 30, and what lies far outside: 967 values, no multiple of eight.
    fn inputs() -> Vec<f32> {
        let far = [-1e30, -1e4, -104.0, -88.0, 88.0, 1e4];
        (-480..=480).map(|i| i as f32 / 16.0).chain(far).collect()
    }

    fn row(x: &[f32], device: &Device) -> Tensor<1> {
        Tensor::from_data(TensorData::new(x.to_vec(), [x.len()]), device)
    }

    /// In double precision, from the definition.
    fn exact(x: f64) -> f64 {
        x / (1.0 + (-x).exp())
    }

    #[test]
    fn agrees_with_the_definition() {
        let x = inputs();
        for (x, y) in x.iter().zip(values(silu(row(&x, &Device::flex())))) {
            let want = exact(f64::from(*x));
            // Single precision's rounding of exp, sum and quotient; below 1e-30 exp has left the normal numbers.
            let tolerance = 6.0 * f64::from(f32::EPSILON) * want.abs() + 1e-30;
            assert!((f64::from(y) - want).abs() <= tolerance, "silu({x}) = {y}, not {want}");
        }
        assert!(values(silu(row(&[f32::NAN, 1.0], &Device::flex())))[0].is_nan(), "nothing hides a NaN");
    }

    #[test]
    fn the_shape_and_the_order_stay_where_memory_is_not_in_order() {
        let x = Tensor::<2>::from_data([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]], &Device::flex()).transpose();
        let y = silu(x.clone());
        assert_eq!(y.dims(), [3, 2]);
        let want: Vec<f32> = values(x).iter().map(|v| exact(f64::from(*v)) as f32).collect();
        for (a, b) in values(y).iter().zip(want) {
            assert!((a - b).abs() <= 1e-6, "{a} {b}");
        }
    }

    #[cfg(feature = "train")]
    #[test]
    fn the_gradient_is_the_difference_quotient() {
        let x = inputs();
        let tensor = row(&x, &Device::flex().autodiff()).require_grad();
        // Weighted, so that the gradient from above matters.
        let weights: Vec<f32> = (0..x.len()).map(|i| (i % 7) as f32 - 2.5).collect();
        let loss = (silu(tensor.clone()) * row(&weights, &tensor.device())).sum();
        let gradient = values(tensor.grad(&loss.backward()).unwrap());
        for ((x, g), w) in x.iter().zip(gradient).zip(weights).filter(|((x, _), _)| x.abs() < 1e4) {
            let (x, h) = (f64::from(*x), 1e-5);
            let want = f64::from(w) * (exact(x + h) - exact(x - h)) / (2.0 * h);
            // h² of the quotient, and single precision of 1 + x (1 − s), whose parts are as large as x.
            let tolerance = 1e-9 + f64::from(f32::EPSILON) * (x.abs() + 8.0) * f64::from(w.abs());
            assert!((f64::from(g) - want).abs() < tolerance, "at {x}: {g}, not {want}");
        }
    }
}
