//! MeanFlow (Geng et al. 2025): the mean velocity of an interval from a differential identity, without a teacher.

use super::stop_gradient;
use crate::field::FlowMapJvp;
use crate::ops::loss::mean_square;
use burn::tensor::Tensor;

/// v + (s − t) d/dt u(x_t, t, s), the derivative taken along the path with s held (Geng et al. 2025, eq. 6, in this
/// project's direction of time: from (s − t) u = ∫ v from t to s, differentiated with respect to t).
///
/// # Shapes
/// - x, v: `[n, dim]`, at t
/// - t, s: `[n]`
/// - output: `[n, dim]`
pub fn mean_flow_target(
    map: &impl FlowMapJvp,
    x: Tensor<2>,
    v: Tensor<2>,
    t: Tensor<1>,
    s: Tensor<1>,
) -> Tensor<2> {
    let (ones, zeros) = (t.ones_like(), t.zeros_like());
    let length = (s.clone() - t.clone()).unsqueeze_dim::<2>(1);
    let (_, derivative) = map.average_velocity_jvp(x, t, s, (v.clone(), ones, zeros));
    v + derivative * length
}

/// Mean ‖u(x, t, s) − sg(target)‖² / dim, the target of [`mean_flow_target`] by `frozen`, the network without gradient
/// (Geng et al. 2025, eq. 9).
///
/// Their weights 1 / (‖·‖² + c)^p (section 4.3) are left out, p = 0: where single targets scatter as they do in the
/// plane, such weights make the minimum another one than the mean, and with p = 1 the model got worse with every
/// step that it was given.
///
/// # Shapes
/// - x, v: `[n, dim]`
/// - t, s: `[n]`, with s ≥ t
/// - output: `[1]`
pub fn mean_flow(
    map: &impl FlowMapJvp,
    frozen: &impl FlowMapJvp,
    [x, v]: [Tensor<2>; 2],
    t: Tensor<1>,
    s: Tensor<1>,
) -> Tensor<1> {
    let inner = |x: &Tensor<1>| x.clone().inner();
    let target = mean_flow_target(frozen, x.clone().inner(), v.inner(), inner(&t), inner(&s));
    mean_square(map.average_velocity(x, t, s), stop_gradient(target))
}
