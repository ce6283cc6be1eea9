//! The density of a flow by the instantaneous change of variables: along a trajectory
//! d log p / dt = −∇·u (Chen et al. 2018, theorem 1).

use crate::error::{Error, Result};
use crate::field::Divergence;
use crate::solver::{Integrator, Method, Solver, TimeGrid};
use burn::tensor::Tensor;

/// Where points of t = `t_end` come from, and how the flow changed their volume.
#[derive(Debug, Clone)]
pub struct Pulled {
    /// The points at t = 0, `[n, dim]`.
    pub x0: Tensor<2>,
    /// log p_end(x) − log p_0(x0), `[n]`: minus the integral of the divergence.
    pub log_ratio: Tensor<1>,
    /// Evaluations of field and divergence together.
    pub nfe: usize,
}

/// Follows the flow of `field` from `x` at `t_end` back to t = 0 in equal steps of `solver`.
///
/// Errors where the solver is adaptive: its error norm would weigh log p like a coordinate.
///
/// # Shapes
/// - x: `[n, dim]`
pub async fn pull_back(
    field: &impl Divergence,
    x: Tensor<2>,
    t_end: f64,
    solver: Solver,
    steps: usize,
) -> Result<Pulled> {
    if solver.is_adaptive() {
        return Err(Error::config("a likelihood needs a solver with fixed steps, such as rk4"));
    }
    let [n, dim] = x.dims();
    let device = x.device();
    let method = Method::Fixed(TimeGrid::uniform(t_end, 0.0, steps)?);
    // The state has the integral of the divergence as its last column.
    let state = Tensor::cat(vec![x, Tensor::zeros([n, 1], &device)], 1);
    let run = Integrator::new(solver, method, state)?;
    let rate = |state: &Tensor<2>, t: f64| {
        let (u, divergence) = field.velocity_and_divergence(state.clone().slice([0..n, 0..dim]), t);
        Tensor::cat(vec![u, divergence.reshape([n, 1])], 1)
    };
    let (state, nfe) = run.finish(rate).await?;
    // From t_end down to 0 the last column gathers −∫_0^t_end ∇·u dt.
    let log_ratio = state.clone().slice([0..n, dim..dim + 1]).reshape([n]);
    Ok(Pulled { x0: state.slice([0..n, 0..dim]), log_ratio, nfe })
}
