//! How the lab samples, and samples with noise added along the way.

use super::flow::{Flow, fits};
use super::{CouplingKind, Lab};
use crate::data::plane::Distribution;
use crate::error::{Error, Result};
use crate::ops::combine::combine;
use crate::points::{self, Point};
use crate::rng::{Rng, Stream};
use crate::solver::{Scheme, Solver, TimeGrid};
use burn::tensor::Tensor;

/// The equation that is solved, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// The solver; where noise is added, the scheme that it is the limit of ([`Scheme::of`]).
    pub solver: Solver,
    /// Steps of a fixed-step solver.
    pub steps: usize,
    /// λ of [`AffinePath::stochastic`](crate::path::AffinePath::stochastic), 0 to [`MOST_NOISE`], per unit of t; 0 solves the flow's own
    /// equation.
    pub noise: f64,
}

/// The largest noise level.
pub const MOST_NOISE: f64 = 20.0;

impl Sampling {
    /// The flow's own equation.
    pub fn ode(solver: Solver, steps: usize) -> Self {
        Self { solver, steps, noise: 0.0 }
    }
}

impl Lab {
    /// As [`Lab::flow`], with noise. Errors where the score does not follow from the velocity or the solver has no such scheme.
    pub(super) async fn diffuse(&self, starts: Vec<Point>, sampling: Sampling) -> Result<Flow> {
        let Sampling { solver, steps, noise } = sampling;
        if !(0.0..=MOST_NOISE).contains(&noise) {
            return Err(Error::config(format!("the noise level must be 0 to {MOST_NOISE}, not {noise}")));
        }
        if self.config.source != Distribution::Gaussian || self.config.coupling != CouplingKind::Independent {
            return Err(Error::config(
                "the score follows from the velocity only with a Gaussian source and independent pairs: \
                 choose those, or noise level 0",
            ));
        }
        let Some(scheme) = Scheme::of(solver) else {
            let name = solver.label();
            return Err(Error::config(format!(
                "{name} adds no noise: choose Euler or Heun, or noise level 0"
            )));
        };
        fits(starts.len(), steps)?;
        let (path, learned, seed) = (self.batches.path, self.learned(), u64::from(self.config.seed));
        let grid = TimeGrid::uniform(0.0, path.schedule().t_max(), steps)?;
        let times = grid.times();
        let f = |x: &Tensor<2>, t: f64| {
            let u = learned.at(x, t);
            let at = path.stochastic(t, noise);
            combine(&[(at.of_x, x), (at.of_u, &u)])
        };
        let g = |t: f64| path.stochastic(t, noise).diffusion;
        let n = starts.len();
        let mut frames = vec![points::to_tensor(&starts, &self.device)];
        for (k, pair) in times.windows(2).enumerate() {
            let z = Rng::at_step(seed, Stream::Diffusion, k as u64).normals(2 * n);
            let z = points::to_tensor(&points::from_flat(&z), &self.device);
            let x = frames.last().expect("the first is there");
            frames.push(scheme.step(f, g, x, [pair[0], pair[1] - pair[0]], &z));
        }
        // One read for all frames: each costs a round trip to a GPU.
        let x = self.read_points(Tensor::cat(frames, 0)).await?;
        self.whole(Flow { times: times.to_vec(), x, nfe: scheme.evaluations() * steps }).await
    }
}
