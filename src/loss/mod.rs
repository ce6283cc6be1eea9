//! What networks are trained on. Each loss is `[1]`, differentiable in its first argument only.

mod consistency;
mod drifting;
mod mean_flow;
mod self_distillation;
mod shortcut;

pub use consistency::{consistency, named_end, neighbor};
pub use drifting::{drift, drifting};
pub use mean_flow::{
    alpha_flow, alpha_flow_target, guided_velocity, improved_mean_flow, mean_flow, mean_flow_target,
};
pub use self_distillation::{lagrangian, semigroup, semigroup_target};
pub use shortcut::{NoShorter, shortcut, shortcut_target};

use crate::field::{Condition, VelocityField};
use crate::ops::loss::mean_square;
use crate::path::PathSample;
use burn::tensor::Tensor;

/// Conditional flow matching: mean ‖u(x_t, t | c) − u_t‖² / dim, Lipman et al. 2022, eq. 9 (and eq. 23 for
/// conditional OT). Its gradient is that of the marginal loss (theorem 2), so one pair at a time is enough.
///
/// # Shapes
/// - output: `[1]`
pub fn flow_matching(
    field: &impl VelocityField,
    sample: PathSample,
    condition: Option<Condition>,
) -> Tensor<1> {
    let predicted = field.velocity(sample.x_t, sample.t, condition);
    mean_square(predicted, sample.u_t)
}

/// x + (s − t) u: where a step of mean velocity u from t to s ends.
pub(crate) fn end_of_step(x: Tensor<2>, u: Tensor<2>, t: Tensor<1>, s: Tensor<1>) -> Tensor<2> {
    x + u * (s - t).unsqueeze_dim::<2>(1)
}

/// A value that was computed without gradients, as a constant among values with gradients.
fn stop_gradient<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    Tensor::from_inner(x)
}

/// A target as a constant, and v in the rows where s = t.
fn data_where_short(target: Tensor<2>, v: Tensor<2>, t: Tensor<1>, s: Tensor<1>) -> Tensor<2> {
    let short = t.equal(s).unsqueeze_dim::<2>(1).expand(v.dims());
    stop_gradient(target).mask_where(short, v)
}
