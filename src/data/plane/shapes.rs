//! The shapes with a formula. Each function makes one draw; its doc comment has support, mean and covariance.

use crate::points::Point;
use crate::rng::Rng;
use std::f32::consts::{PI, TAU};

/// `p` plus N(0, std² I).
pub fn blur(p: Point, std: f32, rng: &mut Rng) -> Point {
    [p[0] + std * rng.normal(), p[1] + std * rng.normal()]
}

/// A point on one of two half circles, (cos a, sin a) or (1 − cos a, 1/2 − sin a), a uniform in [0, π]: the
/// geometry of scikit-learn's `make_moons`, there with equally spaced a.
///
/// Mean (1/2, 1/4); variances 3/4 and 1/2 − 4/π² + h², covariance −h/2, with h = 2/π − 1/4.
pub fn half_circles(rng: &mut Rng) -> Point {
    let upper = rng.index(2) == 0;
    let (y, x) = (PI * rng.uniform()).sin_cos();
    if upper { [x, y] } else { [1.0 - x, 0.5 - y] }
}

/// Two moons as in TorchCFM's examples: 3 (m + u (1, 1)) − 1 with m on the half circles and u uniform in
/// [0, 0.2]. That noise, of the library it draws from, is not Gaussian and the same for both coordinates.
///
/// Support: within [−4, 5.6] × [−2.5, 2.6]. Mean (0.8, 0.05); covariance 9 (C + 0.2²/12), the last term in
/// all four places, C that of the half circles.
pub fn moons(rng: &mut Rng) -> Point {
    let p = half_circles(rng);
    let u = 0.2 * rng.uniform();
    [3.0 * (p[0] + u) - 1.0, 3.0 * (p[1] + u) - 1.0]
}

/// An S: 1.5 (sin a, sign(a) (cos a − 1)), a uniform in [−3π/2, 3π/2], with N(0, 0.075² I): scikit-learn's
/// `make_s_curve` without its second axis, noise 0.05, times 1.5, as in the figures of Tong et al. 2024 and
/// Shi et al. 2023.
///
/// Support: the noise around a curve in [−1.5, 1.5] × [−3, 3]. Mean 0; variances 2.25/2 + 0.075² and
/// 2.25 (3/2 + 4/(3π)) + 0.075², covariance −2.25/(3π).
pub fn s_curve(rng: &mut Rng) -> Point {
    let a = 3.0 * PI * (rng.uniform() - 0.5);
    blur([1.5 * a.sin(), 1.5 * a.signum() * (a.cos() - 1.0)], 0.075, rng)
}

/// Two arms of an Archimedean spiral of one and a half turns: ±4.5 s (cos 3πs, sin 3πs), s² uniform in [0, 1],
/// which is nearly uniform along the arm, with N(0, 0.1² I).
///
/// Support: the noise around arms in the disc of radius 4.5. Mean 0; with k = 6π and R = 4.5, E r² = R²/2,
/// E r² cos 2θ = 6R²/k², E r² sin 2θ = 2R² (6/k³ − 1/k): variances (E r² ± E r² cos 2θ)/2 + 0.1², covariance
/// E r² sin 2θ / 2.
pub fn spirals(rng: &mut Rng) -> Point {
    let arm = if rng.index(2) == 0 { 4.5 } else { -4.5 };
    let s = rng.uniform().sqrt();
    let (y, x) = (3.0 * PI * s).sin_cos();
    blur([arm * s * x, arm * s * y], 0.1, rng)
}

/// Uniform on eight cells, of side 2, of a 4 × 4 board on [−4, 4]²: those where column plus row, from 0 at the
/// lower left, is even.
///
/// Mean 0; variances 16/3, covariance 1.
pub fn checkerboard(rng: &mut Rng) -> Point {
    let column = rng.index(4);
    let row = 2 * rng.index(2) + column % 2;
    [column, row].map(|cell| 2.0 * (cell as f32 + rng.uniform()) - 4.0)
}

/// The checkerboard lies in [−4, 4]².
#[cfg(feature = "cli")]
pub const CHECKERBOARD_HALF: f64 = 4.0;

/// The density of the checkerboard: 1/32 on its eight cells.
#[cfg(feature = "cli")]
pub fn checkerboard_density(x: [f64; 2]) -> f64 {
    let [column, row] = x.map(|v| ((v + CHECKERBOARD_HALF) / 2.0).floor());
    let inside = [column, row].iter().all(|k| (0.0..4.0).contains(k));
    if inside && (column + row) % 2.0 == 0.0 { 1.0 / 32.0 } else { 0.0 }
}

/// Circles of radius 1, 2, 3, 4, each as likely as it is long, with N(0, 0.1² I).
///
/// Mean 0; variances 5 + 0.1², covariance 0.
pub fn rings(rng: &mut Rng) -> Point {
    // One of ten equal parts of the total length: 1, 2, 2, 3, 3, 3, 4, 4, 4, 4.
    let radius = [1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 4.0, 4.0, 4.0, 4.0][rng.index(10)];
    let (y, x) = (TAU * rng.uniform()).sin_cos();
    blur([radius * x, radius * y], 0.1, rng)
}

/// Five arms that bend clockwise: (f, g) with f ~ N(1, 0.3²), g ~ N(0, 0.1²), turned clockwise by
/// 2πk/5 + e^f/4, times 2.5 (Johnson et al. 2016, with the constants of FFJORD's toy data but its factor 2).
///
/// Support: unbounded, 99.99 % within radius 5.4. Mean 0; variances 2.5² (1 + 0.3² + 0.1²)/2, covariance 0.
pub fn pinwheel(rng: &mut Rng) -> Point {
    let (f, g) = (1.0 + 0.3 * rng.normal(), 0.1 * rng.normal());
    let (sin, cos) = (TAU / 5.0 * rng.index(5) as f32 + 0.25 * f.exp()).sin_cos();
    [2.5 * (f * cos + g * sin), 2.5 * (g * cos - f * sin)]
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;
    use crate::rng::Stream;

    #[test]
    fn the_density_of_the_checkerboard_is_one_in_all_and_positive_where_it_is_drawn() {
        let rng = &mut Rng::new(1, Stream::Fresh);
        assert!((0..10_000).all(|_| checkerboard_density(checkerboard(rng).map(f64::from)) > 0.0));
        let side = 0.01;
        let at = |k: usize| (k as f64 + 0.5) * side - 5.0;
        let sum: f64 = (0..1_000_000).map(|k| checkerboard_density([at(k / 1000), at(k % 1000)])).sum();
        assert!((sum * side * side - 1.0).abs() < 1e-9, "{sum}");
    }
}
