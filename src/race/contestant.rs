//! One method in a race: its network in training and how it is sampled.

use super::config::{Method, RaceConfig};
use crate::error::{Error, Result};
use crate::field::VelocityField;
use crate::loss::named_end;
use crate::net::{MapMlp, Mlp};
use crate::points::{self, Point};
use crate::rng::{Rng, Stream};
use crate::sample::map_step;
use crate::solver::{Integrator, Method as Stepping, Solver, TimeGrid};
use crate::train::{FewStepBatches, Objective, PairBatches, Trainer};
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use std::sync::Arc;

/// Pairs that a round of reflow is trained on; each is drawn about a hundred times in a training of 10,000 steps.
const REFLOW_PAIRS: usize = 20_000;

/// Pairs made at a time, so that a call stays short.
const REFLOW_SLICE: usize = 1000;

/// Runge–Kutta 4 steps that make a pair: 100 evaluations.
const REFLOW_STEPS: usize = 25;

/// A network in training.
enum Model {
    /// A velocity field.
    Flow(Trainer<Mlp>),
    /// A flow map.
    Map(Trainer<MapMlp>, Box<FewStepBatches>),
}

pub(super) struct Contestant {
    pub(super) method: Method,
    model: Model,
    batches: PairBatches,
    /// Pairs of a reflow as far as they are made.
    made: Vec<[Point; 2]>,
    device: Device,
}

/// What a training call did.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Which contestant, in the order of [`super::Race::methods`].
    pub contestant: usize,
    /// Its steps so far.
    pub step: u64,
    /// Share of its pairs that are made, where it trains on pairs of a flow; 1 elsewhere.
    pub pairs: f64,
    /// Losses of the steps made; not comparable between methods.
    pub losses: Vec<f32>,
}

impl Contestant {
    pub(super) fn new(method: Method, config: &RaceConfig, device: &Device) -> Result<Self> {
        let lab = config.lab();
        let mut batches = lab.batches()?;
        let (seed, autodiff) = (u64::from(config.seed), device.clone().autodiff());
        let objective = match method {
            Method::Flow | Method::Reflow => None,
            Method::Consistency => Some(Objective::Consistency),
            Method::Distillation => Some(Objective::Distillation),
            Method::Shortcut => Some(Objective::Shortcut),
            Method::MeanFlow => Some(Objective::MeanFlow),
            Method::ImprovedMeanFlow => Some(Objective::ImprovedMeanFlow),
            Method::AlphaFlow => Some(Objective::AlphaFlow),
            Method::Lagrangian => Some(Objective::Lagrangian),
            Method::Semigroup => Some(Objective::Semigroup),
            Method::Drifting => Some(Objective::Drifting),
        };
        let optim = config.optim();
        let model = match objective {
            None => Model::Flow(Trainer::new(lab.net().init(seed, &autodiff)?, optim)?),
            Some(objective) => {
                let trainer = Trainer::new(lab.net().init_map(seed, &autodiff)?, optim)?;
                let few = FewStepBatches {
                    pairs: batches.clone(),
                    objective,
                    steps: config.steps,
                    alpha: config.alpha,
                };
                Model::Map(trainer, Box::new(few))
            }
        };
        if method == Method::Reflow {
            batches.table = Some(Arc::new([]));
        }
        Ok(Self { method, model, batches, made: Vec::new(), device: device.clone() })
    }

    /// Whether it goes from end to end, so that there is no way between.
    pub(super) fn leaps(&self) -> bool {
        matches!(self.method, Method::Consistency | Method::Distillation | Method::Drifting)
    }

    pub(super) fn step(&self) -> u64 {
        match &self.model {
            Model::Flow(trainer) => trainer.steps_done(),
            Model::Map(trainer, _) => trainer.steps_done(),
        }
    }

    /// Makes up to `steps` steps, or some of the pairs that they need; `before` is the contestant that a reflow
    /// straightens, `flow` the one that is distilled.
    pub(super) async fn train(
        &mut self,
        steps: u64,
        before: Option<&Contestant>,
        flow: Option<&Contestant>,
    ) -> Result<(Vec<f32>, f64)> {
        if self.method == Method::Reflow && self.made.len() < REFLOW_PAIRS {
            let before = before.ok_or_else(|| Error::config("a reflow needs a flow before it"))?;
            self.make_pairs(before).await?;
            return Ok((Vec::new(), self.made.len() as f64 / REFLOW_PAIRS as f64));
        }
        let autodiff = self.device.clone().autodiff();
        let mut losses = Vec::new();
        for _ in 0..steps {
            let report = match &mut self.model {
                Model::Flow(trainer) => {
                    let batch = self.batches.draw(trainer.steps_done(), &autodiff)?;
                    trainer.step(batch)
                }
                Model::Map(trainer, few) => {
                    let flow = flow.and_then(Contestant::flow_net);
                    let flow = flow.ok_or_else(|| Error::config("a few-step model needs the flow"))?;
                    few.step(trainer, &flow, &autodiff)?
                }
            };
            losses.push(report.loss);
        }
        if losses.is_empty() {
            return Ok((Vec::new(), 1.0));
        }
        let losses = crate::sample::read(Tensor::cat(losses, 0).unsqueeze::<2>()).await.map_err(|e| {
            Error::numeric(format!("{} diverged ({e}): lower the learning rate", self.method.label()))
        })?;
        Ok((losses, 1.0))
    }

    /// The averaged velocity network, where this contestant is a flow.
    fn flow_net(&self) -> Option<Mlp> {
        match &self.model {
            Model::Flow(trainer) => Some(trainer.average()),
            Model::Map(..) => None,
        }
    }

    /// Ends of the flow before for fresh starts (Liu et al. 2022, algorithm 1). The network begins at that
    /// flow's weights.
    async fn make_pairs(&mut self, before: &Contestant) -> Result<()> {
        let slice = (self.made.len() / REFLOW_SLICE) as u64;
        let rng = &mut Rng::at_step(self.batches.seed, Stream::Fresh, slice);
        let starts = self.batches.source.draw(REFLOW_SLICE, rng);
        let ends = before.run(&starts, Solver::Rk4, REFLOW_STEPS, |_, _| {}).await?;
        self.made.extend(starts.into_iter().zip(ends).map(|(a, b)| [a, b]));
        if self.made.len() < REFLOW_PAIRS {
            return Ok(());
        }
        self.batches.table = Some(self.made.as_slice().into());
        if let (Model::Flow(trainer), Some(net)) = (&mut self.model, before.flow_net()) {
            let module = net.train();
            *trainer = Trainer::new(module, trainer.config())?;
        }
        Ok(())
    }

    /// The end of each start with `steps` steps; `frame(t, x)` sees every state, the first and the last too.
    async fn run(
        &self,
        starts: &[Point],
        solver: Solver,
        steps: usize,
        mut frame: impl FnMut(f64, Tensor<2>),
    ) -> Result<Vec<Point>> {
        let x = points::to_tensor(starts, &self.device);
        frame(0.0, x.clone());
        let grid = TimeGrid::uniform(0.0, 1.0, steps)?;
        let end = match &self.model {
            Model::Flow(trainer) => {
                let net = &trainer.average();
                let mut run = Integrator::new(solver, Stepping::Fixed(grid), x)?;
                let u = |x: &Tensor<2>, t: f64| {
                    net.velocity(x.clone(), Tensor::full([x.dims()[0]], t, &x.device()), None)
                };
                while let Some(progress) = run.advance(u).await? {
                    frame(progress.t, progress.x);
                }
                run.state().clone()
            }
            // One step, and the straight line to where it leads.
            Model::Map(trainer, few) if few.objective == Objective::Drifting => {
                let end = map_step(&trainer.average(), x.clone(), 0.0, 1.0);
                for t in &grid.times()[1..] {
                    frame(*t, x.clone() * (1.0 - t) + end.clone() * *t);
                }
                end
            }
            Model::Map(trainer, _) => {
                let net = &trainer.average();
                let mut x = x;
                for (k, pair) in grid.times().windows(2).enumerate() {
                    x = if self.leaps() {
                        let [n, _] = x.dims();
                        let t = Tensor::full([n], pair[0], &self.device);
                        let named = named_end(net, x, t);
                        self.noised(named, pair[1], k as u64)
                    } else {
                        map_step(net, x, pair[0], pair[1])
                    };
                    frame(pair[1], x.clone());
                }
                x
            }
        };
        Ok(points::from_flat(&crate::sample::read(end).await?))
    }

    /// A named end put back onto a path to it, at t, from a fresh start (Song et al. 2023, algorithm 1).
    fn noised(&self, end: Tensor<2>, t: f64, step: u64) -> Tensor<2> {
        if t == 1.0 {
            return end;
        }
        let [n, _] = end.dims();
        let rng = &mut Rng::at_step(self.batches.seed, Stream::Dropout, step);
        let fresh = points::to_tensor(&self.batches.source.draw(n, rng), &self.device);
        fresh * (1.0 - t) + end * t
    }

    /// The ends of `starts` at `nfe` evaluations; a flow takes Euler steps.
    #[cfg(feature = "cli")]
    pub(super) async fn ends(&self, starts: &[Point], nfe: usize) -> Result<Vec<Point>> {
        self.run(starts, Solver::Euler, nfe, |_, _| {}).await
    }

    /// Positions of `starts` at each of `nfe` + 1 times, frame after frame; a flow takes Euler steps.
    pub(super) async fn trajectory(&self, starts: &[Point], nfe: usize) -> Result<(Vec<f64>, Vec<Point>)> {
        let (mut times, mut frames) = (Vec::new(), Vec::new());
        self.run(starts, Solver::Euler, nfe, |t, x| {
            times.push(t);
            frames.push(x);
        })
        .await?;
        let x = crate::sample::read(Tensor::cat(frames, 0)).await?;
        Ok((times, points::from_flat(&x)))
    }
}
