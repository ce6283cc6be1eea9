//! Two paths from noise to data, without a network: the flow of the exact marginal field along a diffusion
//! path and along the straight path, and what Euler's method makes of each.
//!
//! With one data point the marginal field is the conditional velocity, and each flow is a conditional path.
//! With several, flows bend wherever conditional paths cross, on the straight path too.
//!
//! All affine paths from one Gaussian source share their flow up to the scale and the clock: z = x / sigma as a
//! function of alpha / sigma obeys dz = E[x1 | x] d(alpha / sigma) for each of them. So both paths lead to the
//! same place where neither leaves noise (nearly so under the variance preserving path, which begins at
//! alpha = 0.0066 and not at 0); how many steps it takes to get there is what differs.

mod flow;

use crate::error::{Error, Result};
use crate::marginal::MarginalField;
use crate::path::Schedule;
use crate::points::Point;
use flow::{Flow, Plane, at, curve, distance, mean_distance, reach, rounded};
use serde::{Deserialize, Serialize};

/// The most starts, and the most data points.
pub const MAX_POINTS: usize = 8;
/// The most Euler steps.
pub const MAX_STEPS: usize = 64;
/// The largest coordinate.
pub const MAX_COORDINATE: f32 = 100.0;
/// Pieces of an exact curve: time k of 100, so that a slider in steps of 0.01 always finds its point.
pub const PIECES: usize = 100;
/// Pieces of a conditional path that is only shown.
const CONDITIONAL_PIECES: usize = 24;
/// The numbers of steps whose errors are compared.
const LADDER: [usize; 5] = [1, 2, 4, 8, 16];

/// What is asked; JSON from the page.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Where flows start at t = 0, 1 to [`MAX_POINTS`].
    pub x0: Vec<Point>,
    /// The data, 1 to [`MAX_POINTS`] points.
    pub x1: Vec<Point>,
    /// The path of the winding path.
    pub diffusion: Diffusion,
    /// Noise left at the end of the straight path, in [0, 1).
    pub sigma_min: f64,
    /// Euler steps, 1 to [`MAX_STEPS`].
    pub steps: usize,
}

/// Diffusion paths. Both have alpha² + sigma² = 1, so with one data point they are the same arc, traveled by
/// another clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Diffusion {
    /// [`Schedule::VariancePreserving`] with the papers' beta, 0.1 to 20. It hardly moves at first.
    Vp,
    /// [`Schedule::Cosine`]: the arc at an even pace.
    Cosine,
}

impl Diffusion {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Cosine, Self::Vp];
}

/// Both paths.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// Along the diffusion path.
    pub diffusion: PathResult,
    /// Along the straight path.
    pub straight: PathResult,
}

/// One path, from each start.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PathResult {
    /// A trajectory for each start.
    pub trajectories: Vec<Trajectory>,
    /// Evaluations of the field that Euler's method made for each trajectory.
    pub nfe: usize,
    /// Mean over trajectories of |Euler's end − the exact end|.
    pub error: f64,
    /// That error for 1, 2, 4, 8 and 16 steps.
    pub ladder: Vec<Rung>,
}

/// The error of one number of steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rung {
    /// Euler steps.
    pub steps: usize,
    /// See [`PathResult::error`].
    pub error: f64,
}

/// One start's way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trajectory {
    /// The exact flow at times k / [`PIECES`] of the path's time.
    pub exact: Vec<Point>,
    /// Where one straight step from each of those points to the end would land: x + (t_end − t) u_t(x).
    pub ahead: Vec<Point>,
    /// Euler's points, one more than steps.
    pub euler: Vec<Point>,
    /// Where going on straight from the start of each Euler step would land at the end.
    pub euler_ahead: Vec<Point>,
    /// |Euler's end − the exact end|.
    pub error: f64,
    /// How far Euler's end is along the line from start to exact end: below 1 it falls short, above 1 it goes
    /// too far. Null where that line has no length.
    pub reach: Option<f64>,
    /// The conditional path alpha x1 + sigma x0 to each data point, where there are several: what the field
    /// is the mean of.
    pub conditional: Vec<Vec<Point>>,
}

/// Both paths for a source N(0, I). Errors where a number is outside the domain given at [`Request`].
pub fn compare(request: &Request) -> Result<Answer> {
    check(request)?;
    let diffusion = match request.diffusion {
        Diffusion::Vp => Schedule::VariancePreserving { beta_min: 0.1, beta_max: 20.0 },
        Diffusion::Cosine => Schedule::Cosine,
    };
    let straight = Schedule::CondOt { sigma_min: request.sigma_min };
    Ok(Answer { diffusion: along(request, diffusion)?, straight: along(request, straight)? })
}

fn check(request: &Request) -> Result<()> {
    for (what, points) in [("start", &request.x0), ("data", &request.x1)] {
        if points.is_empty() || points.len() > MAX_POINTS {
            return Err(Error::config(format!(
                "the comparison needs 1 to {MAX_POINTS} {what} points, not {}",
                points.len()
            )));
        }
        let inside = |v: &f32| v.abs() <= MAX_COORDINATE; // false for NaN
        if !points.iter().flatten().all(inside) {
            return Err(Error::config(format!(
                "every coordinate of a {what} point must be between −{MAX_COORDINATE} and {MAX_COORDINATE}"
            )));
        }
    }
    if !(1..=MAX_STEPS).contains(&request.steps) {
        return Err(Error::config(format!("steps must be 1 to {MAX_STEPS}, not {}", request.steps)));
    }
    Ok(())
}

fn along(request: &Request, schedule: Schedule) -> Result<PathResult> {
    let source = (vec![[0.0, 0.0]], 1.0);
    let marginal = MarginalField::new(schedule, source, (request.x1.clone(), 0.0))?;
    let starts = request.x0.iter().flatten().map(|&v| f64::from(v)).collect();
    let flow = Flow { schedule, marginal, starts };
    let exact = flow.exact()?;
    let end = &exact[PIECES].1;
    let ahead: Vec<Plane> = exact.iter().map(|(t, x)| flow.ahead(x, *t, &flow.velocity(x, *t))).collect();
    let (euler, euler_ahead, nfe) = flow.euler(request.steps)?;
    let mut ladder = Vec::with_capacity(LADDER.len());
    for steps in LADDER {
        let (points, _, _) = flow.euler(steps)?;
        ladder.push(Rung { steps, error: mean_distance(&points[steps], end) });
    }
    let trajectories = (0..request.x0.len())
        .map(|i| {
            let (start, exact_end, euler_end) =
                (at(&flow.starts, i), at(end, i), at(&euler[request.steps], i));
            Trajectory {
                exact: exact.iter().map(|(_, x)| rounded(at(x, i))).collect(),
                ahead: curve(&ahead, i),
                euler: curve(&euler, i),
                euler_ahead: curve(&euler_ahead, i),
                error: distance(euler_end, exact_end),
                reach: reach(start, euler_end, exact_end),
                conditional: conditional(schedule, request, request.x0[i]),
            }
        })
        .collect();
    Ok(PathResult { trajectories, nfe, error: mean_distance(&euler[request.steps], end), ladder })
}

fn conditional(schedule: Schedule, request: &Request, x0: Point) -> Vec<Vec<Point>> {
    if request.x1.len() == 1 {
        return Vec::new();
    }
    let point = |x1: Point, k: usize| {
        let c = schedule.at(schedule.t_max() * k as f64 / CONDITIONAL_PIECES as f64);
        [0, 1].map(|i| (c.alpha * f64::from(x1[i]) + c.sigma * f64::from(x0[i])) as f32)
    };
    request.x1.iter().map(|&x1| (0..=CONDITIONAL_PIECES).map(|k| point(x1, k)).collect()).collect()
}
