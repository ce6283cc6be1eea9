//! Theorem 2 made visible: the conditional and the marginal loss have the same expected gradient.

use super::{Lab, limit};
use crate::error::Result;
use crate::field::VelocityField;
use crate::marginal::MarginalField;
use crate::metrics::mean_and_deviation;
use crate::net::Mlp;
use crate::points::{self, Point};
use crate::rng::{Rng, Stream};
use crate::train::TimeSampling;
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor};

/// Gradients of the conditional and of the marginal loss on the same network, times and points, over 20 batches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Theorem {
    /// Points in a batch.
    pub batch: usize,
    /// Cosine between the two gradients, mean over the batches.
    pub cosine: f64,
    /// Its standard deviation over the batches.
    pub deviation: f64,
    /// Norm of the conditional loss's gradient, mean over the batches.
    pub conditional: f64,
    /// Norm of the marginal loss's gradient, mean over the batches.
    pub marginal: f64,
}

/// Batches of each size: on one alone the cosine scatters.
const BATCHES: u64 = 20;

/// The most Gaussians that stand for the target, for each Gaussian of the source: the cost of a marginal velocity is their product.
const ATOMS: usize = 256;

impl Lab {
    /// Lipman et al. 2022, theorem 2, on this network: the two losses have the same expected gradient, so that
    /// on the same batch the cosine of the two goes to 1 as the batch grows. Uses fresh times and points.
    ///
    /// The data set is one whose marginal field is known exactly: the target where it is a mixture of at most 256 Gaussians (fewer
    /// where the source has several), else so many draws of it. Errors as [`Lab::marginal`].
    pub async fn theorem(&self, sizes: &[usize]) -> Result<Vec<Theorem>> {
        let source = self.gaussian_source()?;
        let data = self.atoms(ATOMS / source.means.len().min(8));
        let marginal =
            MarginalField::new(self.batches.path.schedule(), (source.means, source.std), data.clone())?;
        let mut rows = Vec::with_capacity(sizes.len());
        for &batch in sizes {
            limit("the batch", &[batch])?;
            let mut each: Vec<[f64; 3]> = Vec::new();
            for draw in 0..BATCHES {
                each.push(self.gradients(&marginal, &data, batch, draw).await?);
            }
            let column =
                |i: usize| mean_and_deviation(&each.iter().map(|values| values[i]).collect::<Vec<_>>());
            let (cosine, deviation) = column(0);
            rows.push(Theorem { batch, cosine, deviation, conditional: column(1).0, marginal: column(2).0 });
        }
        Ok(rows)
    }

    /// At most `most` equal-weight Gaussians that are the target or stand for it: means and standard deviation.
    fn atoms(&self, most: usize) -> (Vec<Point>, f32) {
        let target = &self.batches.target;
        let rng = &mut Rng::new(u64::from(self.config.seed), Stream::Data);
        match target.mixture() {
            Some(mixture) if mixture.means.len() <= most => (mixture.means, mixture.std),
            Some(mixture) => {
                ((0..most).map(|_| mixture.means[rng.index(mixture.means.len())]).collect(), mixture.std)
            }
            None => (target.draw(most, rng), 0.0),
        }
    }

    /// Cosine between the gradients and their norms, conditional and marginal, on one batch.
    async fn gradients(
        &self,
        marginal: &MarginalField,
        (means, std): &(Vec<Point>, f32),
        batch: usize,
        draw: u64,
    ) -> Result<[f64; 3]> {
        let stream = |stream| Rng::at_step(u64::from(self.config.seed), stream, draw);
        let (mut time, mut data) = (stream(Stream::Time), stream(Stream::Coupling));
        // Away from the ends: at t = 1 the velocity of a diffusion path is not finite.
        let t: Vec<f32> = (0..batch).map(|_| 0.01 + 0.98 * TimeSampling::Uniform.draw(&mut time)).collect();
        let x0 = self.batches.source.draw(batch, &mut stream(Stream::Particles));
        let mut datum = || means[data.index(means.len())].map(|m| m + std * data.normal());
        let x1: Vec<Point> = (0..batch).map(|_| datum()).collect();
        let autodiff = self.device.clone().autodiff();
        let tensor = |x: &[Point]| points::to_tensor(x, &autodiff);
        let sample = self.batches.path.sample(tensor(&x0), tensor(&x1), &t);
        let x_t = self.read_points(sample.x_t.clone()).await?;
        let u = marginal.velocities_at(&x_t, &t);
        let module = &self.trainer.module;
        let lesson = self.lesson();
        let gradient = |u: Tensor<2>| {
            let predicted = module.velocity(sample.x_t.clone(), sample.t.clone(), None);
            flat(lesson.targets_of(sample.x_t.clone(), u, &t).loss(predicted).backward(), module)
        };
        let (a, b) = (gradient(sample.u_t.clone()), gradient(tensor(&u)));
        let dot = |a: &Tensor<1>, b: &Tensor<1>| (a.clone() * b.clone()).sum();
        let products = self.read(Tensor::cat(vec![dot(&a, &b), dot(&a, &a), dot(&b, &b)], 0)).await?;
        let [ab, aa, bb] = [0, 1, 2].map(|i| f64::from(products[i]));
        Ok([ab / (aa * bb).sqrt(), aa.sqrt(), bb.sqrt()])
    }
}

/// All gradients of a module in one row, without autodiff.
fn flat(gradients: Gradients, module: &Mlp) -> Tensor<1> {
    struct Collect<'a>(&'a Gradients, Vec<Tensor<1>>);
    impl ModuleVisitor for Collect<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let gradient = param.val().grad(self.0).expect("every parameter is used");
            self.1.push(gradient.flatten(0, D - 1));
        }
    }
    let mut collect = Collect(&gradients, Vec::new());
    module.visit(&mut collect);
    Tensor::cat(collect.1, 0)
}
