//! Class-conditional flows in the plane and their guidance: what a weight above 1 does to a distribution that is known. Knows no JavaScript.

mod config;
mod data;
mod map;

pub use config::ClassesConfig;
pub use data::CLASSES;
pub use map::LEAST_INPUT;

use crate::device::{Opened, Watch};
use crate::error::{Error, Result};
use crate::field::{Guided, VelocityField, one_hot};
use crate::marginal::MarginalField;
use crate::metrics::{measurable, wasserstein2};
use crate::net::{ClassMap, ClassMlp};
use crate::ops::combine::combine;
use crate::path::{AffinePath, Schedule};
use crate::points::{self, Point};
use crate::rng::{Rng, Stream};
use crate::sample::map_step;
use crate::train::{Batch, TimeSampling, Trainer};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// What guides: u = a + w (b − a), where b is the class's velocity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guide {
    /// a is the same network's velocity of no class (Ho & Salimans 2022).
    ClassifierFree,
    /// a is a weaker network's velocity of the same class (Karras et al. 2024, "autoguidance", arXiv 2406.02507).
    Weak,
    /// No second evaluation: the scale is an input of a flow map (Geng et al. 2025b, "improved MeanFlow", arXiv 2512.02012).
    Input,
    /// As [`Guide::ClassifierFree`], both velocities in closed form: what perfect networks would do.
    Exact,
}

impl Guide {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ClassifierFree, Self::Weak, Self::Input, Self::Exact];
}

/// Particles under guidance, classes in turn.
#[derive(Debug, Clone, PartialEq)]
pub struct GuidedRun {
    /// Positions, frame after frame, steps + 1 of them.
    pub x: Vec<Point>,
    /// Share of particles that an ideal classifier gives the class that they were asked for.
    pub recognized: f64,
    /// Exact 2-Wasserstein distance to as many fresh draws, mean over the classes, in units of the plane.
    pub w2: f64,
    /// Root mean square distance of particles to the mean of their class, as a share of the data's.
    pub spread: f64,
}

/// The weak network makes a step where the other makes so many.
const SELDOM: u64 = 8;

/// The largest weight.
pub const MOST_GUIDANCE: f64 = 10.0;

/// A class-conditional flow, a weaker one and a flow map, in training.
pub struct Classes {
    config: ClassesConfig,
    trainer: Trainer<ClassMlp>,
    weak: Trainer<ClassMlp>,
    map: Trainer<ClassMap>,
    path: AffinePath,
    /// Of each class, then of all.
    exact: Vec<MarginalField>,
    device: Device,
    watch: Watch,
}

impl Classes {
    /// Untrained networks with initial weights from the seed. Errors where a setting is outside its domain.
    pub fn new(config: ClassesConfig, opened: &Opened) -> Result<Self> {
        let config = config.validate()?;
        let autodiff = opened.device.clone().autodiff();
        let (seed, [net, weak]) = (u64::from(config.seed), config.nets());
        let init = |net: crate::net::MlpConfig| {
            Trainer::new(net.init_classes(CLASSES, seed, &autodiff)?, config.optim())
        };
        let schedule = Schedule::CondOt { sigma_min: 0.0 };
        let all = (0..CLASSES).flat_map(data::arm).collect();
        let sets = (0..CLASSES).map(data::arm).chain([all]);
        let field = |means| MarginalField::new(schedule, (vec![[0.0; 2]], 1.0), (means, data::STD));
        Ok(Self {
            trainer: init(net)?,
            weak: init(weak)?,
            map: Trainer::new(net.init_class_map(CLASSES, seed, &autodiff)?, config.optim())?,
            path: AffinePath::new(schedule)?,
            exact: sets.map(field).collect::<Result<_>>()?,
            device: opened.device.clone(),
            watch: opened.watch.clone(),
            config,
        })
    }

    /// Steps made.
    pub fn step(&self) -> u64 {
        self.trainer.steps_done()
    }

    /// Makes `steps` steps, at most 10,000; the losses of the stronger velocity network. Errors where training diverged.
    pub async fn train(&mut self, steps: usize) -> Result<Vec<f32>> {
        self.watch.check()?;
        if !(1..=10_000).contains(&steps) {
            return Err(Error::config(format!("a call makes 1 to 10000 steps, not {steps}")));
        }
        let autodiff = self.device.clone().autodiff();
        let mut losses = Vec::with_capacity(steps);
        let mut others = Vec::new();
        for _ in 0..steps {
            let step = self.step();
            let batch = self.batch(step, self.config.dropped)?;
            losses.push(self.trainer.step(batch).loss);
            if step.is_multiple_of(SELDOM) {
                let batch = self.batch(step, 0.0)?;
                others.push(self.weak.step(batch).loss);
            }
            others.push(map::step(&mut self.map, &self.config, &self.path, &autodiff)?);
        }
        losses.extend(others);
        let mut losses = self.watch.read(Tensor::cat(losses, 0)).await?;
        match losses.iter().find(|loss| !loss.is_finite()) {
            None => {
                losses.truncate(steps);
                Ok(losses)
            }
            Some(loss) => {
                Err(Error::numeric(format!("training diverged (loss {loss}): lower the learning rate")))
            }
        }
    }

    /// The batch of step `step`, this share of its labels dropped.
    fn batch(&self, step: u64, dropped: f64) -> Result<Batch> {
        let (seed, n) = (u64::from(self.config.seed), self.config.batch);
        let time = &mut Rng::at_step(seed, Stream::Time, step);
        let t: Vec<f32> = (0..n).map(|_| TimeSampling::Uniform.draw(time)).collect();
        let pairs = data::pairs(seed, step, n, dropped);
        let autodiff = self.device.clone().autodiff();
        let tensor = |x: &[Point]| points::to_tensor(x, &autodiff);
        Ok(Batch {
            sample: self.path.sample(tensor(&pairs.x0), tensor(&pairs.x1), &t),
            condition: Some(one_hot(&pairs.labels, CLASSES, &autodiff)?),
        })
    }

    /// `n` fresh draws, classes in turn; `n` as in [`measurable`].
    pub fn data(&self, n: usize) -> Result<Vec<Point>> {
        measurable(n)?;
        let rng = &mut Rng::new(u64::from(self.config.seed), Stream::Fresh);
        Ok(ClassesConfig::labels(n).map(|class| data::draw(usize::from(class), rng)).collect())
    }

    /// `n` particles, classes in turn, by `steps` Euler steps (of the flow map: equal steps) under guidance of `weight` (1: none): the same starts in every
    /// call. Errors where a number is outside its domain: at least 3 particles, 1 to 256 steps, a weight of 0 to 10, of [`Guide::Input`] 1 to 8.
    pub async fn run(&self, n: usize, guide: Guide, weight: f64, steps: usize) -> Result<GuidedRun> {
        measurable(n / CLASSES)?;
        if !(1..=256).contains(&steps) || !(0.0..=MOST_GUIDANCE).contains(&weight) {
            return Err(Error::config(format!(
                "guidance takes 1 to 256 steps and a weight of 0 to {MOST_GUIDANCE}, not {steps} and {weight}"
            )));
        }
        let rng = &mut Rng::new(u64::from(self.config.seed), Stream::Particles);
        let starts: Vec<Point> = (0..n).map(|_| [rng.normal(), rng.normal()]).collect();
        let x = match guide {
            Guide::Exact => self.exactly(starts, weight, steps),
            Guide::Input => self.mapped(starts, weight, steps).await?,
            _ => self.learned(starts, guide, weight, steps).await?,
        };
        if !points::finite(&x) {
            return Err(Error::numeric("the trajectories are not finite: lower the weight or train again"));
        }
        let ends = &x[x.len() - n..];
        let fresh = self.data(n)?;
        let mean = |f: &dyn Fn(usize) -> f64| (0..CLASSES).map(f).sum::<f64>() / CLASSES as f64;
        let recognized = ends.iter().enumerate().filter(|&(i, &x)| data::likeliest(x) == i % CLASSES).count();
        Ok(GuidedRun {
            recognized: recognized as f64 / n as f64,
            w2: mean(&|class| wasserstein2(&of_class(ends, class), &of_class(&fresh, class))),
            spread: mean(&|class| deviation(&of_class(ends, class)) / deviation(&of_class(&fresh, class))),
            x,
        })
    }

    /// The classes of `n` particles.
    fn in_turn(&self, n: usize) -> Result<Tensor<2>> {
        let labels: Vec<Option<u8>> = ClassesConfig::labels(n).map(Some).collect();
        one_hot(&labels, CLASSES, &self.device)
    }

    /// All states by the networks.
    async fn learned(
        &self,
        starts: Vec<Point>,
        guide: Guide,
        weight: f64,
        steps: usize,
    ) -> Result<Vec<Point>> {
        let condition = self.in_turn(starts.len())?;
        let (net, weak) = (self.trainer.average(), self.weak.average());
        let free = Guided { field: &net, weight, both: None };
        let mut frames = vec![points::to_tensor(&starts, &self.device)];
        for k in 0..steps {
            let x = frames.last().expect("the first is there").clone();
            let t = Tensor::<1>::full([starts.len()], k as f64 / steps as f64, &self.device);
            let u = match guide {
                Guide::Weak => {
                    let [of, by] =
                        [&net, &weak].map(|net| net.velocity(x.clone(), t.clone(), Some(condition.clone())));
                    combine(&[(weight, &of), (1.0 - weight, &by)])
                }
                _ => free.velocity(x.clone(), t, Some(condition.clone())),
            };
            frames.push(combine(&[(1.0, &x), (1.0 / steps as f64, &u)]));
        }
        // One read for all frames: each costs a round trip to a GPU.
        Ok(points::from_flat(&self.watch.read(Tensor::cat(frames, 0)).await?))
    }

    /// All states by the flow map.
    async fn mapped(&self, starts: Vec<Point>, weight: f64, steps: usize) -> Result<Vec<Point>> {
        map::in_range(weight)?;
        let condition = self.in_turn(starts.len())?;
        let net = self.map.average();
        let map = net.guided(condition, Tensor::full([starts.len()], weight, &self.device));
        let mut frames = vec![points::to_tensor(&starts, &self.device)];
        let at = |k: usize| k as f64 / steps as f64;
        for k in 0..steps {
            let x = frames.last().expect("the first is there").clone();
            frames.push(map_step(&map, x, at(k), at(k + 1)));
        }
        Ok(points::from_flat(&self.watch.read(Tensor::cat(frames, 0)).await?))
    }

    /// All states by the closed form.
    fn exactly(&self, starts: Vec<Point>, weight: f64, steps: usize) -> Vec<Point> {
        let (n, h) = (starts.len(), 1.0 / steps as f64);
        let mut x = starts;
        for k in 0..steps {
            let t = k as f64 * h;
            let from = x[x.len() - n..].to_vec();
            let all = self.exact[CLASSES].velocities(&from, t);
            let mut next = from.clone();
            for class in 0..CLASSES {
                let mine: Vec<usize> = (class..n).step_by(CLASSES).collect();
                let own = self.exact[class].velocities(&mine.iter().map(|&i| from[i]).collect::<Vec<_>>(), t);
                for (&i, own) in mine.iter().zip(own) {
                    next[i] = [0, 1].map(|j| {
                        let u = f64::from(all[i][j]) + weight * f64::from(own[j] - all[i][j]);
                        (f64::from(from[i][j]) + h * u) as f32
                    });
                }
            }
            x.extend(next);
        }
        x
    }
}

/// The points of one class, of a list that has the classes in turn.
pub fn of_class(x: &[Point], class: usize) -> Vec<Point> {
    x.iter().skip(class).step_by(CLASSES).copied().collect()
}

/// Root mean square distance to the mean.
fn deviation(x: &[Point]) -> f64 {
    let n = x.len() as f64;
    let mean = [0, 1].map(|k| x.iter().map(|p| f64::from(p[k])).sum::<f64>() / n);
    let square = |p: &Point| (f64::from(p[0]) - mean[0]).powi(2) + (f64::from(p[1]) - mean[1]).powi(2);
    (x.iter().map(square).sum::<f64>() / n).sqrt()
}
