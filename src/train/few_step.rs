//! Batches and losses of the few-step models: which times are drawn, and what each row regresses.

use super::pairs::PairBatches;
use super::trainer::{StepReport, Trainer};
use crate::error::Result;
use crate::field::{FlowMapJvp, VelocityField};
use crate::loss::{
    NoShorter, alpha_flow, consistency, drifting, improved_mean_flow, lagrangian, mean_flow, neighbor,
    semigroup, shortcut,
};
use crate::rng::{Rng, Stream};
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// What a flow map is trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Objective {
    /// Neighbors on one conditional path name the same end (consistency training, Song et al. 2023, algorithm 3).
    Consistency,
    /// Neighbors on a trained flow's trajectory do (consistency distillation, algorithm 2).
    Distillation,
    /// A step is two of half its length (Frans et al. 2024).
    Shortcut,
    /// The identity between mean velocity and velocity (Geng et al. 2025a).
    MeanFlow,
    /// The same along the velocity that the network names (Geng et al. 2025b).
    ImprovedMeanFlow,
    /// From flow matching to MeanFlow in the course of the training (Zhang et al. 2025).
    AlphaFlow,
    /// The end of a step moves at the velocity there (Boffi et al. 2025).
    Lagrangian,
    /// A step is two shorter ones, of any lengths (Boffi et al. 2025).
    Semigroup,
    /// One step, whose samples drift toward data and away from each other (Deng et al. 2026).
    Drifting,
}

/// Intervals between neighbors of a consistency model at the beginning and at the end of training: they are
/// halved in equal parts of the training (Song & Dhariwal 2023, section 3.4, with fewer because the plane is easy).
const INTERVALS: [u64; 2] = [8, 128];

/// A shortcut model is trained on steps of 2⁰ to 2⁻⁶. The two halves of the last, 2⁻⁷ each, are asked for as steps of no length: at the
/// shortest step the network says the velocity, which it learns from data (Frans et al. 2024, section 3.1, with 128 units of time).
const LENGTHS: u32 = 7;

/// The distance at which a drifting model's samples and data act on each other, in units of the plane.
const TEMPERATURE: f64 = 0.3;

/// α below which α-Flow is MeanFlow, where it falls, and above which, taken from 1, it is flow matching (our choice).
const CLAMP: f64 = 5e-3;

/// Draws batches for an [`Objective`]. A draw depends on the seed and the step only.
#[derive(Debug, Clone)]
pub struct FewStepBatches {
    /// The pairs.
    pub pairs: PairBatches,
    /// What is trained.
    pub objective: Objective,
    /// Steps of the whole training.
    pub steps: u64,
    /// α of α-Flow, in [0, 1], where it is held; other objectives ignore it.
    pub alpha: Option<f64>,
}

impl FewStepBatches {
    /// The times of step `step`: from where and to where, for each row.
    pub fn times(&self, step: u64) -> (Vec<f32>, Vec<f32>) {
        let rng = &mut Rng::at_step(self.pairs.seed, Stream::Time, step);
        let n = self.pairs.batch;
        (0..n).map(|row| self.interval(row, step, rng)).unzip()
    }

    fn interval(&self, row: usize, step: u64, rng: &mut Rng) -> (f32, f32) {
        match self.objective {
            Objective::Consistency | Objective::Distillation => {
                let n = self.intervals(step);
                let k = rng.index(n as usize) as f32;
                (k / n as f32, (k + 1.0) / n as f32)
            }
            // A quarter of the rows is consistent with itself, the others learn the velocity.
            Objective::Shortcut if row.is_multiple_of(4) => {
                let parts = 1usize << rng.index(LENGTHS as usize);
                let k = rng.index(parts) as f32;
                (k / parts as f32, (k + 1.0) / parts as f32)
            }
            Objective::Shortcut => {
                let t = rng.uniform();
                (t, t)
            }
            // Three quarters learn the velocity, as in the shortcut model.
            Objective::Lagrangian | Objective::Semigroup => {
                let (a, b) = (self.pairs.time.draw(rng), self.pairs.time.draw(rng));
                if row.is_multiple_of(4) { (a.min(b), a.max(b)) } else { (a, a) }
            }
            Objective::Drifting => (0.0, 1.0),
            Objective::MeanFlow | Objective::ImprovedMeanFlow | Objective::AlphaFlow => {
                let (a, b) = (self.pairs.time.draw(rng), self.pairs.time.draw(rng));
                if row.is_multiple_of(2) { (a.min(b), a.max(b)) } else { (a, a) }
            }
        }
    }

    /// α of α-Flow at step `step`: what is held, or from 1 to 0 along a sigmoid over the whole training (as Zhang et al. 2025 do; the steepness is ours), 0
    /// or 1 where it is nearly so.
    pub fn alpha(&self, step: u64) -> f64 {
        const STEEPNESS: f64 = 25.0;
        if let Some(alpha) = self.alpha {
            return alpha;
        }
        let along = step as f64 / self.steps.max(1) as f64;
        let alpha = 1.0 / (1.0 + (STEEPNESS * (along - 0.5)).exp());
        match alpha {
            a if a < CLAMP => 0.0,
            a if a > 1.0 - CLAMP => 1.0,
            a => a,
        }
    }

    /// Where in each interval a step is divided, uniformly.
    fn middles(&self, step: u64, [from, to]: [&[f32]; 2]) -> Vec<f32> {
        let rng = &mut Rng::at_step(self.pairs.seed, Stream::Dropout, step);
        from.iter().zip(to).map(|(t, s)| t + (s - t) * rng.uniform()).collect()
    }

    /// Intervals of [0, 1] between neighbors of a consistency model at step `step`.
    pub fn intervals(&self, step: u64) -> u64 {
        let [first, last] = INTERVALS;
        let stages = (last / first).ilog2() as u64 + 1;
        let stage = (step * stages / self.steps.max(1)).min(stages - 1);
        first << stage
    }

    /// One training step; `flow` is the trained flow that is distilled.
    pub fn step<M>(
        &self,
        trainer: &mut Trainer<M>,
        flow: &impl VelocityField,
        device: &Device,
    ) -> Result<StepReport>
    where
        M: Module + FlowMapJvp,
    {
        let step = trainer.steps_done();
        let pairs = self.pairs.pairs(step, self.pairs.batch)?;
        let (from, to) = self.times(step);
        let ends = |t: &[f32]| self.pairs.batch(&pairs.at(t), device).sample;
        let here = ends(&from);
        let s = Tensor::<1>::from_floats(to.as_slice(), device);
        let (t, x, v) = (here.t, here.x_t, here.u_t);
        Ok(trainer.descend(|map, average| match self.objective {
            Objective::Consistency => consistency(map, &map.valid(), [x, ends(&to).x_t], t, s),
            Objective::Distillation => {
                let inner = |x: &Tensor<1>| x.clone().inner();
                let next = neighbor(flow, x.clone().inner(), inner(&t), inner(&s));
                consistency(map, &map.valid(), [x, Tensor::from_inner(next)], t, s)
            }
            Objective::Shortcut => {
                let teacher = NoShorter { map: average(), shortest: 0.5f32.powi(LENGTHS as i32) };
                shortcut(map, &teacher, [x, v], t, s)
            }
            Objective::MeanFlow => mean_flow(map, &map.valid(), [x, v], t, s),
            Objective::ImprovedMeanFlow => improved_mean_flow(map, &map.valid(), [x, v], t, s),
            Objective::AlphaFlow => match self.alpha(step) {
                0.0 => mean_flow(map, &map.valid(), [x, v], t, s),
                alpha => alpha_flow(map, &map.valid(), [x, v], t, s, alpha),
            },
            Objective::Lagrangian => lagrangian(map, &map.valid(), [x, v], t, s),
            Objective::Semigroup => {
                let middle = self.middles(step, [&from, &to]);
                let middle = Tensor::from_floats(middle.as_slice(), device);
                semigroup(map, &map.valid(), [x, v], [t, middle, s])
            }
            // x is the noise, at t = 0.
            Objective::Drifting => drifting(map, [x, ends(&to).x_t], TEMPERATURE),
        }))
    }
}
