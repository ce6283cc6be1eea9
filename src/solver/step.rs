//! One step of any explicit Runge–Kutta method.

use super::state::State;
use super::tableau::Tableau;

/// A step's result.
pub(super) struct Step<S> {
    /// The state at t + h.
    pub after: S,
    /// The velocity at the start.
    pub first: S,
    /// The velocity of the last stage.
    pub last: S,
    /// The estimated error, where the method has an embedded one.
    pub error: Option<S>,
    /// Evaluations made.
    pub evaluations: usize,
}

/// Steps from `x` at `t` by `h`. `first` is the velocity at (x, t) where it is already known.
pub(super) fn step<S: State>(
    tableau: &Tableau,
    field: &mut impl FnMut(&S, f64) -> S,
    x: &S,
    t: f64,
    h: f64,
    first: Option<S>,
) -> Step<S> {
    let mut evaluations = tableau.stages();
    let mut k: Vec<S> = Vec::with_capacity(evaluations);
    k.push(match first {
        Some(first) => {
            evaluations -= 1;
            first
        }
        None => field(x, t),
    });
    for i in 1..tableau.stages() {
        let at = x.plus(&weighted(tableau.a[i], h, &k));
        k.push(field(&at, t + tableau.c[i] * h));
    }
    Step {
        after: x.plus(&weighted(tableau.b, h, &k)),
        error: tableau.error.map(|e| x.zero().plus(&weighted(e, h, &k))),
        last: k.last().expect("a method has at least one stage").clone(),
        first: k.swap_remove(0),
        evaluations,
    }
}

/// The non-zero terms of h Σ weight_i k_i.
fn weighted<'a, S>(weights: &[f64], h: f64, k: &'a [S]) -> Vec<(f64, &'a S)> {
    weights.iter().zip(k).filter(|(w, _)| **w != 0.0).map(|(w, k)| (w * h, k)).collect()
}
