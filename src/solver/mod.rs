//! Solvers of dx/dt = u(x, t). A Runge–Kutta method is data (a validated [`Tableau`]); one generic step
//! serves them all; who chooses the next time (a [`TimeGrid`] or an error controller) is the
//! [`Integrator`]'s business. Generic over the [`State`], so that the same code runs tensors on any
//! backend and f64 in tests. A [`Scheme`] makes a step of a stochastic differential equation.

mod grid;
mod integrator;
mod state;
mod step;
mod stochastic;
mod tableau;

pub use grid::TimeGrid;
pub use integrator::{Integrator, Method, Progress, Tolerance};
pub use state::State;
pub use stochastic::Scheme;
pub use tableau::{Solver, Tableau};
