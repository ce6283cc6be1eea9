//! The exact 2-Wasserstein distance between two sets of points.

use crate::assignment::{solve, squared_distances};
use crate::error::{Error, Result};
use crate::points::Point;

/// The most points of a set that a person may ask the distance of: 10,000 take 400 MB and some seconds.
const MEASURABLE: usize = 10_000;

/// Errors where [`wasserstein2`] of sets of `n` points is not to be asked for by a person.
pub fn measurable(n: usize) -> Result<()> {
    match n {
        1..=MEASURABLE => Ok(()),
        _ => Err(Error::config(format!("1 to {MEASURABLE} points can be measured, not {n}"))),
    }
}

/// W2 = √(min over permutations π of mean_i ‖a_i − b_π(i)‖²), the 2-Wasserstein distance between the two
/// empirical distributions (for equal sizes a permutation is an optimal plan; Peyré & Cuturi 2019,
/// "Computational optimal transport", proposition 2.1). In units of the points.
///
/// It compares samples, not the distributions they come from: two samples of 2,000 points of N(0, I) in the
/// plane are about 0.14 apart.
///
/// NaN where a point is not finite, where squared distances leave the range of f32, or where the sets are empty.
/// Panics where the sets differ in size. Memory 4 n² bytes; for time see [`solve`].
pub fn wasserstein2(a: &[Point], b: &[Point]) -> f64 {
    assert_eq!(a.len(), b.len(), "W2 by assignment needs sets of equal size");
    let n = a.len();
    let Ok(optimal) = solve(&squared_distances(a, b), n) else {
        return f64::NAN;
    };
    let squared = |(p, &j): (&Point, &usize)| {
        let q: &Point = &b[j];
        (0..2).map(|k| (f64::from(p[k]) - f64::from(q[k])).powi(2)).sum::<f64>()
    };
    (a.iter().zip(&optimal.columns).map(squared).sum::<f64>() / n as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    fn cloud(n: usize, seed: u64) -> Vec<Point> {
        let mut rng = Rng::new(seed, Stream::Noise);
        (0..n).map(|_| [rng.normal(), rng.normal()]).collect()
    }

    /// Of all maps from a set to its translate the translation is optimal: W2 = ‖shift‖.
    #[test]
    fn of_a_translated_set_is_the_shift() {
        for n in [1, 2, 3, 50, 257] {
            let a = cloud(n, n as u64);
            // In reverse order, so that the identity is not the answer.
            let b: Vec<Point> = a.iter().rev().map(|p| [p[0] + 3.0, p[1] - 4.0]).collect();
            // f32 rounding of coordinates near 5: 3e-7 each.
            assert!((wasserstein2(&a, &b) - 5.0).abs() < 1e-6, "{n}: {}", wasserstein2(&a, &b));
            assert_eq!(wasserstein2(&a, &a), 0.0);
        }
    }

    /// x ↦ s x with s > 0 is the gradient of a convex function, so it is the optimal map (Brenier):
    /// W2² = (s − 1)² mean ‖a‖².
    #[test]
    fn of_a_scaled_set_is_the_scale() {
        let a = cloud(200, 1);
        let mean = a.iter().map(|p| f64::from(p[0]).powi(2) + f64::from(p[1]).powi(2)).sum::<f64>() / 200.0;
        for scale in [0.25f32, 3.0] {
            let b: Vec<Point> = a.iter().rev().map(|p| [scale * p[0], scale * p[1]]).collect();
            let expected = (f64::from(scale) - 1.0).abs() * mean.sqrt();
            let got = wasserstein2(&a, &b);
            assert!((got - expected).abs() < 1e-6 * expected, "{got} {expected}"); // f32 rounding of b
        }
    }

    /// On a line the optimal plan pairs sorted values.
    #[test]
    fn on_a_line_sorts() {
        let mut rng = Rng::new(2, Stream::Noise);
        let (mut x, mut y) = (rng.normals(300), rng.normals(300));
        let line = |x: &[f32]| -> Vec<Point> { x.iter().map(|&x| [3.0 * x, 4.0 * x]).collect() };
        let got = wasserstein2(&line(&x), &line(&y));
        x.sort_by(f32::total_cmp);
        y.sort_by(f32::total_cmp);
        let mean = x.iter().zip(&y).map(|(x, y)| 25.0 * f64::from(x - y).powi(2)).sum::<f64>() / 300.0;
        assert!((got - mean.sqrt()).abs() < 1e-6, "{got} {}", mean.sqrt()); // f32 rounding of 3x and 4x
    }

    /// Two Gaussians N(0, I) and N(m, s² I): W2² = ‖m‖² + 2 (1 − s)². 2,000 draws bring it to within a few
    /// hundredths: their means err by √(1/2000) = 0.022 each way.
    #[test]
    fn of_gaussians_is_near_the_closed_form() {
        let a = cloud(2000, 3);
        let b: Vec<Point> = cloud(2000, 4).iter().map(|p| [2.0 * p[0] + 1.5, 2.0 * p[1]]).collect();
        let expected = (1.5f64.powi(2) + 2.0).sqrt();
        let got = wasserstein2(&a, &b);
        assert!((got - expected).abs() < 0.1, "{got} {expected}");
    }

    #[test]
    fn is_nan_where_it_does_not_exist() {
        let nan = [[f32::NAN, 0.0]];
        assert!(wasserstein2(&nan, &[[0.0, 0.0]]).is_nan());
        assert!(wasserstein2(&[[3e30, 0.0]], &[[0.0, 0.0]]).is_nan());
        assert!(wasserstein2(&[], &[]).is_nan());
    }
}
