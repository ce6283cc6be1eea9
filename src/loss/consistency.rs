//! Consistency models (Song et al. 2023): every point of a trajectory names the same end.

use super::{end_of_step, stop_gradient};
use crate::field::{FlowMap, VelocityField};
use burn::tensor::Tensor;

/// The end at t = 1 that `map` names for x at t, `[n, dim]`. At t = 1 it is x itself, whatever the network says: the
/// boundary condition of Song et al. 2023, eq. 5, with c_skip = 1 and c_out = 1 − t.
///
/// # Shapes
/// - x: `[n, dim]`
/// - t: `[n]`
pub fn named_end(map: &impl FlowMap, x: Tensor<2>, t: Tensor<1>) -> Tensor<2> {
    let one = t.ones_like();
    let u = map.average_velocity(x.clone(), t.clone(), one.clone());
    end_of_step(x, u, t, one)
}

/// Mean ‖f(x, t) − sg f⁻(next, s)‖² / dim / (s − t): two neighbors on a trajectory name the same end (Song et al. 2023,
/// eqs. 7 and 10, with the weights of Song & Dhariwal 2023, section 3.1).
///
/// `next` is the neighbor at s > t, nearer to the data: the same pair's point for consistency training, a step of a
/// trained flow ([`neighbor`]) for distillation. `frozen` is the network without gradient.
///
/// # Shapes
/// - x, next: `[n, dim]`
/// - t, s: `[n]`
/// - output: `[1]`
pub fn consistency(
    map: &impl FlowMap,
    frozen: &impl FlowMap,
    [x, next]: [Tensor<2>; 2],
    t: Tensor<1>,
    s: Tensor<1>,
) -> Tensor<1> {
    let target = stop_gradient(named_end(frozen, next.inner(), s.clone().inner()));
    let length = (s - t.clone()).unsqueeze_dim::<2>(1);
    ((named_end(map, x, t) - target).square() / length).mean()
}

/// One step of Heun's method from x at t to s along a trained flow.
///
/// # Shapes
/// - x: `[n, dim]`
/// - t, s: `[n]`
/// - output: `[n, dim]`
pub fn neighbor(flow: &impl VelocityField, x: Tensor<2>, t: Tensor<1>, s: Tensor<1>) -> Tensor<2> {
    let first = flow.velocity(x.clone(), t.clone(), None);
    let there = end_of_step(x.clone(), first.clone(), t.clone(), s.clone());
    let second = flow.velocity(there, s.clone(), None);
    end_of_step(x, (first + second) * 0.5, t, s)
}
