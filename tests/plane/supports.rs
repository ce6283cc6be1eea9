//! Where each distribution may put a point, from its formula and independent of the code that draws.

use super::{documented, double, draw};
use flow_lab::data::plane::{Distribution, JITTER, PublishedSet};
use std::f64::consts::PI;

/// Distance from `p` to a curve, sampled at 4,000 places of `from..to`, which are at most 0.01 apart.
fn to_curve(p: [f64; 2], from: f64, to: f64, curve: impl Fn(f64) -> [f64; 2]) -> f64 {
    let at = |i: usize| curve(from + (to - from) * i as f64 / 3999.0);
    (0..4000).map(at).map(|q| (p[0] - q[0]).hypot(p[1] - q[1])).fold(f64::INFINITY, f64::min)
}

fn to_s(p: [f64; 2]) -> f64 {
    to_curve(p, -1.5 * PI, 1.5 * PI, |a| [1.5 * a.sin(), 1.5 * a.signum() * (a.cos() - 1.0)])
}

fn to_arms([x, y]: [f64; 2]) -> f64 {
    let arm = |a: f64| [1.5 / PI * a * a.cos(), 1.5 / PI * a * a.sin()];
    to_curve([x, y], 0.0, 3.0 * PI, arm).min(to_curve([-x, -y], 0.0, 3.0 * PI, arm))
}

/// Distance to the half circles of radius 1 around (0, 0), upper, and (1, 1/2), lower.
fn to_half_circles([x, y]: [f64; 2]) -> f64 {
    let to_arc = |x: f64, y: f64| match y >= 0.0 {
        true => (x.hypot(y) - 1.0).abs(),
        false => (x.abs() - 1.0).hypot(y),
    };
    to_arc(x, y).min(to_arc(x - 1.0, 0.5 - y))
}

/// Six standard deviations: beyond them lies e^−18 of a round Gaussian, 3e-5 points of those drawn here.
const SIGMAS: f64 = 6.0;

fn supported(distribution: &Distribution, p: [f64; 2]) -> bool {
    let [x, y] = p;
    let on_circle = |k: i32, radius: f64| {
        let a = f64::from(k) * PI / 4.0;
        (x - radius * a.cos()).hypot(y - radius * a.sin())
    };
    let nearest = |radius| (0..8).map(|k| on_circle(k, radius)).fold(f64::INFINITY, f64::min);
    match distribution {
        Distribution::Gaussian => x.hypot(y) < SIGMAS,
        Distribution::EightGaussians => nearest(5.0) < SIGMAS * 0.1f64.powf(0.25),
        Distribution::Moons => (0..=200).any(|i| {
            let u = 0.2 * f64::from(i) / 200.0;
            // Half a step of u along the diagonal, and rounding.
            to_half_circles([(x + 1.0) / 3.0 - u, (y + 1.0) / 3.0 - u]) < 0.0005 * 2f64.sqrt() + 1e-5
        }),
        Distribution::SCurve => to_s(p) < SIGMAS * 0.075,
        Distribution::Spirals => to_arms(p) < SIGMAS * 0.1,
        Distribution::Checkerboard => {
            let cell = |v: f64| ((v + 4.0) / 2.0).floor().clamp(0.0, 3.0) as i32;
            x.abs() <= 4.0 && y.abs() <= 4.0 && (cell(x) + cell(y)) % 2 == 0
        }
        Distribution::Rings => [1.0, 2.0, 3.0, 4.0].iter().any(|r| (x.hypot(y) - r).abs() < SIGMAS * 0.1),
        Distribution::Pinwheel => {
            // Undo every turn that a radial part f makes: what is left across the arm is g.
            let (radius, angle) = (x.hypot(y) / 2.5, y.atan2(x));
            (-600..=600).any(|i| {
                let g = f64::from(i) / 1000.0;
                let f = (radius * radius - g * g).max(0.0).sqrt();
                let arm = (angle + f.exp() / 4.0 - g.atan2(f)) / (2.0 * PI / 5.0);
                // A step of g turns by at most 0.001 / radius; near the center any angle is possible.
                let turned = (arm - arm.round()).abs() * 2.0 * PI / 5.0 < 0.001 / radius.max(1e-9) + 0.001;
                turned && f < 1.0 + SIGMAS * 0.3
            })
        }
        Distribution::Text { .. } => x.abs() <= 5.0 && y.abs() <= 5.0 / 6.0 + 1e-6,
        Distribution::Points { .. } => [[1.0, 2.0], [-3.0, 2.0], [5.0, -6.0], [6.0, -6.0]]
            .iter()
            .any(|q| (x - q[0]).hypot(y - q[1]) < SIGMAS * f64::from(JITTER) + 0.003),
        Distribution::Published { set: PublishedSet::Moons } => {
            to_half_circles([(x + 1.0) / 2.0, y / 2.0]) < SIGMAS * 0.05
        }
        Distribution::Published { set: PublishedSet::EightGaussians } => nearest(5.0) < SIGMAS,
        Distribution::Published { set: PublishedSet::WideMoons } => x.hypot(y) < 30.0,
        Distribution::Published { set: PublishedSet::WideEightGaussians } => nearest(12.0) < SIGMAS * 1.5,
    }
}

#[test]
fn every_draw_is_in_the_support() {
    for (distribution, ..) in documented() {
        for p in draw(&distribution, 2000, 2) {
            assert!(supported(&distribution, double(&p)), "{distribution:?} gave {p:?}");
        }
        // The check sees something: a far point is in no support.
        assert!(!supported(&distribution, [40.0, 40.0]), "{distribution:?}");
    }
    // Nor are holes.
    assert!(!supported(&Distribution::Checkerboard, [-3.0, -1.0]));
    assert!(!supported(&Distribution::Rings, [0.2, 0.2]));
    assert!(!supported(&Distribution::Moons, [-1.0, -1.0]));
    assert!(!supported(&Distribution::Pinwheel, [-1.873, -4.092]));
}

/// Distance of a point to a curve.
type Distance = fn([f64; 2]) -> f64;

#[test]
fn noise_has_the_documented_width() {
    let set = Distribution::Published { set: PublishedSet::Moons };
    // In units of the curve that the distance is measured to.
    let cases: [(_, Distance, f64); 4] = [
        (Distribution::SCurve, to_s, 0.075),
        (Distribution::Spirals, to_arms, 0.1),
        (Distribution::Rings, |[x, y]| (x.hypot(y) - x.hypot(y).round()).abs(), 0.1),
        (set, |[x, y]| to_half_circles([(x + 1.0) / 2.0, y / 2.0]), 0.05),
    ];
    for (distribution, distance, std) in cases {
        let x = draw(&distribution, 4000, 3);
        let square = x.iter().map(|p| distance(double(p)).powi(2)).sum::<f64>() / x.len() as f64;
        // The standard error is 1.1 %; ends, where noise also counts along the curve, and bends add a few.
        assert!((square.sqrt() / std - 1.0).abs() < 0.1, "{distribution:?}: {} {std}", square.sqrt());
    }
}
