//! Figures of the learned flow: how far its samples are from fresh data, how straight it is, how likely data are.

use super::flow::cells;
use super::{Flow, Lab, Sampling, limit};
use crate::data::plane::{Mixture, Sampler};
use crate::error::{Error, Result};
use crate::likelihood::pull_back;
use crate::metrics::{
    mean_and_deviation, measurable, normalized_path_energy, path_energy, sliced_wasserstein2, straightness,
    wasserstein2,
};
use crate::points::{self, Point};
use crate::rng::{Rng, Stream};
use crate::solver::Solver;
use std::f64::consts::{LN_2, PI};
use std::ops::Range;

/// Measurements of one flow, from the same number of particles and of fresh draws from the target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Exact 2-Wasserstein distance to fresh data, in units of the plane.
    pub w2: f64,
    /// Sliced 2-Wasserstein distance, 64 directions.
    pub sliced: f64,
    /// Mean ∫‖dx/dt‖² dt. Of a path with noise it grows with the number of steps without end: NaN there, as the two below.
    pub path_energy: f64,
    /// |path energy − W2²(source, target)| / W2²(source, target): 0 for the optimal transport.
    pub normalized_path_energy: f64,
    /// Mean ∫‖(x(1) − x(0)) − dx/dt‖² dt: 0 where every trajectory is straight and of constant speed.
    pub straightness: f64,
    /// Evaluations of the field.
    pub nfe: usize,
}

/// The density of the learned flow over rows of cells, and of fresh draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Likelihood {
    /// log p_1 at the centers of the cells, natural logarithm, per unit area.
    pub log_density: Vec<f32>,
    /// Its integral over the rows, at most about 1 over all of them.
    pub mass: f64,
    /// −log2 p_1 per dimension, mean over the draws; NaN without any.
    pub bits_per_dim: f64,
    /// How many draws that was.
    pub held_out: usize,
    /// Evaluations of field and divergence.
    pub nfe: usize,
}

/// Fresh draws that bits per dimension are averaged over.
const HELD_OUT: usize = 512;

impl Lab {
    /// Measures `n` particles against `n` fresh draws; `n` as in [`measurable`].
    pub async fn figures(&self, n: usize, sampling: Sampling) -> Result<Figures> {
        measurable(n)?;
        let flow = self.flow(n, sampling).await?;
        let smooth = |value: f64| if sampling.noise == 0.0 { value } else { f64::NAN };
        let fresh = self.fresh(n);
        let flat = points::to_flat(&flow.x);
        let transport = wasserstein2(&flow.x[..n], &fresh);
        let directions = &mut Rng::new(0, Stream::Fresh);
        Ok(Figures {
            w2: wasserstein2(flow.end(), &fresh),
            sliced: sliced_wasserstein2(flow.end(), &fresh, 64, directions),
            path_energy: smooth(path_energy(&flow.times, &flat)),
            normalized_path_energy: smooth(normalized_path_energy(&flow.times, &flat, transport)),
            straightness: smooth(straightness(&flow.times, &flat)),
            nfe: flow.nfe,
        })
    }

    /// W2 of `n` particles to fresh draws at each number of evaluations, in place of the steps of `sampling`; NaN where its solver
    /// cannot make exactly that many.
    pub async fn w2_by_nfe(&self, n: usize, sampling: Sampling, nfes: &[usize]) -> Result<Vec<f64>> {
        measurable(n)?;
        let fresh = self.fresh(n);
        let stages = sampling.solver.tableau().stages();
        let mut w2 = Vec::with_capacity(nfes.len());
        for &nfe in nfes {
            let exact = !sampling.solver.is_adaptive() && nfe > 0 && nfe.is_multiple_of(stages);
            w2.push(if exact {
                let flow: Flow = self.flow(n, Sampling { steps: nfe / stages, ..sampling }).await?;
                wasserstein2(flow.end(), &fresh)
            } else {
                f64::NAN
            });
        }
        Ok(w2)
    }

    /// Exact 2-Wasserstein distance between two fresh data sets of `n` points, mean and standard deviation over `pairs` of
    /// them: what a perfect model gets on average. `n` as in [`measurable`].
    pub fn floor(&self, n: usize, pairs: usize) -> Result<(f64, f64)> {
        floor(&self.batches.target, u64::from(self.config.seed), n, pairs)
    }

    /// Draws from the target that training never saw.
    fn fresh(&self, n: usize) -> Vec<Point> {
        self.batches.target.draw(n, &mut Rng::new(u64::from(self.config.seed), Stream::Fresh))
    }

    /// The density of the learned flow at the centers of the cells in `rows` of `side` rows of as many, which divide [−half, half]², and of the same share
    /// of the fresh data, with `steps` steps of RK4: several engines can divide the rows. Errors where the source has no density in closed form, or there are no such rows.
    pub async fn likelihood(
        &self,
        side: usize,
        half: f64,
        steps: usize,
        rows: Range<usize>,
    ) -> Result<Likelihood> {
        limit("cells", &[side, side])?;
        if rows.is_empty() || rows.end > side {
            return Err(Error::config(format!("{rows:?} are no rows of {side}")));
        }
        let count = rows.len() * side;
        limit("steps", &[steps])?;
        let source = self.batches.source.mixture().ok_or_else(|| {
            Error::config(
                "a likelihood needs a source with a known density: choose the Gaussian or the 8 Gaussians",
            )
        })?;
        let mut x = cells(side, half)[rows.start * side..rows.end * side].to_vec();
        x.extend(&self.fresh(HELD_OUT)[HELD_OUT * rows.start / side..HELD_OUT * rows.end / side]);
        let schedule = self.batches.path.schedule();
        let x = points::to_tensor(&x, &self.device);
        let pulled = pull_back(&self.learned(), x, schedule.t_max(), Solver::Rk4, steps).await?;
        let x0 = self.read_points(pulled.x0).await?;
        let ratio = self.read(pulled.log_ratio).await?;
        let sigma = schedule.at(0.0).sigma;
        let log_p: Vec<f64> =
            x0.iter().zip(&ratio).map(|(&x, r)| log_mixture(&source, sigma, x) + f64::from(*r)).collect();
        let (grid, held_out) = log_p.split_at(count);
        let cell = (2.0 * half / side as f64).powi(2);
        Ok(Likelihood {
            log_density: grid.iter().map(|&v| v as f32).collect(),
            mass: grid.iter().map(|v| v.exp() * cell).sum(),
            bits_per_dim: -held_out.iter().sum::<f64>() / held_out.len() as f64 / 2.0 / LN_2,
            held_out: held_out.len(),
            nfe: pulled.nfe,
        })
    }
}

/// [`Lab::floor`] of any target.
pub(crate) fn floor(target: &Sampler, seed: u64, n: usize, pairs: usize) -> Result<(f64, f64)> {
    measurable(n)?;
    let rng = &mut Rng::new(seed, Stream::Fresh);
    let distances: Vec<f64> =
        (0..pairs).map(|_| wasserstein2(&target.draw(n, rng), &target.draw(n, rng))).collect();
    Ok(mean_and_deviation(&distances))
}

/// log density at `x` of a mixture scaled by `sigma`.
fn log_mixture(mixture: &Mixture, sigma: f64, x: Point) -> f64 {
    let variance = (sigma * f64::from(mixture.std)).powi(2);
    let exponents: Vec<f64> = mixture
        .means
        .iter()
        .map(|m| {
            let d = [0, 1].map(|k| f64::from(x[k]) - sigma * f64::from(m[k]));
            -(d[0] * d[0] + d[1] * d[1]) / (2.0 * variance)
        })
        .collect();
    let most = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = exponents.iter().map(|e| (e - most).exp()).sum();
    most + (sum / mixture.means.len() as f64).ln() - (2.0 * PI * variance).ln()
}
