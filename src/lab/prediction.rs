//! A network that predicts the velocity, the data or the noise, as the velocity that it makes; and what it is trained on.

use crate::field::{Divergence, VelocityField};
use crate::net::Mlp;
use crate::ops::combine::combine;
use crate::ops::loss::mean_square;
use crate::path::{AffinePath, Prediction};
use crate::train::Pairs;
use burn::tensor::{Device, Tensor, TensorData};

/// The velocity that follows from what a network predicts.
pub(super) struct Learned {
    pub(super) net: Mlp,
    pub(super) path: AffinePath,
    pub(super) predicts: Prediction,
}

impl Learned {
    /// The velocity at `x`, `[n, 2]`, all at time `t`.
    pub(super) fn at(&self, x: &Tensor<2>, t: f64) -> Tensor<2> {
        let out = self.net.velocity(x.clone(), Tensor::full([x.dims()[0]], t, &x.device()), None);
        if self.predicts == Prediction::Velocity {
            return out;
        }
        let [of_x, of_out] = self.path.velocity_weights(self.predicts, t);
        combine(&[(of_x, x), (of_out, &out)])
    }

    /// The velocity at `x`, `[n, 2]`, a row at each of `times`.
    pub(super) fn at_times(&self, x: Tensor<2>, times: &[f32]) -> Tensor<2> {
        let t = Tensor::<1>::from_floats(times, &x.device());
        let out = self.net.velocity(x.clone(), t, None);
        self.of(x, out, times)
    }

    /// The velocity that `out`, what the network says at `x` and `times`, makes.
    pub(super) fn of(&self, x: Tensor<2>, out: Tensor<2>, times: &[f32]) -> Tensor<2> {
        if self.predicts == Prediction::Velocity {
            return out;
        }
        let [of_x, of_out] = columns(times, &x.device(), |t| self.path.velocity_weights(self.predicts, t));
        x * of_x + out * of_out
    }
}

impl Divergence for Learned {
    fn velocity_and_divergence(&self, x: Tensor<2>, t: f64) -> (Tensor<2>, Tensor<1>) {
        let (out, divergence) = self.net.velocity_and_divergence(x.clone(), t);
        if self.predicts == Prediction::Velocity {
            return (out, divergence);
        }
        let [of_x, of_out] = self.path.velocity_weights(self.predicts, t);
        let dim = x.dims()[1] as f64;
        (combine(&[(of_x, &x), (of_out, &out)]), divergence * of_out + of_x * dim)
    }
}

/// What a network that predicts `predicts` is trained on, with the mean square error taken in `space`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lesson {
    pub(super) path: AffinePath,
    pub(super) predicts: Prediction,
    pub(super) space: Prediction,
}

/// Targets and the scales of their errors on a device, `[n, 2]` and `[n, 1]`.
pub(super) struct Targets {
    target: Tensor<2>,
    scale: Tensor<2>,
}

impl Lesson {
    /// Whether it is flow matching as it stands in [`flow_matching`](crate::loss::flow_matching).
    pub(super) fn is_flow_matching(self) -> bool {
        (self.predicts, self.space) == (Prediction::Velocity, Prediction::Velocity)
    }

    /// The targets of `pairs`, of which `u_t` are the conditional velocities.
    pub(super) fn targets(self, pairs: &Pairs, u_t: Tensor<2>) -> Targets {
        let device = u_t.device();
        let points = |points: &[[f32; 2]]| crate::points::to_tensor(points, &device);
        let [scale] = columns(&pairs.t, &device, |t| [self.path.error_scale(self.predicts, self.space, t)]);
        let target = match self.predicts {
            Prediction::Velocity => u_t,
            Prediction::Data => points(&pairs.x1),
            Prediction::Noise => points(&pairs.x0),
        };
        Targets { target, scale }
    }

    /// The targets where velocities `u` at `x` and `times` are to be learned.
    pub(super) fn targets_of(self, x: Tensor<2>, u: Tensor<2>, times: &[f32]) -> Targets {
        let device = u.device();
        let [of_x, of_u, scale] = columns(times, &device, |t| {
            let [of_x, of_u] = self.path.prediction_weights(self.predicts, t);
            [of_x, of_u, self.path.error_scale(self.predicts, self.space, t)]
        });
        Targets { target: x * of_x + u * of_u, scale }
    }
}

impl Targets {
    /// The mean square error of `predicted`, `[1]`.
    pub(super) fn loss(self, predicted: Tensor<2>) -> Tensor<1> {
        mean_square(predicted * self.scale.clone(), self.target * self.scale)
    }

    /// The mean square error of each row, `[n]`.
    pub(super) fn losses(self, predicted: Tensor<2>) -> Tensor<1> {
        ((predicted - self.target) * self.scale).square().mean_dim(1).flatten::<1>(0, 1)
    }
}

/// The values of `at` at `times` as columns `[n, 1]`.
fn columns<const K: usize>(times: &[f32], device: &Device, at: impl Fn(f64) -> [f64; K]) -> [Tensor<2>; K] {
    let rows: Vec<[f64; K]> = times.iter().map(|&t| at(f64::from(t))).collect();
    std::array::from_fn(|k| {
        let column: Vec<f32> = rows.iter().map(|row| row[k] as f32).collect();
        Tensor::from_data(TensorData::new(column, [times.len(), 1]), device)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Schedule;
    use crate::points;
    use crate::rng::{Rng, Stream};

    const N: usize = 6;

    /// Pairs and the velocities between them; times near both ends too, where errors are scaled by 1/20 in place of what vanishes.
    fn pairs(path: AffinePath) -> (Pairs, Tensor<2>) {
        let mut rng = Rng::new(3, Stream::Noise);
        let mut draw = || points::from_flat(&rng.normals(2 * N));
        let pairs = Pairs { x0: draw(), x1: draw(), t: vec![0.01, 0.2, 0.4, 0.6, 0.8, 0.99] };
        let cpu = crate::device::cpu();
        let tensor = |x: &[points::Point]| points::to_tensor(x, &cpu);
        let u = path.sample(tensor(&pairs.x0), tensor(&pairs.x1), &pairs.t).u_t;
        (pairs, u)
    }

    /// Of each of the nine losses: the gradient with respect to the network's output is the difference quotient. (Targets are data: they have no gradient.)
    #[test]
    fn gradients_are_difference_quotients() {
        let autodiff = crate::device::cpu().autodiff();
        let path = AffinePath::new(Schedule::CondOt { sigma_min: 0.0 }).unwrap();
        let (pairs, u) = pairs(path);
        let said = Rng::new(4, Stream::Noise).normals(2 * N);
        for predicts in Prediction::ALL {
            for space in Prediction::ALL {
                let lesson = Lesson { path, predicts, space };
                let loss = |said: &[f32]| -> f64 {
                    let x = Tensor::<2>::from_data(TensorData::new(said.to_vec(), [N, 2]), &u.device());
                    f64::from(lesson.targets(&pairs, u.clone()).loss(x).into_scalar::<f32>())
                };
                let tensor = |data: TensorData| Tensor::<2>::from_data(data, &autodiff);
                let x = tensor(TensorData::new(said.clone(), [N, 2])).require_grad();
                let targets = lesson.targets(&pairs, tensor(u.clone().into_data()));
                let grads = targets.loss(x.clone()).backward();
                let found: Vec<f32> = x.grad(&grads).unwrap().into_data().iter::<f32>().collect();
                for (i, found) in found.into_iter().enumerate() {
                    let moved = |by: f32| {
                        let mut said = said.clone();
                        said[i] += by;
                        loss(&said)
                    };
                    // The loss is a square: its central difference is exact but for rounding.
                    let expected = (moved(0.25) - moved(-0.25)) / 0.5;
                    let close = (f64::from(found) - expected).abs() < 1e-3 * expected.abs().max(0.1);
                    assert!(close, "{predicts:?} in {space:?}, {i}: {found} {expected}");
                }
            }
        }
    }
}
