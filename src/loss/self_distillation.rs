//! Self-distillation of flow maps (Boffi, Albergo & Vanden-Eijnden 2025): where s = t a map is a velocity and learns it from data;
//! elsewhere it must satisfy an equation of the flow of that velocity, which it names itself. No teacher, and no derivative in x.

use super::{data_where_short, end_of_step};
use crate::field::{FlowMap, FlowMapJvp};
use crate::ops::loss::mean_square;
use burn::tensor::Tensor;

/// Lagrangian: the end of a step from t to s moves with s at the velocity there, ∂X/∂s = v(X, s) with X = x + (s − t) u(x, t, s) (their
/// Lagrangian condition; the gradient through the velocity is stopped). `frozen` is the network without gradient.
///
/// # Shapes
/// - x, v: `[n, dim]`
/// - t, s: `[n]`, with s ≥ t; rows with s = t regress v
/// - output: `[1]`
pub fn lagrangian(
    map: &impl FlowMapJvp,
    frozen: &impl FlowMap,
    [x, v]: [Tensor<2>; 2],
    t: Tensor<1>,
    s: Tensor<1>,
) -> Tensor<1> {
    let rates = (x.zeros_like(), t.zeros_like(), s.ones_like());
    let (u, slope) = map.average_velocity_jvp(x.clone(), t.clone(), s.clone(), rates);
    let (t_, s_) = (t.clone().inner(), s.clone().inner());
    let end = end_of_step(x.inner(), u.clone().inner(), t_, s_.clone());
    let there = frozen.average_velocity(end, s_.clone(), s_);
    let moves = end_of_step(u, slope, t.clone(), s.clone());
    mean_square(moves, data_where_short(there, v, t, s))
}

/// Semigroup: a step from t to s is one to `middle` and one from there (their semigroup condition and progressive
/// self-distillation). `frozen` is the network without gradient. With the middle halfway it is a shortcut model for steps of every length.
///
/// # Shapes
/// - x, v: `[n, dim]`
/// - t, middle, s: `[n]`, with s ≥ middle ≥ t; rows with s = t regress v
/// - output: `[1]`
pub fn semigroup(
    map: &impl FlowMap,
    frozen: &impl FlowMap,
    [x, v]: [Tensor<2>; 2],
    [t, middle, s]: [Tensor<1>; 3],
) -> Tensor<1> {
    let inner = |t: &Tensor<1>| t.clone().inner();
    let target = semigroup_target(frozen, x.clone().inner(), [inner(&t), inner(&middle), inner(&s)]);
    let target = data_where_short(target, v, t.clone(), s.clone());
    mean_square(map.average_velocity(x, t, s), target)
}

/// The mean velocity of a step of `map` from t to `middle` and one from there to s. Where s = t it is of no use, but finite.
///
/// # Shapes
/// - x: `[n, dim]`, at t
/// - t, middle, s: `[n]`
/// - output: `[n, dim]`
pub fn semigroup_target(map: &impl FlowMap, x: Tensor<2>, [t, middle, s]: [Tensor<1>; 3]) -> Tensor<2> {
    let first = map.average_velocity(x.clone(), t.clone(), middle.clone());
    let there = end_of_step(x, first.clone(), t.clone(), middle.clone());
    let second = map.average_velocity(there, middle.clone(), s.clone());
    let share = ((middle - t.clone()) / (s - t).clamp_min(1e-6)).unsqueeze_dim::<2>(1);
    second.clone() + (first - second) * share
}
