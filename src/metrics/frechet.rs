//! The Fréchet distance between Gaussians fitted to two sets of features (Heusel et al. 2017, eq. 6; with
//! a digit classifier's features here, so figures compare with each other and not with published FIDs).

use crate::error::{Error, Result};
use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// ‖m_a − m_b‖² + tr(C_a + C_b − 2 (C_a^½ C_b C_a^½)^½). Errors where a set has fewer than two rows.
pub fn frechet_distance(a: &[Vec<f32>], b: &[Vec<f32>]) -> Result<f64> {
    let ((mean_a, cov_a), (mean_b, cov_b)) = (gaussian(a)?, gaussian(b)?);
    let root_a = sqrt(&cov_a);
    let cross = sqrt(&(&root_a * &cov_b * &root_a));
    Ok((mean_a - mean_b).norm_squared() + cov_a.trace() + cov_b.trace() - 2.0 * cross.trace())
}

/// Mean and unbiased covariance.
fn gaussian(rows: &[Vec<f32>]) -> Result<(DVector<f64>, DMatrix<f64>)> {
    let n = rows.len();
    if n < 2 {
        return Err(Error::data(format!(
            "a Fréchet distance needs two samples or more in each set, not {n}"
        )));
    }
    let x = DMatrix::from_fn(n, rows[0].len(), |i, j| f64::from(rows[i][j]));
    let mean = x.row_mean().transpose();
    let centered = DMatrix::from_fn(n, x.ncols(), |i, j| x[(i, j)] - mean[j]);
    let covariance = centered.transpose() * &centered / (n as f64 - 1.0);
    Ok((mean, covariance))
}

/// The symmetric square root; eigenvalues that rounding made negative count as 0.
fn sqrt(m: &DMatrix<f64>) -> DMatrix<f64> {
    let eigen = SymmetricEigen::new((m + m.transpose()) * 0.5);
    let roots = DMatrix::from_diagonal(&eigen.eigenvalues.map(|v| v.max(0.0).sqrt()));
    &eigen.eigenvectors * roots * eigen.eigenvectors.transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    /// Independent coordinates N(mean, std²): the distance is Σ (Δmean)² + (Δstd)², a closed form.
    #[test]
    fn of_independent_gaussians_is_the_closed_form() {
        let mut rng = Rng::new(3, Stream::Noise);
        let mut draw = |mean: [f32; 3], std: [f32; 3]| -> Vec<Vec<f32>> {
            (0..40_000).map(|_| (0..3).map(|k| mean[k] + std[k] * rng.normal()).collect()).collect()
        };
        let a = draw([0.0, 1.0, -1.0], [1.0, 2.0, 0.5]);
        let b = draw([0.5, 1.0, 1.0], [2.0, 2.0, 0.0]);
        let expected = 0.25 + 4.0 + 1.0 + 0.25;
        // Standard error of the mean term: 2 × 2 × √(0.25/40000) ≈ 0.01; of the others less. Five of them.
        let got = frechet_distance(&a, &b).unwrap();
        assert!((got - expected).abs() < 0.06, "{got} against {expected}");
        assert!(frechet_distance(&a, &a).unwrap().abs() < 1e-6);
    }

    /// Correlated: for C = R diag R^T with the same rotation R on both sides, the distance is unchanged.
    #[test]
    fn is_invariant_under_a_common_rotation() {
        let mut rng = Rng::new(4, Stream::Noise);
        let mut draw =
            |s: f32| -> Vec<Vec<f32>> { (0..500).map(|_| vec![rng.normal(), s * rng.normal()]).collect() };
        let (a, b) = (draw(1.0), draw(3.0));
        let (sin, cos) = 0.7f32.sin_cos();
        let turn = |rows: &[Vec<f32>]| -> Vec<Vec<f32>> {
            rows.iter().map(|r| vec![cos * r[0] - sin * r[1], sin * r[0] + cos * r[1]]).collect()
        };
        let (plain, turned) =
            (frechet_distance(&a, &b).unwrap(), frechet_distance(&turn(&a), &turn(&b)).unwrap());
        // f32 rounding of the rotated features.
        assert!((plain - turned).abs() < 1e-4 * plain, "{plain} {turned}");
        assert!(frechet_distance(&a[..1], &b).is_err());
    }
}
