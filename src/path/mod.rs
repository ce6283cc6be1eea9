//! Conditional paths from noise to data: a schedule, the path it defines, and the algebra between
//! velocity, data and noise on it.

mod affine;
mod prediction;
mod schedule;
mod spline;

pub use affine::{AffinePath, PathSample, Stochastic};
pub use prediction::Prediction;
pub use schedule::{Coefficients, Schedule};
