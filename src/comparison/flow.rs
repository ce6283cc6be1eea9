//! The flow of one path's marginal field, exact and by Euler's method, from several starts at once.

use super::PIECES;
use crate::error::Result;
use crate::marginal::MarginalField;
use crate::path::Schedule;
use crate::points::Point;
use crate::solver::{Integrator, Method, Solver, TimeGrid, Tolerance};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// All starts move together: the state is x, y of each in turn.
pub(super) type Plane = Vec<f64>;

pub(super) struct Flow {
    pub schedule: Schedule,
    pub marginal: MarginalField,
    pub starts: Plane,
}

impl Flow {
    pub fn velocity(&self, x: &Plane, t: f64) -> Plane {
        x.chunks_exact(2).flat_map(|p| self.marginal.velocity([p[0], p[1]], t)).collect()
    }

    /// x + (t_end − t) u.
    pub fn ahead(&self, x: &Plane, t: f64, u: &Plane) -> Plane {
        x.iter().zip(u).map(|(x, u)| x + (self.schedule.t_max() - t) * u).collect()
    }

    /// The flow at k / [`PIECES`] of the path's time, to about 1e-7.
    pub fn exact(&self) -> Result<Vec<(f64, Plane)>> {
        let end = self.schedule.t_max();
        // Where no noise is left the field is singular at the very end. A millionth before it every flow
        // moves to one data point at a steady velocity, so that one Euler step finishes it.
        let near = end.min(1.0 - 1e-6);
        let mut frames = vec![(0.0, self.starts.clone())];
        for k in 1..=PIECES {
            let (from, x) = frames.last().expect("it begins with one").clone();
            let to = end * k as f64 / PIECES as f64;
            let tolerance = Tolerance { absolute: 1e-8, relative: 1e-8 };
            let method = Method::Adaptive { from, to: to.min(near), tolerance };
            let run = Integrator::new(Solver::Dopri5, method, x)?;
            let (x, _) = now(run.finish(|x, t| self.velocity(x, t)))?;
            let done = to <= near;
            frames.push((to, if done { x } else { self.ahead(&x, near, &self.velocity(&x, near)) }));
        }
        Ok(frames)
    }

    /// Euler's points and, for each step, where going straight on would land.
    pub fn euler(&self, steps: usize) -> Result<(Vec<Plane>, Vec<Plane>, usize)> {
        let grid = TimeGrid::uniform(0.0, self.schedule.t_max(), steps)?;
        let mut run = Integrator::new(Solver::Euler, Method::Fixed(grid), self.starts.clone())?;
        let (mut points, mut ahead, mut nfe) = (vec![self.starts.clone()], Vec::new(), 0);
        while let Some(step) = now(run.advance(|x, t| self.velocity(x, t)))? {
            ahead.push(self.ahead(&points[points.len() - 1], step.t_before, &step.velocity));
            points.push(step.x);
            nfe = step.nfe;
        }
        Ok((points, ahead, nfe))
    }
}

/// The result of a future that has nothing to wait for, as the solver's on plain numbers has not.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => unreachable!("the solver waits, though its state is on the host"),
    }
}

pub(super) fn at(x: &Plane, i: usize) -> [f64; 2] {
    [x[2 * i], x[2 * i + 1]]
}

pub(super) fn rounded(x: [f64; 2]) -> Point {
    x.map(|v| v as f32)
}

pub(super) fn curve(frames: &[Plane], i: usize) -> Vec<Point> {
    frames.iter().map(|x| rounded(at(x, i))).collect()
}

pub(super) fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

pub(super) fn mean_distance(a: &Plane, b: &Plane) -> f64 {
    let n = a.len() / 2;
    (0..n).map(|i| distance(at(a, i), at(b, i))).sum::<f64>() / n as f64
}

/// Share of the way from `start` to `goal` at which `end` is nearest.
pub(super) fn reach(start: [f64; 2], end: [f64; 2], goal: [f64; 2]) -> Option<f64> {
    let (way, made) = ([goal[0] - start[0], goal[1] - start[1]], [end[0] - start[0], end[1] - start[1]]);
    let length = way[0] * way[0] + way[1] * way[1];
    (length > 1e-12).then(|| (way[0] * made[0] + way[1] * made[1]) / length)
}
