//! The gradient of a linear layer with its activation; other products are composed where gradients are wanted.

use super::cpu::{OWN, finish};
use super::kernel::{Matrix, multiply};
use super::{Activation, Mix, Plan, ProductOps};
use crate::ops::cpu::{contiguous, map2, own, slice, tensor};
use crate::ops::several::Several;
use crate::ops::silu::slope;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex};

/// grad × dφ/dz.
fn through(activation: Activation, z: &[f32], grad: &[f32]) -> Vec<f32> {
    match activation {
        Activation::None => grad.to_vec(),
        Activation::Relu => z.iter().zip(grad).map(|(z, g)| if *z > 0.0 { *g } else { 0.0 }).collect(),
        Activation::Silu => map2(z, grad, |z, grad| grad * slope(z)),
    }
}

/// What a backend needs for training a linear layer y = φ(z), z = x w + b.
pub(super) trait ProductGradient: Backend {
    /// y and z.
    fn product_keeping_sum(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        bias: Option<FloatTensor<Self>>,
        plan: Plan,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// From the gradient of y those of x (where it `wants` that), w and b.
    fn product_gradient(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        z: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        plan: Plan,
        wants: bool,
    ) -> (Option<FloatTensor<Self>>, FloatTensor<Self>, FloatTensor<Self>);
}

impl ProductGradient for Flex {
    fn product_keeping_sum(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        bias: Option<FloatTensor<Self>>,
        plan: Plan,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let linear = Plan { activation: Activation::None, ..plan };
        let z = Self::product(x, w, Several::of(bias), linear);
        let mut y = own(z.clone());
        finish(y.storage_mut(), &Plan { bias: false, ..plan }, None, None, None);
        (y, z)
    }

    fn product_gradient(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        z: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        plan: Plan,
        wants: bool,
    ) -> (Option<FloatTensor<Self>>, FloatTensor<Self>, FloatTensor<Self>) {
        let (x, z, grad) = (contiguous(x), contiguous(z), contiguous(grad));
        let shape = x.layout().shape().clone();
        let rows = slice(&grad).len() / plan.columns;
        let values = through(plan.activation, slice(&z), slice(&grad));
        let mut bias = vec![0.0; plan.columns];
        for row in values.chunks_exact(plan.columns) {
            crate::ops::cpu::update(&mut bias, row, |sum, g| sum + g);
        }
        if OWN {
            let (inner, columns) = (plan.inner, plan.columns);
            let (w, grad) = (contiguous(w), Matrix::Rows(&values));
            let input = wants.then(|| {
                let mut input = vec![0.0; rows * inner];
                multiply(grad, Matrix::Columns(slice(&w)), [rows, columns, inner], &mut input);
                tensor(input, shape)
            });
            let mut weight = vec![0.0; inner * columns];
            multiply(Matrix::Columns(slice(&x)), grad, [inner, rows, columns], &mut weight);
            return (input, tensor(weight, [inner, columns]), tensor(bias, [columns]));
        }
        let grad = tensor(values, [rows, plan.columns]);
        let input = wants.then(|| Self::float_matmul(grad.clone(), Self::float_transpose(w)).reshape(shape));
        let x = x.reshape([rows, plan.inner].into());
        let weight = Self::float_matmul(Self::float_transpose(x), grad);
        (input, weight, tensor(bias, [plan.columns]))
    }
}

/// The node of the graph.
#[derive(Debug)]
struct Product;

#[derive(Debug, Clone)]
struct State<Z> {
    x: NodeId,
    w: NodeId,
    z: Z,
    plan: Plan,
}

/// Parents are x, w and, last, the bias; where there is none, the last is w again and gets nothing.
impl<B: ProductGradient> Backward<B, 3> for Product {
    type State = State<FloatTensor<B>>;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let State { x, w, z, plan } = ops.state;
        let x = checkpointer.retrieve_node_output(x);
        let w = checkpointer.retrieve_node_output(w);
        let grad = grads.consume::<B>(&ops.node);
        let [x_node, w_node, bias_node] = ops.parents;
        let (input, weight, bias) = B::product_gradient(x, w, z, grad, plan, x_node.is_some());
        if let (Some(node), Some(input)) = (x_node, input) {
            grads.register::<B>(node.id, input);
        }
        if let Some(node) = w_node {
            grads.register::<B>(node.id, weight);
        }
        if let Some(node) = bias_node.filter(|_| plan.bias) {
            grads.register::<B>(node.id, bias);
        }
    }
}

impl<B: ProductOps + ProductGradient, C: CheckpointStrategy> ProductOps for Autodiff<B, C> {
    fn product(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        extras: Several<Self>,
        plan: Plan,
    ) -> FloatTensor<Self> {
        let before = plan.norm.is_some() || plan.beside > 0 || plan.read.is_some();
        let after = plan.gates.is_some() || plan.residual.is_some() || plan.write.is_some();
        let plain = !before && !after;
        assert!(plain && plan.mix == Mix::Channels, "Product::run composes the others");
        let bias = extras.list().pop();
        let last = bias.as_ref().unwrap_or(&w).node();
        match Product.prepare::<C>([x.node(), w.node(), last]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let (x_state, w_state) = (prep.checkpoint(&x), prep.checkpoint(&w));
                let bias = bias.map(|b| b.into_primitive());
                let (y, z) = B::product_keeping_sum(x.into_primitive(), w.into_primitive(), bias, plan);
                prep.finish(State { x: x_state, w: w_state, z, plan }, y)
            }
            OpsKind::UnTracked(prep) => {
                let bias = Several::of(bias.map(|b| b.into_primitive()));
                prep.finish(B::product(x.into_primitive(), w.into_primitive(), bias, plan))
            }
        }
    }
}
