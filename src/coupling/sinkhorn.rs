//! Entropic optimal transport between two batches of equal weights, by Sinkhorn's algorithm.

use crate::assignment::solve;
use crate::error::{Error, Result};
use wide::f64x4;

/// Enough for every epsilon that blurs over more than the spacing of a batch; with fewer points than a few
/// thousand this many take seconds at most.
const MAX_ITERATIONS: usize = 2000;

/// Iterations between two looks at the speed of convergence.
const WINDOW: usize = 10;

/// Logarithms of the scalings above which they are absorbed: far from the limits of f64 (709), so that an
/// entry of the kernel that was rounded to 0 could not have mattered.
const ABSORB: f64 = 100.0;

/// The entropic plan P, row-major n × n, that minimises ⟨P, cost⟩ + epsilon Σ P ln P (Cuturi 2013, "Sinkhorn
/// distances", in the notation of Peyré & Cuturi 2019, "Computational optimal transport", eq. 4.2) among
/// plans whose rows and columns sum to 1/n.
///
/// P_ij = exp(x_i + y_j + (f_i + g_j − cost_ij) / epsilon): the potentials f, g live in the logarithm and take in
/// the scalings x, y whenever these grow (Schmitzer 2019, "Stabilized sparse scaling algorithms for entropy
/// regularized transport problems"). They begin as the dual variables of the exact assignment,
/// the limit for small epsilon, so that every row and column has an entry of 1 whatever epsilon is. Updates
/// are over-relaxed; the plan is the same, it is there sooner (Lehmann et al. 2022, "A note on overrelaxation
/// in the Sinkhorn algorithm").
///
/// Stops when the marginals are off by at most `tolerance`: Σ_i |Σ_j P_ij − 1/n| + Σ_j |Σ_i P_ij − 1/n|. Errors
/// where that is not reached: epsilon is too small for the algorithm then. Also where epsilon or the tolerance
/// is not above 0, and where [`solve`] refuses the costs.
pub fn plan(cost: &[f32], n: usize, epsilon: f64, tolerance: f64) -> Result<Vec<f64>> {
    if !(epsilon > 0.0 && epsilon.is_finite() && tolerance > 0.0) {
        return Err(Error::config(format!(
            "Sinkhorn needs a finite epsilon and a tolerance above 0, not {epsilon} and {tolerance}"
        )));
    }
    let exact = solve(cost, n)?;
    if n == 0 {
        return Ok(Vec::new());
    }
    let mut scaling = Scaling {
        mass: 1.0 / n as f64,
        x: vec![0.0; n],
        y: vec![0.0; n],
        f: exact.u,
        g: exact.v,
        kernel: vec![0.0; n * n],
    };
    scaling.fill_kernel(cost, epsilon);
    let (mut relaxation, mut errors) = (1.0, Vec::new());
    while errors.len() < MAX_ITERATIONS {
        let error = scaling.iterate(relaxation, tolerance);
        errors.push(error);
        if error <= tolerance {
            return Ok(scaling.plan());
        }
        if !error.is_finite() {
            break;
        }
        if scaling.x.iter().chain(&scaling.y).any(|s| s.abs() > ABSORB) {
            scaling.absorb(cost, epsilon);
        }
        if errors.len().is_multiple_of(2 * WINDOW) {
            relaxation = relax_more(relaxation, &errors);
        }
    }
    Err(Error::config(format!(
        "Sinkhorn's algorithm found no plan with epsilon {epsilon} (after {} iterations {:.1e} of the mass is \
         misplaced): raise epsilon, or choose the exact coupling",
        errors.len(),
        errors.last().copied().unwrap_or_default()
    )))
}

/// The next relaxation, in [1, 2), from how fast the errors fell under the last one.
///
/// Near the solution the iteration is linear, and plain steps shrink the error by some rate r each. Under
/// relaxation w the observed rate q solves (q + w − 1)² = q w² r (Young's relation for successive
/// over-relaxation), and w = 2 / (1 + √(1 − r)) is best (Lehmann et al. 2022).
fn relax_more(relaxation: f64, errors: &[f64]) -> f64 {
    let now = errors.len() - 1;
    let observed = (errors[now] / errors[now - WINDOW]).powf(1.0 / WINDOW as f64);
    if observed >= 1.0 {
        return 1.0 + 0.9 * (relaxation - 1.0);
    }
    let rate = (observed + relaxation - 1.0).powi(2) / (observed * relaxation * relaxation);
    let best = 2.0 / (1.0 + (1.0 - rate.min(1.0)).sqrt());
    relaxation.max(best.min(1.98))
}

struct Scaling {
    /// What each row and column has to sum to.
    mass: f64,
    /// Logarithms of the row and column scalings.
    x: Vec<f64>,
    y: Vec<f64>,
    /// Potentials of rows and columns, in units of cost.
    f: Vec<f64>,
    g: Vec<f64>,
    /// exp((f_i + g_j − cost_ij) / epsilon).
    kernel: Vec<f64>,
}

impl Scaling {
    fn fill_kernel(&mut self, cost: &[f32], epsilon: f64) {
        let n = self.g.len();
        for ((row, cost), f) in self.kernel.chunks_exact_mut(n).zip(cost.chunks_exact(n)).zip(&self.f) {
            for ((k, &c), g) in row.iter_mut().zip(cost).zip(&self.g) {
                *k = ((f + g - f64::from(c)) / epsilon).exp();
            }
        }
    }

    /// Moves the scalings into the potentials.
    fn absorb(&mut self, cost: &[f32], epsilon: f64) {
        for (potential, log) in [(&mut self.f, &mut self.x), (&mut self.g, &mut self.y)] {
            for (p, l) in potential.iter_mut().zip(log) {
                *p += epsilon * std::mem::take(l);
            }
        }
        self.fill_kernel(cost, epsilon);
    }

    /// Updates the rows, in one pass over the kernel, and returns the error of the marginals. Where that is
    /// above `tolerance`, updates the columns too; else the plan stays as it was measured.
    fn iterate(&mut self, relaxation: f64, tolerance: f64) -> f64 {
        let n = self.y.len();
        let columns: Vec<f64> = self.y.iter().map(|y| y.exp()).collect();
        let mut sums = vec![0.0; n];
        let mut error = 0.0;
        for (row, x) in self.kernel.chunks_exact(n).zip(&mut self.x) {
            let sum = dot(row, &columns);
            *x += relaxation * ((self.mass / sum).ln() - *x);
            let scale = x.exp();
            error += (scale * sum - self.mass).abs();
            add_scaled(&mut sums, row, scale);
        }
        error += columns.iter().zip(&sums).map(|(b, sum)| (b * sum - self.mass).abs()).sum::<f64>();
        if error > tolerance {
            for (y, sum) in self.y.iter_mut().zip(&sums) {
                *y += relaxation * ((self.mass / sum).ln() - *y);
            }
        }
        error
    }

    fn plan(mut self) -> Vec<f64> {
        let n = self.y.len();
        let columns: Vec<f64> = self.y.iter().map(|y| y.exp()).collect();
        for (row, x) in self.kernel.chunks_exact_mut(n).zip(&self.x) {
            row.iter_mut().zip(&columns).for_each(|(k, b)| *k *= x.exp() * b);
        }
        self.kernel
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_left), (b, b_left)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let sum = a.iter().zip(b).fold(f64x4::splat(0.0), |sum, (a, b)| sum + f64x4::new(*a) * f64x4::new(*b));
    sum.reduce_add() + a_left.iter().zip(b_left).map(|(a, b)| a * b).sum::<f64>()
}

/// sums += row · scale
fn add_scaled(sums: &mut [f64], row: &[f64], scale: f64) {
    let ((sums, sums_left), (row, row_left)) = (sums.as_chunks_mut::<4>(), row.as_chunks::<4>());
    let scales = f64x4::splat(scale);
    for (sum, r) in sums.iter_mut().zip(row) {
        *sum = (f64x4::new(*sum) + f64x4::new(*r) * scales).to_array();
    }
    for (sum, r) in sums_left.iter_mut().zip(row_left) {
        *sum += r * scale;
    }
}
