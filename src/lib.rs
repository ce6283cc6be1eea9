//! Flow matching, live in the browser.
//!
//! ```text
//! x0 ~ source ┐
//!             ├─ coupling ─► path ─► (t, x_t, u_t) ─► loss(velocity net) ─► optimizer ─► weights
//! x1 ~ data  ─┘                                                                            │
//!                                                                                          ▼
//! x0 ~ source ────────► solver(velocity field, time grid) ─► trajectory ─► page (canvas)
//! ```
//!
//! Time runs from noise to data: **t = 0 is noise, t = 1 is data** (Lipman et al. 2022).
//!
//! | symbol | meaning | where |
//! |---|---|---|
//! | `x0` | a draw from the source: N(0, I) for images, any distribution in the plane | [`rng`], [`data::plane`] |
//! | `x1` | a data point | [`data`] |
//! | `t` | time in [0, 1] | |
//! | `alpha`, `sigma` | weights of x1 and x0 in x_t | [`path::Schedule`] |
//! | `x_t` | alpha x1 + sigma x0, a point on the conditional path | [`path::AffinePath`] |
//! | `u_t` | dx_t/dt, the conditional velocity | [`path::AffinePath`] |
//! | `u(x, t)` | the marginal velocity, what a network learns | [`field::VelocityField`] |
//! | | the same in closed form, for a mixture of Gaussians | [`marginal::MarginalField`] |
//! | NFE | evaluations of the field that a solver made | [`solver::Progress`] |
//!
//! A conditional path is straight under conditional optimal transport; a trajectory of the learned marginal
//! field is not, wherever conditional paths cross.
//!
//! Solving an ODE, here on plain numbers; the same code runs tensors on any backend:
//!
//! ```
//! use flow_lab::solver::{Integrator, Method, Solver, TimeGrid};
//!
//! let grid = TimeGrid::uniform(0.0, 1.0, 10)?;
//! let run = Integrator::new(Solver::Rk4, Method::Fixed(grid), vec![1.0])?;
//! let (x, nfe) = pollster::block_on(run.finish(|x: &Vec<f64>, _t| x.clone()))?; // dx/dt = x
//! assert!((x[0] - 1f64.exp()).abs() < 1e-5);
//! assert_eq!(nfe, 40);
//! # Ok::<(), flow_lab::error::Error>(())
//! ```

pub mod assignment;
#[cfg(feature = "train")]
pub mod catalog;
#[cfg(feature = "train")]
pub mod classes;
pub mod comparison;
pub mod coupling;
pub mod data;
pub mod device;
#[cfg(feature = "train")]
pub mod distillation;
pub mod error;
pub mod field;
pub mod inpaint;
#[cfg(feature = "train")]
pub mod lab;
pub mod latent;
pub mod likelihood;
#[cfg(feature = "train")]
pub mod loss;
pub mod marginal;
pub mod metrics;
pub mod net;
pub mod ops;
pub mod path;
pub mod points;
#[cfg(feature = "train")]
pub mod race;
pub mod rng;
pub mod sample;
pub mod session;
pub mod solver;
#[cfg(feature = "train")]
pub mod train;
#[cfg(all(target_arch = "wasm32", feature = "web"))]
pub mod web;
pub mod weights;
