//! Batches of points in the plane: draws from both ends, paired by a coupling.

use super::time::TimeSampling;
use super::trainer::Batch;
use crate::coupling::Coupling;
use crate::data::plane::Sampler;
use crate::error::{Error, Result};
use crate::path::{AffinePath, PathSample};
use crate::points::{self, Point};
use crate::rng::{Rng, Stream};
use burn::tensor::{Device, Tensor};
use std::sync::Arc;

/// Draws batches of pairs. A draw depends on the seed and the step's number only, so that two runs with one
/// seed see the same points, times and, where nothing else differs, pairs.
#[derive(Debug, Clone)]
pub struct PairBatches {
    /// Where x0 comes from.
    pub source: Sampler,
    /// Where x1 comes from.
    pub target: Sampler,
    /// Which x0 goes with which x1.
    pub coupling: Coupling,
    /// The conditional path of a pair.
    pub path: AffinePath,
    /// How t is drawn.
    pub time: TimeSampling,
    /// Pairs to draw from in place of source, target and coupling: a reflow's (Liu et al. 2022).
    pub table: Option<Arc<[[Point; 2]]>>,
    /// Pairs a step.
    pub batch: usize,
    /// Seed of every draw.
    pub seed: u64,
}

/// Paired points and times, on the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Pairs {
    /// Where each path begins.
    pub x0: Vec<Point>,
    /// Where it ends.
    pub x1: Vec<Point>,
    /// The time on it, in [0, 1).
    pub t: Vec<f32>,
}

impl Pairs {
    /// The same pairs at other times.
    pub fn at(&self, t: &[f32]) -> Self {
        assert_eq!(t.len(), self.x0.len(), "a time for each pair");
        Self { t: t.to_vec(), ..self.clone() }
    }
}

impl PairBatches {
    /// The first `n` (at most `batch`) pairs of step `step`'s batch.
    pub fn pairs(&self, step: u64, n: usize) -> Result<Pairs> {
        let stream = |stream| Rng::at_step(self.seed, stream, step);
        let mut time = stream(Stream::Time);
        if let Some(table) = &self.table {
            let rng = &mut stream(Stream::Data);
            let [x0, x1] = [0, 1].map(|_| Vec::with_capacity(self.batch));
            let mut pairs = Pairs { x0, x1, t: Vec::new() };
            for _ in 0..self.batch {
                let [x0, x1] = table[rng.index(table.len())];
                pairs.x0.push(x0);
                pairs.x1.push(x1);
            }
            pairs.x0.truncate(n);
            pairs.x1.truncate(n);
            pairs.t = pairs.x0.iter().map(|_| self.time.draw(&mut time)).collect();
            return Ok(pairs);
        }
        let x0 = self.source.draw(self.batch, &mut stream(Stream::Noise));
        let x1 = self.target.draw(self.batch, &mut stream(Stream::Data));
        let pairs = self.coupling.pair(&x0, &x1, &mut stream(Stream::Coupling))?;
        let pairs = &pairs[..n.min(pairs.len())];
        Ok(Pairs {
            x0: pairs.iter().map(|&(i, _)| x0[i]).collect(),
            x1: pairs.iter().map(|&(_, j)| x1[j]).collect(),
            t: pairs.iter().map(|_| self.time.draw(&mut time)).collect(),
        })
    }

    /// `pairs` as points on their paths, on `device`. So few numbers are computed here: on a GPU each operation is a launch.
    pub fn batch(&self, pairs: &Pairs, device: &Device) -> Batch {
        let schedule = self.path.schedule();
        let rows = pairs.x0.iter().zip(&pairs.x1).zip(&pairs.t);
        let (x_t, u_t): (Vec<Point>, Vec<Point>) = rows
            .map(|((x0, x1), &t)| {
                let c = schedule.at(f64::from(t));
                let mix =
                    |of_x1: f64, of_x0: f64| [0, 1].map(|k| x1[k] * of_x1 as f32 + x0[k] * of_x0 as f32);
                (mix(c.alpha, c.sigma), mix(c.d_alpha, c.d_sigma))
            })
            .unzip();
        let sample = PathSample {
            t: Tensor::from_floats(pairs.t.as_slice(), device),
            x_t: points::to_tensor(&x_t, device),
            u_t: points::to_tensor(&u_t, device),
        };
        Batch { sample, condition: None }
    }

    /// The batch of step `step`.
    pub fn draw(&self, step: u64, device: &Device) -> Result<Batch> {
        Ok(self.batch(&self.pairs(step, self.batch)?, device))
    }

    /// Checks the domains: a batch of at least 1.
    pub fn validate(self) -> Result<Self> {
        if self.batch == 0 {
            return Err(Error::config("a batch must have at least one pair"));
        }
        self.time.validate()?;
        Ok(self)
    }
}
