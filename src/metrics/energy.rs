//! The energy distance between two sets of points.

use crate::points::Point;

/// √(2 E‖X − Y‖ − E‖X − X'‖ − E‖Y − Y'‖) for the two empirical distributions, X and X' (Y and Y') drawn with
/// replacement (Székely & Rizzo 2013, "Energy statistics"; with a square root, as scipy has it, so that it is a
/// distance). 0 only where the sets are equal. In square roots of the unit of the points.
///
/// Sizes may differ. NaN where a point is not finite or a set is empty. Time O((|a| + |b|)²).
pub fn energy_distance(a: &[Point], b: &[Point]) -> f64 {
    // Rounding can take the difference of a set from itself below 0; f64::max would also hide NaN.
    let squared = 2.0 * mean_distance(a, b) - mean_distance(a, a) - mean_distance(b, b);
    if squared < 0.0 { 0.0 } else { squared.sqrt() }
}

fn mean_distance(a: &[Point], b: &[Point]) -> f64 {
    let to_all = |p: &Point| {
        let distance =
            |q: &Point| (f64::from(p[0]) - f64::from(q[0])).hypot(f64::from(p[1]) - f64::from(q[1]));
        b.iter().map(distance).sum::<f64>() / b.len() as f64
    };
    a.iter().map(to_all).sum::<f64>() / a.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two single points at distance d: √(2 d).
    #[test]
    fn of_two_points_is_the_root_of_twice_their_distance() {
        assert!((energy_distance(&[[1.0, 1.0]], &[[4.0, 5.0]]) - 10f64.sqrt()).abs() < 1e-12);
        let a = [[0.5, 1.0], [2.0, -1.0], [0.0, 0.25]];
        assert_eq!(energy_distance(&a, &a), 0.0);
        assert!(energy_distance(&a, &[[f32::NAN, 0.0]]).is_nan());
        assert!(energy_distance(&a, &[]).is_nan());
    }

    /// scipy 1.17.1: `scipy.stats.energy_distance([0, 1.5, 2, -3], [1, 4, -0.5])` prints 0.9242113755341183,
    /// in one dimension; here along (0.6, 0.8).
    #[test]
    fn on_a_line_is_that_of_scipy() {
        let line = |x: &[f32]| -> Vec<Point> { x.iter().map(|&x| [0.6 * x, 0.8 * x]).collect() };
        let got = energy_distance(&line(&[0.0, 1.5, 2.0, -3.0]), &line(&[1.0, 4.0, -0.5]));
        assert!((got - 0.9242113755341183).abs() < 1e-6, "{got}"); // f32 rounding of the coordinates
    }
}
