//! MeanFlow (Geng et al. 2025a): the mean velocity of an interval from a differential identity, without a teacher; its improvement (Geng
//! et al. 2025b), and what lies between it and flow matching (Zhang et al. 2025).

use super::{end_of_step, stop_gradient};
use crate::field::{FlowMap, FlowMapJvp};
use crate::ops::loss::mean_square;
use burn::tensor::Tensor;

/// v + (s − t) d/dt u(x_t, t, s), the derivative taken with s held while x moves at the velocity `along` (Geng et al. 2025a, eq. 6, in this
/// project's direction of time: from (s − t) u = ∫ v from t to s, differentiated with respect to t). MeanFlow moves x along v.
///
/// # Shapes
/// - x, v, along: `[n, dim]`, at t
/// - t, s: `[n]`
/// - output: `[n, dim]`
pub fn mean_flow_target(
    map: &impl FlowMapJvp,
    [x, v, along]: [Tensor<2>; 3],
    t: Tensor<1>,
    s: Tensor<1>,
) -> Tensor<2> {
    let (ones, zeros) = (t.ones_like(), t.zeros_like());
    let (_, derivative) = map.average_velocity_jvp(x, t.clone(), s.clone(), (along, ones, zeros));
    end_of_step(v, derivative, t, s)
}

/// Mean ‖u(x, t, s) − sg(target)‖² / dim, the target of [`mean_flow_target`] by `frozen`, the network without gradient
/// (Geng et al. 2025a, eq. 9).
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
    let v = v.inner();
    let target = mean_flow_target(frozen, [x.clone().inner(), v.clone(), v], inner(&t), inner(&s));
    mean_square(map.average_velocity(x, t, s), stop_gradient(target))
}

/// Improved MeanFlow: the same with x moving at the velocity that the network itself names, u(x, t, t), in place of the single pair's.
/// Then u − (s − t) d/dt u is a function of x_t alone, and regressing v with it, as Geng et al. 2025b write it, has no
/// scatter of the pairs in its derivative. `frozen` is the network without gradient.
///
/// # Shapes
/// - x, v: `[n, dim]`
/// - t, s: `[n]`, with s ≥ t
/// - output: `[1]`
pub fn improved_mean_flow(
    map: &impl FlowMapJvp,
    frozen: &impl FlowMapJvp,
    [x, v]: [Tensor<2>; 2],
    t: Tensor<1>,
    s: Tensor<1>,
) -> Tensor<1> {
    let (x_, t_, s_) = (x.clone().inner(), t.clone().inner(), s.clone().inner());
    let own = frozen.average_velocity(x_.clone(), t_.clone(), t_.clone());
    let target = mean_flow_target(frozen, [x_, v.inner(), own], t_, s_);
    mean_square(map.average_velocity(x, t, s), stop_gradient(target))
}

/// v + (1 − 1/w) (u_c − u_∅): the target for the velocity of a network whose guidance scale w is an input (Geng et al. 2025b), where u_c is its own velocity of
/// the class at w and u_∅ that of no class at 1. Where the network equals the mean of its targets, u_c = u_∅ + w (E v − u_∅): classifier-free
/// guidance by w, in one evaluation. With w = 1 it is v.
///
/// # Shapes
/// - v, with_class, without: `[n, dim]`
/// - scale: `[n]`, at least 1
/// - output: `[n, dim]`
pub fn guided_velocity(v: Tensor<2>, [with_class, without]: [Tensor<2>; 2], scale: Tensor<1>) -> Tensor<2> {
    v + (with_class - without) * (scale.recip() * -1.0 + 1.0).unsqueeze_dim::<2>(1)
}

/// α v + (1 − α) u(x + α (s − t) v, t + α (s − t), s): the first part of the way along the pair's path, the rest as the map says (Zhang et
/// al. 2025). With α = 1 it is flow matching; toward α = 0 the gradient of the loss / α is MeanFlow's.
///
/// # Shapes
/// - x, v: `[n, dim]`, at t
/// - t, s: `[n]`
/// - output: `[n, dim]`
pub fn alpha_flow_target(
    map: &impl FlowMap,
    [x, v]: [Tensor<2>; 2],
    t: Tensor<1>,
    s: Tensor<1>,
    alpha: f64,
) -> Tensor<2> {
    let middle = t.clone() + (s.clone() - t.clone()) * alpha;
    let there = end_of_step(x, v.clone(), t, middle.clone());
    v * alpha + map.average_velocity(there, middle, s) * (1.0 - alpha)
}

/// Mean ‖u(x, t, s) − sg(target)‖² / dim / α, the target of [`alpha_flow_target`] by `frozen`, the network without gradient.
///
/// # Shapes
/// - x, v: `[n, dim]`
/// - t, s: `[n]`, with s ≥ t
/// - output: `[1]`
pub fn alpha_flow(
    map: &impl FlowMap,
    frozen: &impl FlowMap,
    [x, v]: [Tensor<2>; 2],
    t: Tensor<1>,
    s: Tensor<1>,
    alpha: f64,
) -> Tensor<1> {
    let inner = |x: &Tensor<1>| x.clone().inner();
    let target = alpha_flow_target(frozen, [x.clone().inner(), v.inner()], inner(&t), inner(&s), alpha);
    mean_square(map.average_velocity(x, t, s), stop_gradient(target)) / alpha
}
