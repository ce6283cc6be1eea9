//! The training of a flow map whose guidance scale is an input: improved MeanFlow (Geng et al. 2025b).

use super::config::ClassesConfig;
use super::data::{self, CLASSES};
use crate::error::{Error, Result};
use crate::field::{FlowMap, one_hot};
use crate::loss::{guided_velocity, improved_mean_flow};
use crate::net::ClassMap;
use crate::path::AffinePath;
use crate::points::{self, Point};
use crate::rng::{Rng, Stream};
use crate::train::{TimeSampling, Trainer};
use burn::module::Module;
use burn::tensor::{Device, Tensor};

/// The largest guidance scale that it learns; scales are drawn log-uniformly from 1 to it, as Geng et al. 2025b draw them.
const MOST: f64 = 8.0;

/// The smallest: no guidance.
pub const LEAST_INPUT: f64 = 1.0;

/// Errors where the map was not trained for a scale.
pub(super) fn in_range(scale: f64) -> Result<()> {
    (LEAST_INPUT..=MOST).contains(&scale).then_some(()).ok_or_else(|| {
        Error::config(format!(
            "the flow map is trained for guidance scales of {LEAST_INPUT} to {MOST}, not {scale}: choose one of these"
        ))
    })
}

/// One step of training, whose loss it gives, on the pairs of its velocity network's step. Half of the rows learn the velocity, the others an interval, as MeanFlow does.
pub(super) fn step(
    trainer: &mut Trainer<ClassMap>,
    config: &ClassesConfig,
    path: &AffinePath,
    autodiff: &Device,
) -> Result<Tensor<1>> {
    let (seed, step, n) = (u64::from(config.seed), trainer.steps_done(), config.batch);
    let pairs = data::pairs(seed, step, n, config.dropped);
    let time = &mut Rng::at_step(seed, Stream::Time, step);
    let (from, to): (Vec<f32>, Vec<f32>) = (0..n)
        .map(|row| {
            let [a, b] = [(); 2].map(|()| TimeSampling::Uniform.draw(time));
            if row.is_multiple_of(2) { (a.min(b), a.max(b)) } else { (a, a) }
        })
        .unzip();
    let drawn = &mut Rng::at_step(seed, Stream::Fresh, step);
    // No class has no guidance.
    let scales: Vec<f32> = pairs
        .labels
        .iter()
        .map(|label| (drawn.uniform(), label))
        .map(|(u, label)| if label.is_some() { (MOST as f32).powf(u) } else { 1.0 })
        .collect();
    let tensor = |x: &[Point]| points::to_tensor(x, autodiff);
    let sample = path.sample(tensor(&pairs.x0), tensor(&pairs.x1), &from);
    let column = |x: &[f32]| Tensor::<1>::from_floats(x, autodiff);
    let (s, scale, classes) = (column(&to), column(&scales), one_hot(&pairs.labels, CLASSES, autodiff)?);
    let report = trainer.descend(|net, _| {
        let frozen = net.valid();
        let (x, t) = (sample.x_t.clone().inner(), sample.t.clone().inner());
        let (given, by) = (classes.clone().inner(), scale.clone().inner());
        let with_class = frozen.guided(given.clone(), by.clone());
        let without = frozen.guided(given.zeros_like(), by.ones_like());
        let own = [
            with_class.average_velocity(x.clone(), t.clone(), t.clone()),
            without.average_velocity(x, t.clone(), t),
        ];
        let v = Tensor::from_inner(guided_velocity(sample.u_t.inner(), own, by));
        improved_mean_flow(&net.guided(classes, scale), &with_class, [sample.x_t, v], sample.t, s)
    });
    Ok(report.loss)
}
