//! Trajectories of the learned flow, and conditional paths beside them.

use super::{Lab, Sampling, limit};
use crate::error::{Error, Result};
use crate::ops::ode::{Steps, integrate};
use crate::path::Prediction;
use crate::points::{self, Point};
use crate::rng::{Rng, Stream};
use crate::solver::{Integrator, Method, Solver, TimeGrid, Tolerance};
use crate::train::ALIGNMENT;
use burn::tensor::Tensor;

/// Positions of n points at k times.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// Times, k.
    pub times: Vec<f64>,
    /// Positions, frame after frame, k × n.
    pub x: Vec<Point>,
    /// Evaluations of the field.
    pub nfe: usize,
}

impl Flow {
    /// Points of the last frame.
    pub fn end(&self) -> &[Point] {
        let n = self.x.len() / self.times.len().max(1);
        &self.x[self.x.len() - n..]
    }
}

/// Equal tolerances of the adaptive solver in the lab: far below what a pixel shows.
const TOLERANCE: Tolerance = Tolerance { absolute: 1e-3, relative: 1e-3 };

impl Lab {
    /// The learned flow of `n` particles drawn from the source. The same particles, and the same noise of each, in every call and in
    /// every lab with the same seed and source.
    pub async fn flow(&self, n: usize, sampling: Sampling) -> Result<Flow> {
        limit("particles", &[n])?;
        let mut x0 =
            self.batches.source.draw(n, &mut Rng::new(u64::from(self.config.seed), Stream::Particles));
        // x_0 = alpha(0) x1 + sigma(0) x0; the first term is 0 or, on diffusion paths, drowned by the second.
        let sigma = self.batches.path.schedule().at(0.0).sigma as f32;
        x0.iter_mut().for_each(|x| *x = [sigma * x[0], sigma * x[1]]);
        if sampling.noise != 0.0 {
            return self.diffuse(x0, sampling).await;
        }
        self.trace(x0, sampling.solver, sampling.steps, false).await
    }

    /// The learned flow through `starts`: from t = 0 forward, or, where `backward`, from the end to t = 0.
    pub async fn trace(
        &self,
        starts: Vec<Point>,
        solver: Solver,
        steps: usize,
        backward: bool,
    ) -> Result<Flow> {
        limit("starts", &[starts.len()])?;
        fits(starts.len(), steps)?;
        let end = self.batches.path.schedule().t_max();
        let (from, to) = if backward { (end, 0.0) } else { (0.0, end) };
        let method = match solver.is_adaptive() {
            true => Method::Adaptive { from, to, tolerance: TOLERANCE },
            false => Method::Fixed(TimeGrid::uniform(from, to, steps)?),
        };
        let x = points::to_tensor(&starts, &self.device);
        if let Method::Fixed(grid) = &method
            && let Some(states) = self.in_one_launch(x.clone(), solver, grid)
        {
            let x = [starts, self.read_points(states).await?].concat();
            let nfe = solver.tableau().stages() * steps;
            return self.whole(Flow { times: grid.times().to_vec(), x, nfe }).await;
        }
        let mut run = Integrator::new(solver, method, x.clone())?;
        let (mut times, mut frames, mut nfe) = (vec![from], vec![x], 0);
        let learned = self.learned();
        let u = |x: &Tensor<2>, t: f64| learned.at(x, t);
        while let Some(progress) = run.advance(u).await? {
            times.push(progress.t);
            frames.push(progress.x);
            nfe = progress.nfe;
        }
        // One read for all frames: each costs a round trip to a GPU.
        let x = self.read_points(Tensor::cat(frames, 0)).await?;
        self.whole(Flow { times, x, nfe }).await
    }

    /// The flow, unless it is not finite.
    pub(super) async fn whole(&self, flow: Flow) -> Result<Flow> {
        if points::finite(&flow.x) {
            return Ok(flow);
        }
        let error = "the trajectories are not finite: use more steps or train again";
        Err(self.blamed(Error::numeric(error)).await)
    }

    /// The states at all times of the grid but the first, where the device makes them in one launch.
    fn in_one_launch(&self, x: Tensor<2>, solver: Solver, grid: &TimeGrid) -> Option<Tensor<2>> {
        if self.config.predicts != Prediction::Velocity {
            return None;
        }
        let tableau = solver.tableau();
        let stages = tableau.stages();
        let single = |values: &[f64]| values.iter().map(|v| *v as f32).collect::<Vec<_>>();
        let a: Vec<f32> = (0..stages)
            .flat_map(|i| (0..stages).map(move |j| tableau.a[i].get(j).map_or(0.0, |v| *v as f32)))
            .collect();
        let (b, c, times) = (single(tableau.b), single(tableau.c), single(grid.times()));
        let steps = Steps { a: &a, b: &b, c: &c, times: &times };
        let plan = self.config.net().ode_plan(stages);
        let states = integrate(x, self.trainer.average_row(), ALIGNMENT, plan, steps)?;
        let [k, n, dim] = states.dims();
        Some(states.reshape([k * n, dim]))
    }

    /// The conditional paths of `n` (at most a batch) pairs of the next step, at `frames` equal times: what the
    /// network is trained on, not what it learns.
    pub fn conditional(&self, n: usize, frames: usize) -> Result<Flow> {
        if frames < 2 {
            return Err(Error::config("a path needs at least 2 frames"));
        }
        fits(n, frames)?;
        let pairs = self.batches.pairs(self.step(), n)?;
        let schedule = self.batches.path.schedule();
        let end = schedule.t_max();
        let times: Vec<f64> = (0..frames).map(|k| end * k as f64 / (frames - 1) as f64).collect();
        let x = times
            .iter()
            .flat_map(|&t| {
                let c = schedule.at(t);
                let at = move |x0: f32, x1: f32| (c.alpha * f64::from(x1) + c.sigma * f64::from(x0)) as f32;
                pairs.x0.iter().zip(&pairs.x1).map(move |(a, b)| [at(a[0], b[0]), at(a[1], b[1])])
            })
            .collect();
        Ok(Flow { times, x, nfe: 0 })
    }

    /// The learned velocity at the centers of `side`² cells of [−half, half]², row after row from the bottom
    /// left, at each of `times`, time after time.
    pub async fn field(&self, side: usize, times: &[f64], half: f64) -> Result<Vec<Point>> {
        limit("cells", &[side, side, times.len()])?;
        let (x, n) = (cells(side, half), side * side);
        let all: Vec<Point> = times.iter().flat_map(|_| x.iter().copied()).collect();
        let t: Vec<f32> = times.iter().flat_map(|&t| std::iter::repeat_n(t as f32, n)).collect();
        self.velocities(&all, &t).await
    }

    /// The learned velocity at `x[i]` and `t[i]`.
    pub(super) async fn velocities(&self, x: &[Point], t: &[f32]) -> Result<Vec<Point>> {
        let x = points::to_tensor(x, &self.device);
        self.read_points(self.learned().at_times(x, t)).await
    }
}

/// Errors where a trajectory would be larger than 64 MB.
pub(super) fn fits(n: usize, steps: usize) -> Result<()> {
    let points = steps.checked_add(1).and_then(|frames| frames.checked_mul(n));
    if points.is_none_or(|points| points > 8_000_000) {
        return Err(Error::config(format!(
            "{n} particles at {steps} steps are too much to keep; use fewer of either"
        )));
    }
    Ok(())
}

/// Centers of `side`² cells of [−half, half]², row after row from the bottom left.
pub(super) fn cells(side: usize, half: f64) -> Vec<Point> {
    let center = |i: usize| (-half + (i as f64 + 0.5) * 2.0 * half / side as f64) as f32;
    (0..side).flat_map(|row| (0..side).map(move |column| [center(column), center(row)])).collect()
}
