//! Which source point is trained with which data point: the joint distribution of (x0, x1) in a batch.
//!
//! Any coupling with the right marginals trains a flow from source to data (Tong et al. 2023, "Improving and
//! generalizing flow-based generative models with minibatch optimal transport", theorems 3.1 and 3.2). What
//! differs is how often conditional paths cross, and so how far the trajectories of the flow bend.

pub mod sinkhorn;

use crate::assignment::{solve, squared_distances};
use crate::error::{Error, Result};
use crate::points::Point;
use crate::rng::Rng;

/// How far the marginals of a plan may be off, as total variation times two: a thousandth of the mass is far
/// below the chance in drawing a batch, and a tighter one costs training time.
const MARGINAL_TOLERANCE: f64 = 1e-3;

/// How a batch of source points is joined to a batch of data points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Coupling {
    /// As drawn: x0 and x1 know nothing of each other (Tong et al. 2023, section 3.2.2, I-CFM; Liu et al.
    /// 2022).
    Independent,
    /// The permutation of least mean squared distance within the batch (Tong et al. 2023, section 3.2.3 and
    /// algorithm 3, OT-CFM). It is the optimal transport between the batches, not between the distributions;
    /// the larger the batch the closer they are.
    Exact,
    /// Draws from the entropic plan, which minimizes ⟨P, ‖x0 − x1‖²⟩ + epsilon Σ P ln P over plans between the
    /// batches (Cuturi 2013; Tong et al. 2023, proposition 3.5, with epsilon = 2 σ²). Toward 0 it becomes
    /// `Exact`, toward infinity `Independent`.
    Sinkhorn {
        /// Weight of the entropy, > 0, in units of squared distance. Not relative to the costs of the batch:
        /// then each batch would be trained under another coupling. Pairs blur over about √epsilon.
        epsilon: f64,
    },
}

impl Coupling {
    /// Checks the domain.
    pub fn validate(self) -> Result<Self> {
        match self {
            Self::Sinkhorn { epsilon } if !(epsilon > 0.0 && epsilon.is_finite()) => {
                Err(Error::config(format!("Sinkhorn needs a finite epsilon above 0, not {epsilon}")))
            }
            _ => Ok(self),
        }
    }

    /// Indices (i, j) of the pairs (`x0[i]`, `x1[j]`), as many as there are points, in the order of x0.
    ///
    /// Each x0 is used once. Each x1 is used once by `Independent` and `Exact`; `Sinkhorn` draws a partner for
    /// each x0 from its row of the plan, so that x1 is used once on average only. Only `Sinkhorn` takes
    /// numbers from `rng`.
    ///
    /// Errors where the batches differ in size, where epsilon is outside its domain or too small for Sinkhorn's
    /// algorithm, or where a point is not finite.
    pub fn pair(&self, x0: &[Point], x1: &[Point], rng: &mut Rng) -> Result<Vec<(usize, usize)>> {
        self.validate()?;
        let n = x0.len();
        if n != x1.len() {
            return Err(Error::config(format!(
                "a coupling joins batches of the same size, not {n} and {}",
                x1.len()
            )));
        }
        Ok(match *self {
            Self::Independent => (0..n).map(|i| (i, i)).collect(),
            Self::Exact => {
                let columns = solve(&squared_distances(x0, x1), n)?.columns;
                columns.into_iter().enumerate().collect()
            }
            Self::Sinkhorn { epsilon } => {
                let plan = sinkhorn::plan(&squared_distances(x0, x1), n, epsilon, MARGINAL_TOLERANCE)?;
                plan.chunks_exact(n.max(1)).map(|row| draw(row, rng)).enumerate().collect()
            }
        })
    }

    /// One of each kind, for tests that hold for every coupling.
    pub fn all() -> [Self; 4] {
        [Self::Independent, Self::Exact, Self::Sinkhorn { epsilon: 0.05 }, Self::Sinkhorn { epsilon: 2.0 }]
    }
}

/// An index drawn with probabilities proportional to `weights`.
fn draw(weights: &[f64], rng: &mut Rng) -> usize {
    let mut left = f64::from(rng.uniform()) * weights.iter().sum::<f64>();
    let mut last = 0;
    for (j, &w) in weights.iter().enumerate().filter(|&(_, &w)| w > 0.0) {
        if left < w {
            return j;
        }
        left -= w;
        last = j;
    }
    // Rounding left a crumb: it belongs to the last column that has any weight.
    last
}
