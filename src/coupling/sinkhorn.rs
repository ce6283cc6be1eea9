//! Entropic optimal transport between two batches of equal weights, by Sinkhorn's algorithm.

use crate::error::{Error, Result};
use wide::f64x4;

/// Iterations allowed at the epsilon asked for, and at each larger one on the way there.
const MAX_ITERATIONS: usize = 2000;
const MAX_ITERATIONS_BEFORE: usize = 200;

/// On the way epsilon falls by this factor, each time the marginals are off by this much. Measured on batches of
/// 24 and 256 points: larger steps, or less care at each, fail at small epsilon.
const EPSILON_FACTOR: f64 = 0.25;
const TOLERANCE_BEFORE: f64 = 1e-2;

/// Iterations between two looks at the speed of convergence.
const WINDOW: usize = 10;

/// Logarithms of the scalings above which they are absorbed: far from the limits of f64 (709), so that an
/// entry of the kernel that was rounded to 0 could not have mattered.
const ABSORB: f64 = 100.0;

/// The entropic plan P, row-major n × n, that minimizes ⟨P, cost⟩ + epsilon Σ P ln P (Cuturi 2013, "Sinkhorn
/// distances"; Peyré & Cuturi 2019, "Computational optimal transport", eq. 4.2) among plans whose rows and
/// columns sum to 1/n.
///
/// P_ij = exp(x_i + y_j + (f_i + g_j − cost_ij) / epsilon): the potentials f, g live in the logarithm and take in
/// the scalings x, y whenever these grow, and epsilon falls in steps from the scale of the costs (Schmitzer
/// 2019, "Stabilized sparse scaling algorithms for entropy regularized transport problems"). Updates are
/// over-relaxed; the plan is the same, it is there sooner (Lehmann et al. 2022, "A note on overrelaxation in
/// the Sinkhorn algorithm").
///
/// Stops when the marginals are off by at most `tolerance`: Σ_i |Σ_j P_ij − 1/n| + Σ_j |Σ_i P_ij − 1/n|. Errors
/// where that is not reached: epsilon is too small for that tolerance. Also where epsilon or the tolerance is
/// not above 0, where `cost` has not n × n entries, or where one of them is not finite.
pub fn plan(cost: &[f32], n: usize, epsilon: f64, tolerance: f64) -> Result<Vec<f64>> {
    if !(epsilon > 0.0 && epsilon.is_finite() && tolerance > 0.0) {
        return Err(Error::config(format!(
            "Sinkhorn needs a finite epsilon and a tolerance above 0, not {epsilon} and {tolerance}"
        )));
    }
    if n.checked_mul(n) != Some(cost.len()) {
        return Err(Error::config(format!(
            "a plan of {n} rows needs a cost matrix of {n} × {n} entries, not {} in all",
            cost.len()
        )));
    }
    if let Some(c) = cost.iter().find(|c| !c.is_finite()) {
        return Err(Error::numeric(format!("a cost is {c}; Sinkhorn needs finite costs")));
    }
    if n == 0 {
        return Ok(Vec::new());
    }
    let mut scaling = Scaling::new(cost, n);
    let mut before = scaling.mean_excess();
    while before > epsilon {
        scaling.run(before, tolerance.max(TOLERANCE_BEFORE), MAX_ITERATIONS_BEFORE);
        scaling.absorb();
        before *= EPSILON_FACTOR;
    }
    let error = scaling.run(epsilon, tolerance, MAX_ITERATIONS);
    if error <= tolerance {
        return Ok(scaling.plan());
    }
    Err(Error::config(format!(
        "Sinkhorn's algorithm found no plan with epsilon {epsilon} ({error:.1e} of the mass is still misplaced): \
         raise epsilon, or choose the exact coupling"
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

struct Scaling<'a> {
    cost: &'a [f32],
    epsilon: f64,
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
    /// What [`Self::iterate`] works in: e^y, and the sums of the columns.
    columns: Vec<f64>,
    sums: Vec<f64>,
}

impl<'a> Scaling<'a> {
    /// Potentials with f_i + g_j ≤ cost_ij and equality somewhere in each row and column, so that no row or
    /// column of the kernel vanishes, whatever epsilon is.
    fn new(cost: &'a [f32], n: usize) -> Self {
        let least = |row: &[f32]| row.iter().fold(f64::INFINITY, |m, &c| m.min(f64::from(c)));
        let f: Vec<f64> = cost.chunks_exact(n).map(least).collect();
        let mut g = vec![f64::INFINITY; n];
        for (row, f) in cost.chunks_exact(n).zip(&f) {
            g.iter_mut().zip(row).for_each(|(g, &c)| *g = g.min(f64::from(c) - f));
        }
        let zeros = || vec![0.0; n];
        Self {
            cost,
            epsilon: 1.0,
            mass: 1.0 / n as f64,
            x: zeros(),
            y: zeros(),
            f,
            g,
            kernel: vec![0.0; n * n],
            columns: zeros(),
            sums: zeros(),
        }
    }

    /// Mean of cost_ij − f_i − g_j.
    fn mean_excess(&self) -> f64 {
        let n = self.f.len() as f64;
        let mean = |x: &[f64]| x.iter().sum::<f64>() / n;
        self.cost.iter().map(|&c| f64::from(c)).sum::<f64>() / (n * n) - mean(&self.f) - mean(&self.g)
    }

    /// Iterates at `epsilon` until the error of the marginals is within `tolerance`. Returns the last error.
    fn run(&mut self, epsilon: f64, tolerance: f64, iterations: usize) -> f64 {
        self.epsilon = epsilon;
        self.fill_kernel();
        let (mut relaxation, mut errors) = (1.0, Vec::new());
        loop {
            let error = self.iterate(relaxation, tolerance);
            errors.push(error);
            if error <= tolerance || !error.is_finite() || errors.len() == iterations {
                return error;
            }
            if self.x.iter().chain(&self.y).any(|s| s.abs() > ABSORB) {
                self.absorb();
                self.fill_kernel();
            }
            if errors.len().is_multiple_of(2 * WINDOW) {
                relaxation = relax_more(relaxation, &errors);
            }
        }
    }

    fn fill_kernel(&mut self) {
        let n = self.g.len();
        for ((row, cost), f) in self.kernel.chunks_exact_mut(n).zip(self.cost.chunks_exact(n)).zip(&self.f) {
            for ((k, &c), g) in row.iter_mut().zip(cost).zip(&self.g) {
                *k = ((f + g - f64::from(c)) / self.epsilon).exp();
            }
        }
    }

    /// Moves the scalings into the potentials; the kernel has to be filled again.
    fn absorb(&mut self) {
        for (potential, log) in [(&mut self.f, &mut self.x), (&mut self.g, &mut self.y)] {
            for (p, l) in potential.iter_mut().zip(log) {
                *p += self.epsilon * std::mem::take(l);
            }
        }
    }

    /// Updates the rows, in one pass over the kernel, and returns the error of the marginals. Where that is
    /// above `tolerance`, updates the columns too; else the plan stays as it was measured.
    fn iterate(&mut self, relaxation: f64, tolerance: f64) -> f64 {
        let Self { mass, x, y, kernel, columns, sums, .. } = self;
        let mass = *mass;
        columns.iter_mut().zip(&*y).for_each(|(column, y)| *column = y.exp());
        sums.fill(0.0);
        let mut error = 0.0;
        for (row, x) in kernel.chunks_exact(y.len()).zip(x) {
            let sum = dot(row, columns);
            *x += relaxation * ((mass / sum).ln() - *x);
            let scale = x.exp();
            error += (scale * sum - mass).abs();
            add_scaled(sums, row, scale);
        }
        error += columns.iter().zip(&*sums).map(|(b, sum)| (b * sum - mass).abs()).sum::<f64>();
        if error > tolerance {
            for (y, sum) in y.iter_mut().zip(&*sums) {
                *y += relaxation * ((mass / sum).ln() - *y);
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
