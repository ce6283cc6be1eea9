//! MeanFlow (Geng et al. 2025): the mean velocity of an interval from a differential identity, without a teacher.

use super::stop_gradient;
use crate::field::FlowMapJvp;
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

/// Keeps the weight of a row that fits finite.
const FLOOR: f64 = 1e-3;

/// ‖u(x, t, s) − sg(target)‖² / dim of each row, weighted by one over itself plus 10⁻³ with its gradient stopped (Geng
/// et al. 2025, eqs. 9 and 10, section 4.3 with p = 1): rows whose target is far away do not drown the others.
///
/// # Shapes
/// - x, v: `[n, dim]`
/// - t, s: `[n]`, with s ≥ t
/// - output: `[1]`
pub fn mean_flow<M, N>(map: &M, frozen: &N, [x, v]: [Tensor<2>; 2], t: Tensor<1>, s: Tensor<1>) -> Tensor<1>
where
    M: FlowMapJvp,
    N: FlowMapJvp,
{
    let inner = |x: &Tensor<1>| x.clone().inner();
    let target = mean_flow_target(frozen, x.clone().inner(), v.inner(), inner(&t), inner(&s));
    let gap = (map.average_velocity(x, t, s) - stop_gradient(target)).square().mean_dim(1);
    let weight = stop_gradient((gap.clone().inner() + FLOOR).recip());
    (gap * weight).mean()
}
