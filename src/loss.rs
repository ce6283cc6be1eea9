//! Conditional flow matching: regress the field on the conditional velocity. Its gradient is that of the
//! marginal loss (Lipman et al. 2022, theorem 2), so one pair at a time is enough.

use crate::field::{Condition, VelocityField};
use crate::path::PathSample;
use burn::tensor::Tensor;

/// mean ‖u(x_t, t | c) − u_t‖² / dim, Lipman et al. 2022, eq. 9 (and eq. 23 for conditional OT).
///
/// # Shapes
/// - output: `[1]`
pub fn flow_matching(
    field: &impl VelocityField,
    sample: PathSample,
    condition: Option<Condition>,
) -> Tensor<1> {
    let predicted = field.velocity(sample.x_t, sample.t, condition);
    (predicted - sample.u_t).square().mean()
}
