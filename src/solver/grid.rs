//! The times at which a fixed-step solver stops.

use crate::error::{Error, Result};

/// Strictly monotone times, forwards (noise to data) or backwards.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeGrid(Vec<f64>);

impl TimeGrid {
    /// Any times. Errors unless there are at least two, all finite, strictly rising or strictly falling.
    pub fn new(times: Vec<f64>) -> Result<Self> {
        let rising = times.windows(2).all(|w| w[0] < w[1]);
        let falling = times.windows(2).all(|w| w[0] > w[1]);
        if times.len() < 2 || !(rising || falling) || times.iter().any(|t| !t.is_finite()) {
            return Err(Error::config(format!(
                "a time grid needs two or more finite times that only rise or only fall, not {times:?}"
            )));
        }
        Ok(Self(times))
    }

    /// `steps` equal steps from `from` to `to`.
    pub fn uniform(from: f64, to: f64, steps: usize) -> Result<Self> {
        if steps == 0 {
            return Err(Error::config("at least one step is needed to solve an ODE"));
        }
        // The last time is `to` itself, not a sum that rounds.
        let at = |k: usize| if k == steps { to } else { from + (to - from) * k as f64 / steps as f64 };
        Self::new((0..=steps).map(at).collect())
    }

    /// `steps` steps from `from` to `to`, equal in √t: finer toward noise, where t is 0. Errors where a time is negative.
    pub fn quadratic(from: f64, to: f64, steps: usize) -> Result<Self> {
        if !(from >= 0.0 && to >= 0.0) {
            return Err(Error::config(format!(
                "steps equal in √t need times that are not negative, not {from} and {to}"
            )));
        }
        let Self(mut times) = Self::uniform(from.sqrt(), to.sqrt(), steps)?;
        times.iter_mut().for_each(|t| *t *= *t);
        // The square of a root can round.
        (times[0], times[steps]) = (from, to);
        Self::new(times)
    }

    /// The times.
    pub fn times(&self) -> &[f64] {
        &self.0
    }
}
