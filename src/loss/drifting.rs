//! Drifting models (Deng et al. 2026): a generator of one step, without times. In training its samples drift, drawn to data and driven
//! from each other, and the network learns to be where they drift to. Where both distributions are one, nothing drifts.

use super::stop_gradient;
use crate::field::FlowMap;
use crate::ops::loss::mean_square;
use burn::tensor::Tensor;

/// Where samples x drift, V(x), from their own positions and data: Σ_ij over data y_i and other samples x_j of k(x, y_i) k(x, x_j)
/// (y_i − x_j), with k(x, y) = exp(−‖x − y‖ / τ) divided by the root of what k adds up to for x and for y (Deng et al. 2026). But for
/// the sample itself, which is left out, it changes its sign where samples and data are exchanged.
///
/// # Shapes
/// - x: `[n, dim]`
/// - data: `[m, dim]`
/// - output: `[n, dim]`
pub fn drift(x: Tensor<2>, data: Tensor<2>, temperature: f64) -> Tensor<2> {
    let n = x.dims()[0];
    let to_data = kernel(&x, &data, temperature);
    // No sample drives itself away.
    let own = Tensor::<2>::eye(n, &x.device());
    let to_samples = kernel(&x, &x, temperature) * (own.ones_like() - own);
    let rows = to_data.clone().sum_dim(1) + to_samples.clone().sum_dim(1);
    let weights = |k: Tensor<2>| {
        let columns = k.clone().sum_dim(0);
        k / (rows.clone() * columns).sqrt().clamp_min(1e-12)
    };
    let (to_data, to_samples) = (weights(to_data), weights(to_samples));
    let [all_data, all_samples] = [&to_data, &to_samples].map(|k| k.clone().sum_dim(1));
    (to_data * all_samples).matmul(data) - (to_samples * all_data).matmul(x)
}

/// exp(−‖x − y‖ / τ), `[n, m]`.
fn kernel(x: &Tensor<2>, y: &Tensor<2>, temperature: f64) -> Tensor<2> {
    let squares = |x: &Tensor<2>| x.clone().square().sum_dim(1);
    let apart = squares(x) + squares(y).transpose() - x.clone().matmul(y.clone().transpose()) * 2.0;
    (apart.clamp_min(1e-12).sqrt() * (-1.0 / temperature)).exp()
}

/// Mean ‖x − sg(x + V(x))‖² / dim over the generator's samples x = noise + u(noise, 0, 1) (Deng et al. 2026).
///
/// # Shapes
/// - noise: `[n, dim]`
/// - data: `[m, dim]`
/// - output: `[1]`
pub fn drifting(map: &impl FlowMap, [noise, data]: [Tensor<2>; 2], temperature: f64) -> Tensor<1> {
    let t = Tensor::zeros([noise.dims()[0]], &noise.device());
    let x = noise.clone() + map.average_velocity(noise, t.clone(), t.ones_like());
    let here = x.clone().inner();
    let there = here.clone() + drift(here, data.inner(), temperature);
    mean_square(x, stop_gradient(there))
}
