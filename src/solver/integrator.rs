//! Pull-driven integration: each call advances one accepted step, so that pausing is not calling and
//! stopping is dropping.

use super::grid::TimeGrid;
use super::state::State;
use super::step::step as make_step;
use super::tableau::Solver;
use crate::error::{Error, Result};

/// Accuracy asked of an adaptive method.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// Absolute tolerance, > 0, in units of x.
    pub absolute: f64,
    /// Relative tolerance, ≥ 0.
    pub relative: f64,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { absolute: 1e-3, relative: 1e-3 }
    }
}

/// Who chooses the times.
#[derive(Debug, Clone)]
pub enum Method {
    /// The caller.
    Fixed(TimeGrid),
    /// The error estimate, from `from` to `to`.
    Adaptive {
        /// Start time.
        from: f64,
        /// End time; may be before `from`.
        to: f64,
        /// Accuracy of each step.
        tolerance: Tolerance,
    },
}

/// What one accepted step did.
#[derive(Debug, Clone)]
pub struct Progress<S> {
    /// Time before the step.
    pub t_before: f64,
    /// Velocity at the start of the step.
    pub velocity: S,
    /// Time after the step.
    pub t: f64,
    /// State after the step.
    pub x: S,
    /// Function evaluations so far, rejected steps included.
    pub nfe: usize,
    /// Whether the end is reached.
    pub done: bool,
}

/// The state of one integration.
#[derive(Debug, Clone)]
pub struct Integrator<S> {
    solver: Solver,
    method: Method,
    x: S,
    t: f64,
    steps: usize,
    h: Option<f64>,
    reuse: Option<S>,
    nfe: usize,
    corrections: usize,
    until: f64,
}

/// An adaptive run that needs more steps than this is not going to end.
const MAX_STEPS: usize = 10_000;

impl<S: State> Integrator<S> {
    /// Starts at `x`. Errors where the method cannot be driven this way (an adaptive run of a method
    /// without an error estimate) or a tolerance is not positive.
    pub fn new(solver: Solver, method: Method, x: S) -> Result<Self> {
        let t = match &method {
            Method::Fixed(grid) => grid.times()[0],
            Method::Adaptive { from, to, tolerance } => {
                if !solver.is_adaptive() {
                    return Err(Error::config(format!(
                        "{} has no error estimate; give it steps",
                        solver.label()
                    )));
                }
                let valid = tolerance.absolute > 0.0 && tolerance.relative >= 0.0 && from != to;
                if !valid || !from.is_finite() || !to.is_finite() {
                    return Err(Error::config(format!(
                        "an adaptive run needs two different times and a positive tolerance, not {method:?}"
                    )));
                }
                *from
            }
        };
        Ok(Self { solver, method, x, t, steps: 0, h: None, reuse: None, nfe: 0, corrections: 0, until: 0.0 })
    }

    /// Corrects each step back in time of a fixed-step method that begins at `until` or before, so often: the step onward from where it ended should lead
    /// to where it began, and by how much it misses that, its end is moved (y ← y + x − onward(y), a fixed-point iteration). The method onward is then undone the more nearly.
    /// Each correction costs a step. It converges where a step is short for the field: h times its Lipschitz constant below 1.
    pub fn corrected(self, corrections: usize, until: f64) -> Self {
        Self { corrections, until, ..self }
    }

    /// The current state.
    pub fn state(&self) -> &S {
        &self.x
    }

    /// The current time.
    pub fn time(&self) -> f64 {
        self.t
    }

    /// Whether the end is reached.
    pub fn is_done(&self) -> bool {
        match &self.method {
            Method::Fixed(grid) => self.steps + 1 == grid.times().len(),
            Method::Adaptive { to, .. } => self.t == *to,
        }
    }

    /// Makes one accepted step; `None` where the end was already reached.
    pub async fn advance(&mut self, mut field: impl FnMut(&S, f64) -> S) -> Result<Option<Progress<S>>> {
        if self.is_done() {
            return Ok(None);
        }
        let t_before = self.t;
        let velocity = match self.method {
            Method::Fixed(ref grid) => {
                let to = grid.times()[self.steps + 1];
                self.fixed(&mut field, to)
            }
            Method::Adaptive { to, tolerance, .. } => self.adaptive(&mut field, to, tolerance).await?,
        };
        self.steps += 1;
        let done = self.is_done();
        Ok(Some(Progress { t_before, velocity, t: self.t, x: self.x.clone(), nfe: self.nfe, done }))
    }

    /// Advances to the end and returns the last state and the number of evaluations.
    pub async fn finish(mut self, mut field: impl FnMut(&S, f64) -> S) -> Result<(S, usize)> {
        while self.advance(&mut field).await?.is_some() {}
        Ok((self.x, self.nfe))
    }

    fn fixed(&mut self, field: &mut impl FnMut(&S, f64) -> S, to: f64) -> S {
        let tableau = self.solver.tableau();
        let step = make_step(tableau, field, &self.x, self.t, to - self.t, self.reuse.take());
        self.nfe += step.evaluations;
        self.reuse = tableau.first_same_as_last.then_some(step.last);
        let mut after = step.after;
        if to < self.t && self.t <= self.until {
            for _ in 0..self.corrections {
                let onward = make_step(tableau, field, &after, to, self.t - to, None);
                self.nfe += onward.evaluations;
                after = after.plus(&[(1.0, &self.x), (-1.0, &onward.after)]);
                self.reuse = None; // it was of the end before
            }
        }
        (self.x, self.t) = (after, to);
        step.first
    }

    /// Hairer, Nørsett & Wanner, section II.4: h ← h × 0.9 ratio^(−1/order), within a factor of 0.2 to 5.
    async fn adaptive(
        &mut self,
        field: &mut impl FnMut(&S, f64) -> S,
        to: f64,
        tolerance: Tolerance,
    ) -> Result<S> {
        let tableau = self.solver.tableau();
        let span = to - self.t;
        let mut h = self.h.unwrap_or(span * 0.05);
        let mut first = self.reuse.take();
        loop {
            if self.steps >= MAX_STEPS || self.t + h == self.t {
                return Err(Error::numeric(format!(
                    "the step size shrank to {h:.1e} at t = {:.4}: the field is too stiff for this tolerance",
                    self.t
                )));
            }
            // Take what is left where another step would be a sliver.
            let last = (to - self.t).abs() <= h.abs() * 1.01;
            let tried = if last { to - self.t } else { h };
            let step = make_step(tableau, field, &self.x, self.t, tried, first.take());
            self.nfe += step.evaluations;
            let error = step.error.as_ref().expect("an adaptive method has an error estimate");
            let ratio =
                S::error_ratio(error, &self.x, &step.after, tolerance.absolute, tolerance.relative).await?;
            if !ratio.is_finite() {
                return Err(Error::numeric(format!("the field is not finite near t = {:.4}", self.t)));
            }
            let factor = 0.9 * ratio.max(1e-10).powf(-1.0 / tableau.order as f64);
            h = tried * factor.clamp(0.2, 5.0);
            if ratio <= 1.0 {
                self.t = if last { to } else { self.t + tried };
                self.x = step.after;
                self.h = Some(h);
                self.reuse = tableau.first_same_as_last.then_some(step.last);
                return Ok(step.first);
            }
            first = Some(step.first);
        }
    }
}
