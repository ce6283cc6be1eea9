//! Few-step digits: a flow map learns from a guided velocity network, one interval from two of half its length.

use super::images::{Distill, ImageBatches};
use super::trainer::{StepReport, Trainer};
use crate::error::Result;
use crate::field::{Condition, Guidance, VelocityField};
use crate::loss::{end_of_step, shortcut_target};
use crate::net::{Classed, Net};
use crate::ops::loss::mean_square;
use crate::rng::{Rng, Stream};
use burn::tensor::{Device, Tensor};

impl Distill {
    /// The interval of each row of step `step`: which level, from where. Rows go through the levels in turn, those
    /// of the shortest first.
    fn intervals(&self, seed: u64, step: u64, rows: usize) -> Vec<(u32, f32)> {
        let rng = &mut Rng::at_step(seed, Stream::Time, step);
        let level = |row: usize| self.levels - 1 - (row as u32 * self.levels) / rows as u32;
        let from = |level: u32, rng: &mut Rng| rng.index(1 << level) as f32 / (1u32 << level) as f32;
        (0..rows).map(|row| (level(row), from(level(row), rng))).collect()
    }

    /// One step of training `trainer`'s network, a flow map, by `teacher`.
    pub fn step(
        &self,
        trainer: &mut Trainer<Net>,
        teacher: &Net,
        batches: &ImageBatches,
        device: &Device,
    ) -> Result<StepReport> {
        let step = trainer.steps_done();
        let intervals = self.intervals(batches.seed(), step, batches.rows());
        let t: Vec<f32> = intervals.iter().map(|(_, t)| *t).collect();
        let s: Vec<f32> = intervals.iter().map(|(level, t)| t + 1.0 / (1u32 << level) as f32).collect();
        let shortest = intervals.iter().filter(|(level, _)| level + 1 == self.levels).count();
        let (x, condition) = batches.draw_at(step, &t)?;
        let plain = device.clone().inner();
        let column = |values: &[f32]| Tensor::<1>::from_floats(values, &plain);
        let target =
            self.target(&trainer.average(), teacher, &x, [column(&t), column(&s)], &condition, shortest);
        let on = |x: Tensor<1>| Tensor::<1>::from_inner(x);
        let (x, target) = (Tensor::<2>::from_inner(x), Tensor::<2>::from_inner(target));
        let (t, s, condition) = (on(column(&t)), on(column(&s)), Tensor::<2>::from_inner(condition));
        Ok(trainer.descend(|net, _| {
            let u = crate::field::FlowMap::average_velocity(&Classed { net, condition }, x, t, s);
            mean_square(u, target)
        }))
    }

    /// What each row should say, `[n, dim]`: the first `shortest` rows the teacher's two steps, the others two steps
    /// of `average`.
    fn target(
        &self,
        average: &Net,
        teacher: &Net,
        x: &Tensor<2>,
        [t, s]: [Tensor<1>; 2],
        condition: &Condition,
        shortest: usize,
    ) -> Tensor<2> {
        let n = x.dims()[0];
        let part = |range: std::ops::Range<usize>| {
            (
                x.clone().slice(range.clone()),
                t.clone().slice(range.clone()),
                s.clone().slice(range.clone()),
                condition.clone().slice(range),
            )
        };
        let (a, t_a, s_a, c) = part(0..shortest);
        let middle = (t_a.clone() + s_a) * 0.5;
        let first = self.guided(teacher, a.clone(), t_a.clone(), c.clone());
        let there = end_of_step(a, first.clone(), t_a, middle.clone());
        let taught = (first + self.guided(teacher, there, middle, c)) * 0.5;
        if shortest == n {
            return taught;
        }
        let (b, t_b, s_b, c) = part(shortest..n);
        let own = shortcut_target(&Classed { net: average, condition: c }, b, t_b, s_b);
        Tensor::cat(vec![taught, own], 0)
    }

    /// The teacher's velocity, guided where its guidance holds at the row's time.
    fn guided(&self, teacher: &Net, x: Tensor<2>, t: Tensor<1>, condition: Condition) -> Tensor<2> {
        let n = x.dims()[0];
        let none = condition.zeros_like();
        let both = teacher.velocity(
            Tensor::cat(vec![x.clone(), x], 0),
            Tensor::cat(vec![t.clone(), t.clone()], 0),
            Some(Tensor::cat(vec![condition, none], 0)),
        );
        let (with, without) = (both.clone().slice(0..n), both.slice(n..2 * n));
        let Guidance { weight, from, to } = self.guidance;
        let holds = t.clone().greater_equal_elem(from).bool_and(t.lower_equal_elem(to));
        let weight = holds.float() * (weight - 1.0) + 1.0;
        without.clone() + (with - without) * weight.unsqueeze_dim::<2>(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Images;
    use crate::field::Guided;
    use crate::net::{MixerConfig, NetConfig};
    use crate::path::Schedule;
    use crate::train::{ImageConfig, LearningRate, OptimConfig, TimeSampling};
    use burn::module::{Module, ModuleMapper, Param};
    use burn::tensor::TensorData;

    fn mixer() -> MixerConfig {
        MixerConfig {
            side: 4,
            patch: 2,
            dim: 8,
            depth: 1,
            token_hidden: 6,
            channel_hidden: 12,
            cond: 8,
            classes: 3,
            map: false,
        }
    }

    /// A network whose last layers are not silent, as they are at first.
    fn net(seed: u64) -> Net {
        struct Noise(Rng);
        impl ModuleMapper for Noise {
            fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
                let id = param.id;
                let shape = param.val().dims();
                let values =
                    self.0.normals(shape.iter().product()).iter().map(|v| 0.3 * v).collect::<Vec<_>>();
                param.transform_for_load(
                    Tensor::from_data(TensorData::new(values, shape), &Device::flex()),
                    id,
                )
            }
        }
        let net = NetConfig::Mixer(mixer()).init(0, &Device::flex()).unwrap();
        net.map(&mut Noise(Rng::new(seed, Stream::Init)))
    }

    fn values(x: Tensor<2>) -> Vec<f32> {
        x.into_data().iter::<f32>().collect()
    }

    #[test]
    fn targets_are_two_guided_steps_of_the_teacher_or_two_of_ones_own() {
        let guidance = Guidance { weight: 3.0, from: 0.25, to: 1.0 };
        let distill = Distill { guidance, levels: 3 };
        let (teacher, other) = (net(1), net(2));
        let (average, _) = other.clone().into_map(&NetConfig::Mixer(mixer()), &Device::flex()).unwrap();
        let row = |v: &[f32]| Tensor::<1>::from_floats(v, &Device::flex());
        let x = Tensor::<2>::from_data(
            TensorData::new(Rng::new(3, Stream::Noise).normals(64), [4, 16]),
            &Device::flex(),
        );
        let c = crate::field::one_hot(&[Some(0), Some(2), Some(1), Some(0)], 3, &Device::flex()).unwrap();
        let (t, s) = ([0.0, 0.75, 0.5, 0.0], [0.25, 1.0, 1.0, 1.0]);
        let got = values(distill.target(&average, &teacher, &x, [row(&t), row(&s)], &c, 2));
        for i in 0..4 {
            let (mut at, c) = (x.clone().slice(i..i + 1), c.clone().slice(i..i + 1));
            let half = (s[i] - t[i]) / 2.0;
            for time in [t[i], t[i] + half] {
                let weight = if i < 2 { guidance.at(f64::from(time)) } else { 1.0 };
                let field = Guided { field: if i < 2 { &teacher } else { &other }, weight, both: None };
                at = at.clone() + field.velocity(at, row(&[time]), Some(c.clone())) * half;
            }
            // The target is the mean velocity of the two steps: how far they went.
            let want = values((at - x.clone().slice(i..i + 1)) / (2.0 * half));
            for (got, want) in got[16 * i..].iter().zip(want) {
                assert!((got - want).abs() < 1e-4 * want.abs().max(1.0), "row {i}: {got} {want}");
            }
        }
    }

    #[test]
    fn a_map_begins_as_its_teacher_and_learns() {
        let device = Device::flex().autodiff();
        let teacher = net(1);
        let images: Vec<f32> = Rng::new(4, Stream::Data).normals(20 * 16);
        let data = Images::new(images, 16, vec![3], (0..20).map(|i| i % 3).collect()).unwrap();
        let optim = OptimConfig {
            rate: LearningRate { peak: 1e-2, warmup: 5, steps: 150, floor: 0.1 },
            weight_decay: 0.0,
            clip: Some(1.0),
            ema: 0.9,
        };
        let distill = Distill { guidance: Guidance { weight: 2.0, from: 0.0, to: 1.0 }, levels: 3 };
        let config = ImageConfig {
            optim,
            batch: 24,
            label_dropout: 0.0,
            time: TimeSampling::Uniform,
            schedule: Schedule::CondOt { sigma_min: 0.0 },
            seed: 5,
            distill: Some(distill),
        };
        let batches = ImageBatches::new(config, &data, vec![3], device.clone()).unwrap();
        let begun = teacher.clone().train();
        let (map, settings) = begun.into_map(&NetConfig::Mixer(mixer()), &device).unwrap();
        assert!(settings.is_map());
        let mut trainer = Trainer::new(map, optim).unwrap();
        let losses: Vec<f32> = (0..150)
            .map(|_| {
                distill.step(&mut trainer, &teacher, &batches, &device).unwrap().loss.into_scalar::<f32>()
            })
            .collect();
        let mean = |x: &[f32]| x.iter().sum::<f32>() / x.len() as f32;
        let (first, last) = (mean(&losses[..10]), mean(&losses[140..]));
        assert!(last < 0.5 * first, "loss went from {first} to {last}");
    }

    #[test]
    fn intervals_are_aligned_and_every_level_has_its_share() {
        let distill = Distill { guidance: Guidance::NONE, levels: 5 };
        let intervals = distill.intervals(3, 7, 64);
        assert_eq!(intervals, distill.intervals(3, 7, 64));
        assert!(
            intervals.iter().map(|(level, _)| std::cmp::Reverse(*level)).is_sorted(),
            "the shortest first"
        );
        for level in 0..5 {
            let rows: Vec<_> = intervals.iter().filter(|(l, _)| *l == level).collect();
            assert!((12..=13).contains(&rows.len()), "{} rows of level {level}", rows.len());
            for (_, t) in rows {
                let parts = (1u32 << level) as f32;
                assert!((t * parts).fract() == 0.0 && *t < 1.0, "{t} at level {level}");
            }
        }
    }
}
