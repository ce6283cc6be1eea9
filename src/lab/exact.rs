//! The exact marginal field beside the learned one, and theorem 2 made visible.

use super::flow::cells;
use super::{Lab, limit};
use crate::coupling::Coupling;
use crate::error::{Error, Result};
use crate::field::VelocityField;
use crate::marginal::MarginalField;
use crate::net::Mlp;
use crate::points::{self, Point};
use crate::rng::{Rng, Stream};
use crate::train::TimeSampling;
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor};

/// The exact field on a grid, and the learned one's error.
#[derive(Debug, Clone, PartialEq)]
pub struct Exact {
    /// The exact marginal velocity, time after time.
    pub field: Vec<Point>,
    /// √E‖learned − exact‖² over x ~ p_t: what the loss can still lose.
    pub error: f64,
    /// √E‖exact‖² over the same, for scale.
    pub scale: f64,
}

/// Which data points pull at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Pull {
    /// The strongest, strongest first.
    pub points: Vec<Point>,
    /// Their posterior weights; all weights together are 1.
    pub weights: Vec<f64>,
    /// The velocity that they make.
    pub velocity: Point,
}

/// Gradients of the conditional and of the marginal loss on the same network, times and points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Theorem {
    /// Points in the batch.
    pub batch: usize,
    /// Cosine between the two gradients.
    pub cosine: f64,
    /// Norm of the conditional loss's gradient.
    pub conditional: f64,
    /// Norm of the marginal loss's gradient.
    pub marginal: f64,
}

/// Draws that stand for a target without a closed form, for each Gaussian of the source up to four: the cost
/// of a velocity is their product.
const DATA: usize = 2000;

/// Points of p_t that the error is averaged over.
const ERROR_POINTS: usize = 512;

impl Lab {
    /// The exact marginal field of the experiment.
    ///
    /// A target that is a Gaussian mixture (drawn points and CSV data are, with their jitter) enters exactly;
    /// any other as `DATA` draws of it. Errors where the source is no Gaussian mixture, or pairs are not
    /// independent: then there is no closed form.
    pub fn marginal(&self) -> Result<MarginalField> {
        if self.batches.coupling != Coupling::Independent {
            return Err(Error::config(
                "the exact field is known for independent pairs only: choose the independent coupling",
            ));
        }
        let source = self.batches.source.mixture().ok_or_else(|| {
            Error::config("the exact field needs a Gaussian source: choose the Gaussian or the 8 Gaussians")
        })?;
        let target = &self.batches.target;
        let (data, std) = match target.mixture() {
            Some(mixture) => (mixture.means, mixture.std),
            None => (
                target.draw(
                    DATA / source.means.len().min(4),
                    &mut Rng::new(u64::from(self.config.seed), Stream::Fresh),
                ),
                0.0,
            ),
        };
        MarginalField::new(self.batches.path.schedule(), (source.means, source.std), (data, std))
    }

    /// The exact field at the centers of `side`² cells of [−half, half]² at each of `times`, and how far the
    /// learned one is from it at time `t`.
    pub async fn exact(&self, side: usize, times: &[f64], half: f64, t: f64) -> Result<Exact> {
        limit("cells", &[side, side, times.len()])?;
        let marginal = self.marginal()?;
        let x = cells(side, half);
        let there = self.on_paths(t);
        let learned = self.velocities(&there, &vec![t as f32; there.len()]).await?;
        let exact = marginal.velocities(&there, t);
        let rms = |x: &mut dyn Iterator<Item = f64>| (x.sum::<f64>() / there.len() as f64).sqrt();
        let square = |v: [f64; 2]| v[0] * v[0] + v[1] * v[1];
        Ok(Exact {
            error: rms(&mut exact.iter().zip(&learned).map(|(a, b)| square(difference(*a, *b)))),
            scale: rms(&mut exact.iter().map(|a| square(difference(*a, [0.0, 0.0])))),
            field: times.iter().flat_map(|&t| marginal.velocities(&x, t)).collect(),
        })
    }

    /// Draws from p_t: points on fresh conditional paths.
    fn on_paths(&self, t: f64) -> Vec<Point> {
        let seed = u64::from(self.config.seed);
        let x0 = self.batches.source.draw(ERROR_POINTS, &mut Rng::new(seed, Stream::Particles));
        let x1 = self.batches.target.draw(ERROR_POINTS, &mut Rng::new(seed, Stream::Fresh));
        let c = self.batches.path.schedule().at(t);
        let at = |x0: f32, x1: f32| (c.alpha * f64::from(x1) + c.sigma * f64::from(x0)) as f32;
        x0.iter().zip(&x1).map(|(a, b)| [at(a[0], b[0]), at(a[1], b[1])]).collect()
    }

    /// The `top` data points that pull most at `x`.
    pub fn pull(&self, x: Point, t: f64, top: usize) -> Result<Pull> {
        let marginal = self.marginal()?;
        let at = x.map(f64::from);
        let weights = marginal.pull(at, t);
        let mut order: Vec<usize> = (0..weights.len()).collect();
        order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]));
        order.truncate(top);
        Ok(Pull {
            points: order.iter().map(|&i| marginal.data()[i]).collect(),
            weights: order.iter().map(|&i| weights[i]).collect(),
            velocity: marginal.velocity(at, t).map(|v| v as f32),
        })
    }

    /// Lipman et al. 2022, theorem 2, on this network: the two losses have the same expected gradient, so that
    /// on the same batch the cosine of the two goes to 1 as the batch grows. Uses fresh draws and times.
    pub async fn theorem(&self, sizes: &[usize]) -> Result<Vec<Theorem>> {
        let marginal = self.marginal()?;
        let mut rows = Vec::with_capacity(sizes.len());
        for &batch in sizes {
            limit("the batch", &[batch])?;
            rows.push(self.gradients(&marginal, batch).await?);
        }
        Ok(rows)
    }

    async fn gradients(&self, marginal: &MarginalField, batch: usize) -> Result<Theorem> {
        let seed = u64::from(self.config.seed);
        let mut time = Rng::new(seed, Stream::Time);
        // Away from the ends: at t = 1 the velocity of a diffusion path is not finite.
        let t: Vec<f32> = (0..batch).map(|_| 0.01 + 0.98 * TimeSampling::Uniform.draw(&mut time)).collect();
        let x0 = self.batches.source.draw(batch, &mut Rng::new(seed, Stream::Particles));
        let x1 = self.batches.target.draw(batch, &mut Rng::new(seed, Stream::Coupling));
        let autodiff = self.device.clone().autodiff();
        let tensor = |x: &[Point]| points::to_tensor(x, &autodiff);
        let sample = self.batches.path.sample(tensor(&x0), tensor(&x1), &t);
        let x_t = self.read_points(sample.x_t.clone()).await?;
        let u = marginal.velocities_at(&x_t, &t);
        let module = &self.trainer.module;
        let gradient = |target: Tensor<2>| {
            let predicted = module.velocity(sample.x_t.clone(), sample.t.clone(), None);
            flat((predicted - target).square().mean().backward(), module)
        };
        let (a, b) = (gradient(sample.u_t.clone()), gradient(tensor(&u)));
        let dot = |a: &Tensor<1>, b: &Tensor<1>| (a.clone() * b.clone()).sum();
        let products = self.read(Tensor::cat(vec![dot(&a, &b), dot(&a, &a), dot(&b, &b)], 0)).await?;
        let [ab, aa, bb] = [0, 1, 2].map(|i| f64::from(products[i]));
        Ok(Theorem { batch, cosine: ab / (aa * bb).sqrt(), conditional: aa.sqrt(), marginal: bb.sqrt() })
    }
}

fn difference(a: Point, b: Point) -> [f64; 2] {
    [f64::from(a[0] - b[0]), f64::from(a[1] - b[1])]
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
