//! Few-step models in the plane, all with the same ends, seed, network size and budget: who needs how many
//! evaluations? Knows no JavaScript.

mod config;
mod contestant;

pub use config::{Method, RaceConfig};
pub use contestant::Progress;

use crate::device::Opened;
use crate::error::{Error, Result};
use crate::lab::measure::floor;
use crate::metrics::{measurable, straightness, wasserstein2};
use crate::points::Point;
use crate::rng::{Rng, Stream};
use crate::train::PairBatches;
use contestant::Contestant;

/// Contestants that train one after another, the flow first.
pub struct Race {
    config: RaceConfig,
    contestants: Vec<Contestant>,
    batches: PairBatches,
}

/// Where particles are at every time of a run, and the figures of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Times, NFE + 1.
    pub times: Vec<f64>,
    /// Positions, frame after frame.
    pub x: Vec<Point>,
    /// Exact 2-Wasserstein distance of the ends to as many fresh data, in units of the plane.
    pub w2: f64,
    /// Mean ∫‖(x(1) − x(0)) − dx/dt‖² dt; not a number for consistency models, which leap from end to end.
    pub straightness: f64,
}

impl Race {
    /// Untrained contestants with initial weights from the seed. Errors where a setting is outside its domain.
    pub fn new(config: RaceConfig, opened: &Opened) -> Result<Self> {
        let config = config.validate()?;
        let methods = [Method::Flow].into_iter().chain(config.methods.iter().copied());
        let contestants =
            methods.map(|m| Contestant::new(m, &config, &opened.device)).collect::<Result<Vec<_>>>()?;
        Ok(Self { batches: config.lab().batches()?, config, contestants })
    }

    /// Who takes part, in the order of training.
    pub fn methods(&self) -> Vec<Method> {
        self.contestants.iter().map(|c| c.method).collect()
    }

    /// Up to `steps` steps of the first contestant that is not done; `None` where all are.
    pub async fn train(&mut self, steps: u64) -> Result<Option<Progress>> {
        match self.contestants.iter().position(|c| c.step() < self.config.steps) {
            Some(next) => self.train_one(next, steps).await,
            None => Ok(None),
        }
    }

    /// Up to `steps` steps of a contestant; `None` where it is done. What it gets to does not depend on others but those that it learns from, which must be done: the
    /// flow for consistency distillation, the round before for reflow. So several races with the same settings can share the contestants.
    pub async fn train_one(&mut self, contestant: usize, steps: u64) -> Result<Option<Progress>> {
        let (total, i) = (self.config.steps, contestant);
        self.known(i)?;
        if self.contestants[i].step() >= total {
            return Ok(None);
        }
        // The flow, or the reflow of the round before.
        let before =
            self.contestants[..i].iter().rposition(|c| matches!(c.method, Method::Flow | Method::Reflow));
        let learns_from = match self.contestants[i].method {
            Method::Distillation => Some(0),
            Method::Reflow => before,
            _ => None,
        };
        if let Some(first) = learns_from.map(|j| &self.contestants[j]).filter(|c| c.step() < total) {
            return Err(Error::config(format!("train the {} first", first.method.label())));
        }
        let (done, rest) = self.contestants.split_at_mut(i);
        let current = &mut rest[0];
        let steps = steps.min(total - current.step());
        let (losses, pairs) = current.train(steps, before.map(|j| &done[j]), done.first()).await?;
        Ok(Some(Progress { contestant: i, step: current.step(), pairs, losses }))
    }

    /// `n` (see [`measurable`]) particles of a contestant at `nfe` evaluations: the same starts and the same fresh data for all.
    pub async fn run(&self, contestant: usize, n: usize, nfe: usize) -> Result<Run> {
        let who = self.known(contestant)?;
        if !(1..=256).contains(&nfe) {
            return Err(Error::config(format!("a run takes 1 to 256 evaluations, not {nfe}")));
        }
        let fresh = self.data(n)?;
        let rng = &mut Rng::new(u64::from(self.config.seed), Stream::Particles);
        let starts = self.batches.source.draw(n, rng);
        let (times, x) = who.trajectory(&starts, nfe).await?;
        let w2 = wasserstein2(&x[x.len() - n..], &fresh);
        let straightness = if who.leaps() { f64::NAN } else { straightness(&times, x.as_flattened()) };
        Ok(Run { times, x, w2, straightness })
    }

    /// Where `n` particles of a contestant end at `nfe` evaluations, without figures: `n` may be large.
    #[cfg(feature = "cli")]
    pub async fn ends(&self, contestant: usize, n: usize, nfe: usize) -> Result<Vec<Point>> {
        let who = self.known(contestant)?;
        let starts =
            self.batches.source.draw(n, &mut Rng::new(u64::from(self.config.seed), Stream::Particles));
        who.ends(&starts, nfe).await
    }

    fn known(&self, contestant: usize) -> Result<&Contestant> {
        let found = self.contestants.get(contestant);
        found.ok_or_else(|| Error::config(format!("there is no contestant {contestant}")))
    }

    /// `n` draws from the target; `n` as in [`measurable`].
    pub fn data(&self, n: usize) -> Result<Vec<Point>> {
        measurable(n)?;
        Ok(self.batches.target.draw(n, &mut Rng::new(u64::from(self.config.seed), Stream::Fresh)))
    }

    /// As [`Lab::floor`](crate::lab::Lab::floor).
    pub fn floor(&self, n: usize, pairs: usize) -> Result<(f64, f64)> {
        floor(&self.batches.target, u64::from(self.config.seed), n, pairs)
    }
}
