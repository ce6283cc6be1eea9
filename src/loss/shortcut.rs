//! Shortcut models (Frans et al. 2024): a long step must end where two steps of half its length end.

use super::{data_where_short, end_of_step};
use crate::field::FlowMap;
use crate::ops::loss::mean_square;
use burn::tensor::Tensor;

/// The mean velocity of two steps of `map`, t to the middle and on to s: what one step from t to s should say
/// (Frans et al. 2024, eq. 4 with d = (s − t)/2).
///
/// # Shapes
/// - x: `[n, dim]`, at t
/// - t, s: `[n]`
/// - output: `[n, dim]`
pub fn shortcut_target(map: &impl FlowMap, x: Tensor<2>, t: Tensor<1>, s: Tensor<1>) -> Tensor<2> {
    let middle = (t.clone() + s.clone()) * 0.5;
    let first = map.average_velocity(x.clone(), t.clone(), middle.clone());
    let x = end_of_step(x, first.clone(), t, middle.clone());
    let second = map.average_velocity(x, middle, s);
    (first + second) * 0.5
}

/// A flow map that is not asked for intervals below a shortest one: at most `shortest` long, they are asked for as intervals of no
/// length, whose mean velocity the network learns from data (Frans et al. 2024, section 3.1).
#[derive(Debug, Clone)]
pub struct NoShorter<F> {
    /// The map.
    pub map: F,
    /// The shortest interval.
    pub shortest: f32,
}

impl<F: FlowMap> FlowMap for NoShorter<F> {
    fn average_velocity(&self, x: Tensor<2>, t: Tensor<1>, s: Tensor<1>) -> Tensor<2> {
        let short = (s.clone() - t.clone()).lower_equal_elem(self.shortest);
        let s = s.mask_where(short, t.clone());
        self.map.average_velocity(x, t, s)
    }
}

/// Rows with s = t regress the conditional velocity `v` (flow matching), the others the target of
/// [`shortcut_target`] by `teacher`, the network's own average, whose gradient is stopped (Frans et al. 2024, eq. 5).
///
/// # Shapes
/// - x, v: `[n, dim]`
/// - t, s: `[n]`, with s ≥ t
/// - output: `[1]`
pub fn shortcut(
    map: &impl FlowMap,
    teacher: &impl FlowMap,
    [x, v]: [Tensor<2>; 2],
    t: Tensor<1>,
    s: Tensor<1>,
) -> Tensor<1> {
    let target = shortcut_target(teacher, x.clone().inner(), t.clone().inner(), s.clone().inner());
    let target = data_where_short(target, v, t.clone(), s.clone());
    mean_square(map.average_velocity(x, t, s), target)
}
