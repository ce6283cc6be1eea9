//! The exact marginal field beside the learned one.

use super::flow::cells;
use super::{Lab, limit};
use crate::coupling::Coupling;
use crate::data::plane::Mixture;
use crate::error::{Error, Result};
use crate::marginal::MarginalField;
use crate::metrics::mean_and_deviation;
use crate::points::Point;
use crate::rng::{Rng, Stream};

/// The exact field on a grid, and the learned one's error.
#[derive(Debug, Clone, PartialEq)]
pub struct Exact {
    /// The exact marginal velocity, time after time.
    pub field: Vec<Point>,
    /// √E‖learned − exact‖² over x ~ p_t at [`Self::t`]: what the loss can still lose. The mean is over 512 draws.
    pub error: f64,
    /// Standard error of [`Self::error`]: what other points would change of it, about once in three times by more; NaN where the error is 0. Where
    /// the field is an estimate, the estimate's own error is not in it.
    pub error_deviation: f64,
    /// √E‖exact‖² over the same, for scale.
    pub scale: f64,
    /// Draws of the target that the field is estimated from; 0 where it has a closed form. Error and scale are then estimates
    /// from more draws, in which the field's own error cancels to first order.
    pub draws: usize,
    /// When error and scale were taken: as asked for, but not after 0.9 where they are estimates, which fewer and fewer draws
    /// make toward t = 1.
    pub t: f64,
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

/// Draws that stand for a target without a closed form, for each Gaussian of the source up to four: the cost
/// of a velocity is their product.
const DATA: usize = 2000;

/// Points of p_t that the error is averaged over.
const ERROR_POINTS: usize = 512;

/// Draws of a target without a closed form in each of the two fields that the learned one's error is estimated with.
const ERROR_DATA: usize = 20_000;

/// The last time at which the error is estimated.
const ERROR_T: f64 = 0.9;

impl Lab {
    /// The marginal field of the experiment.
    ///
    /// A target that is a Gaussian mixture (drawn points and CSV data are, with their jitter) enters exactly; any other as draws
    /// of it, which makes the field an estimate. Errors where the source is no Gaussian mixture, or pairs are not independent: then
    /// there is no closed form.
    pub fn marginal(&self) -> Result<MarginalField> {
        Ok(self.marginal_or_estimate()?.0)
    }

    /// The same, and how many draws it is estimated from; 0 where it is exact.
    fn marginal_or_estimate(&self) -> Result<(MarginalField, usize)> {
        let source = self.gaussian_source()?;
        match self.batches.target.mixture() {
            Some(mixture) => {
                let schedule = self.batches.path.schedule();
                let data = (mixture.means, mixture.std);
                Ok((MarginalField::new(schedule, (source.means, source.std), data)?, 0))
            }
            None => Ok((self.estimate(&source, DATA, 0)?, affordable(DATA, &source))),
        }
    }

    /// The source's Gaussians. Errors as [`Self::marginal`].
    pub(super) fn gaussian_source(&self) -> Result<Mixture> {
        if self.batches.coupling != Coupling::Independent {
            return Err(Error::config(
                "the exact field is known for independent pairs only: choose the independent coupling",
            ));
        }
        self.batches.source.mixture().ok_or_else(|| {
            Error::config("the exact field needs a Gaussian source: choose the Gaussian or the 8 Gaussians")
        })
    }

    /// The marginal field of `draws` points of the target; another set for each `set`.
    fn estimate(&self, source: &Mixture, draws: usize, set: u64) -> Result<MarginalField> {
        let rng = &mut Rng::at_step(u64::from(self.config.seed), Stream::Data, set);
        let data = self.batches.target.draw(affordable(draws, source), rng);
        MarginalField::new(self.batches.path.schedule(), (source.means.clone(), source.std), (data, 0.0))
    }

    /// The exact field at the centers of `side`² cells of [−half, half]² at each of `times`, and how far the
    /// learned one is from it at time `t`.
    pub async fn exact(&self, side: usize, times: &[f64], half: f64, t: f64) -> Result<Exact> {
        limit("cells", &[side, side, times.len()])?;
        let (marginal, draws) = self.marginal_or_estimate()?;
        let x = cells(side, half);
        let t = if draws == 0 { t } else { t.min(ERROR_T) };
        let truth = self.truth(t, (draws == 0).then_some(&marginal))?;
        let learned = self.velocities(&truth.x, &vec![t as f32; truth.x.len()]).await?;
        let [(error, error_deviation), (scale, _)] = distance(&learned, &truth.velocities);
        let field = times.iter().flat_map(|&t| marginal.velocities(&x, t)).collect();
        Ok(Exact { field, error, error_deviation, scale, draws, t })
    }

    /// What the learned velocities at `t` are held against: the `exact` ones, or without them two estimates.
    fn truth(&self, t: f64, exact: Option<&MarginalField>) -> Result<Truth> {
        if let Some(kept) = self.truth.borrow().as_ref().filter(|kept| kept.t == t) {
            return Ok(kept.clone());
        }
        let x = self.on_paths(t);
        let velocities = match exact {
            Some(field) => {
                let exact = field.velocities(&x, t);
                [exact.clone(), exact]
            }
            None => {
                let source = self.gaussian_source()?;
                let [a, b] = [1, 2].map(|set| self.estimate(&source, ERROR_DATA, set));
                [a?.velocities(&x, t), b?.velocities(&x, t)]
            }
        };
        let truth = Truth { t, x, velocities };
        *self.truth.borrow_mut() = Some(truth.clone());
        Ok(truth)
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
}

/// Places on the paths at `t` and the exact velocities there, twice: two independent estimates where there is no closed form. Training
/// changes neither, so a lab keeps the last: for 20,000 draws they take longer than everything else in a picture.
#[derive(Debug, Clone)]
pub(super) struct Truth {
    t: f64,
    x: Vec<Point>,
    velocities: [Vec<Point>; 2],
}

/// Draws of a target that a field can have: fewer where the source has several Gaussians, because the cost of a velocity is
/// their product.
fn affordable(draws: usize, source: &Mixture) -> usize {
    draws / source.means.len().min(4)
}

/// √E‖learned − exact‖² and √E‖exact‖², from two independent estimates of the exact velocities (or twice the exact ones): where
/// each square is a product of the two, their own variances drop out. Each with its standard error, which is that of the mean square divided by
/// twice the root (the delta method); not a number where the root is 0.
fn distance(learned: &[Point], [a, b]: &[Vec<Point>; 2]) -> [(f64, f64); 2] {
    let dot = |a: Point, b: Point| f64::from(a[0]) * f64::from(b[0]) + f64::from(a[1]) * f64::from(b[1]);
    let minus = |a: Point, b: Point| [a[0] - b[0], a[1] - b[1]];
    let (mut errors, mut scales) = (Vec::new(), Vec::new());
    for ((&l, &a), &b) in learned.iter().zip(a).zip(b) {
        errors.push(dot(minus(l, a), minus(l, b)));
        scales.push(dot(a, b));
    }
    [errors, scales].map(|squares| {
        let (mean, deviation) = mean_and_deviation(&squares);
        let (root, of_mean) = (mean.max(0.0).sqrt(), deviation / (squares.len() as f64).sqrt());
        (root, of_mean / (2.0 * root))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::plane::Distribution;
    use crate::path::Schedule;

    /// The standard error is the scatter of the error over sets of points, which is drawn here: errors of normal length in each coordinate.
    #[test]
    fn the_standard_error_is_the_scatter() {
        let none = vec![[0.0; 2]; ERROR_POINTS];
        let draws: Vec<[(f64, f64); 2]> = (0..400)
            .map(|set| {
                let x = Rng::at_step(3, Stream::Noise, set).normals(2 * ERROR_POINTS);
                distance(&crate::points::from_flat(&x), &[none.clone(), none.clone()])
            })
            .collect();
        let errors: Vec<f64> = draws.iter().map(|[(error, _), _]| *error).collect();
        let (mean, scatter) = mean_and_deviation(&errors);
        let said = draws.iter().map(|[(_, deviation), _]| deviation).sum::<f64>() / 400.0;
        assert!((mean - 2f64.sqrt()).abs() < 0.01, "{mean}");
        // Of 400 sets the scatter itself is known to 4 %.
        assert!((said / scatter - 1.0).abs() < 0.15, "{said} {scatter}");
    }

    /// A field that is off by a known amount, at places of the path to 8 Gaussians, whose marginal field is known: the error is found
    /// from draws as well, where one estimate alone would see mostly its own.
    #[test]
    fn the_error_that_is_shown_is_that_of_the_learned_field() {
        let schedule = Schedule::CondOt { sigma_min: 0.0 };
        let target = Distribution::EightGaussians.sampler().unwrap();
        let mixture = target.mixture().unwrap();
        let field =
            |data: (Vec<Point>, f32)| MarginalField::new(schedule, (vec![[0.0, 0.0]], 1.0), data).unwrap();
        let draws = |set| target.draw(ERROR_DATA, &mut Rng::at_step(5, Stream::Data, set));
        let exact = field((mixture.means.clone(), mixture.std));
        let estimates = [1, 2].map(|set| field((draws(set), 0.0)));
        for t in [0.3, 0.7, ERROR_T] {
            let c = schedule.at(t);
            let x1 = target.draw(ERROR_POINTS, &mut Rng::new(5, Stream::Fresh));
            let x0 = Rng::new(5, Stream::Particles).normals(2 * ERROR_POINTS);
            let at = |x0: f32, x1: f32| (c.alpha * f64::from(x1) + c.sigma * f64::from(x0)) as f32;
            let x: Vec<Point> =
                x1.iter().zip(x0.chunks(2)).map(|(b, a)| [at(a[0], b[0]), at(a[1], b[1])]).collect();
            let learned: Vec<Point> =
                exact.velocities(&x, t).iter().map(|u| [u[0] + 0.1, u[1] - 0.1]).collect();
            let two = |i: usize| estimates[i].velocities(&x, t);
            let [(found, deviation), (scale, _)] = distance(&learned, &[two(0), two(1)]);
            let truth = exact.velocities(&x, t);
            let [(wanted, none), (size, _)] = distance(&learned, &[truth.clone(), truth]);
            // Off by the same everywhere: no other draws would find another error.
            assert!((wanted - 0.02f64.sqrt()).abs() < 1e-5 && none < 1e-4, "{wanted} {none}");
            assert!(
                deviation > none && (found - wanted).abs() < 4.0 * deviation + 0.02 * wanted,
                "{found} ± {deviation}"
            );
            assert!(
                (found - wanted).abs() < 0.15 * wanted && (scale - size).abs() < 0.02 * size,
                "t = {t}: {found} {scale} {size}"
            );
        }
    }
}
