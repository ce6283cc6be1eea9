//! The sliced 2-Wasserstein distance: W2 on lines, where it is a sort.

use crate::points::Point;
use crate::rng::Rng;
use std::f64::consts::PI;

/// SW2 = √(mean over directions θ of W2²(⟨a, θ⟩, ⟨b, θ⟩)) (Rabin et al. 2012, "Wasserstein barycenter and its
/// application to texture mixing"; Bonneel et al. 2015, "Sliced and Radon Wasserstein
/// barycenters of measures"). In units of the points, at most W2.
///
/// The `projections` directions are equally spaced over half a turn from a random angle: each is uniform, so
/// the square is unbiased, and they cover the circle better than independent ones.
///
/// NaN where a point is not finite or the sets are empty. Panics where the sets differ in size or there are no
/// projections. Time O(projections · n ln n).
pub fn sliced_wasserstein2(a: &[Point], b: &[Point], projections: usize, rng: &mut Rng) -> f64 {
    assert_eq!(a.len(), b.len(), "sliced W2 by sorting needs sets of equal size");
    assert!(projections > 0, "sliced W2 needs one projection or more");
    let first = f64::from(rng.uniform());
    let squared = |k: usize| {
        let (sin, cos) = (PI * (k as f64 + first) / projections as f64).sin_cos();
        let along = |points: &[Point]| {
            let mut x: Vec<f64> =
                points.iter().map(|p| cos * f64::from(p[0]) + sin * f64::from(p[1])).collect();
            x.sort_unstable_by(f64::total_cmp);
            x
        };
        along(a).iter().zip(along(b)).map(|(x, y)| (x - y).powi(2)).sum::<f64>() / a.len() as f64
    };
    ((0..projections).map(squared).sum::<f64>() / projections as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    fn cloud(n: usize, seed: u64) -> Vec<Point> {
        let mut rng = Rng::new(seed, Stream::Noise);
        (0..n).map(|_| [rng.normal(), rng.normal()]).collect()
    }

    /// Every projection of a translated set is translated by ⟨shift, θ⟩; the mean of cos² over two or more
    /// equally spaced directions is 1/2. So SW2 = ‖shift‖ / √2.
    #[test]
    fn of_a_translated_set_is_the_shift_over_root_two() {
        let a = cloud(100, 1);
        let b: Vec<Point> = a.iter().rev().map(|p| [p[0] + 3.0, p[1] - 4.0]).collect();
        for projections in [2, 3, 50] {
            let got = sliced_wasserstein2(&a, &b, projections, &mut Rng::new(7, Stream::Data));
            assert!((got - 5.0 / 2f64.sqrt()).abs() < 1e-6, "{projections}: {got}"); // f32 rounding of b
        }
    }

    /// Scaling by s scales every projection: SW2² = (s − 1)² mean ‖a‖² / 2.
    #[test]
    fn of_a_scaled_set_is_the_scale() {
        let a = cloud(100, 2);
        let b: Vec<Point> = a.iter().rev().map(|p| [3.0 * p[0], 3.0 * p[1]]).collect();
        let mean = a.iter().map(|p| f64::from(p[0]).powi(2) + f64::from(p[1]).powi(2)).sum::<f64>() / 100.0;
        let got = sliced_wasserstein2(&a, &b, 16, &mut Rng::new(7, Stream::Data));
        let expected = (4.0 * mean / 2.0).sqrt();
        assert!((got - expected).abs() < 1e-6 * expected, "{got} {expected}"); // f32 rounding of b
    }

    /// One projection is a random one: over many draws its square has the mean of many directions.
    #[test]
    fn one_projection_is_unbiased() {
        let a = cloud(20, 3);
        let b: Vec<Point> = a.iter().map(|p| [p[0] + 2.0, p[1]]).collect();
        let mut rng = Rng::new(8, Stream::Data);
        let n = 4000;
        let mean =
            (0..n).map(|_| sliced_wasserstein2(&a, &b, 1, &mut rng).powi(2)).sum::<f64>() / f64::from(n);
        // 4 cos² has mean 2 and variance 2; five standard errors.
        assert!((mean - 2.0).abs() < 5.0 * (2.0 / f64::from(n)).sqrt(), "{mean}");
    }

    #[test]
    fn is_nan_where_it_does_not_exist() {
        let mut rng = Rng::new(1, Stream::Data);
        assert!(sliced_wasserstein2(&[[f32::NAN, 0.0]], &[[0.0, 0.0]], 4, &mut rng).is_nan());
        assert!(sliced_wasserstein2(&[], &[], 4, &mut rng).is_nan());
    }
}
