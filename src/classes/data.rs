//! Three classes in the plane: curved arms around one center, where they lie on each other.

use crate::points::Point;
use crate::rng::{Rng, Stream};
use std::f64::consts::TAU;

/// How many classes there are.
pub const CLASSES: usize = 3;

/// Gaussians that make an arm.
const PARTS: usize = 16;

/// Their standard deviation along each axis.
pub(super) const STD: f32 = 0.14;

/// Centers of an arm's equal-weight Gaussians: from 0.1 to 3 units from the origin, a third of a turn from the next arm, bent by 0.35 radians
/// a unit. So near the center a point says little of its class.
pub(super) fn arm(class: usize) -> Vec<Point> {
    (0..PARTS).map(|k| center(class, k)).collect()
}

fn center(class: usize, k: usize) -> Point {
    let radius = 0.1 + 2.9 * k as f64 / (PARTS - 1) as f64;
    let angle = TAU * class as f64 / CLASSES as f64 + 0.35 * radius;
    [radius * angle.cos(), radius * angle.sin()].map(|v| v as f32)
}

/// A draw from a class.
pub(super) fn draw(class: usize, rng: &mut Rng) -> Point {
    center(class, rng.index(PARTS)).map(|v| v + STD * rng.normal())
}

/// The class that makes `x` most likely: what an ideal classifier says.
pub(super) fn likeliest(x: Point) -> usize {
    let density = |class: usize| -> f64 {
        let squares =
            arm(class).into_iter().map(|c| f64::from((x[0] - c[0]).powi(2) + (x[1] - c[1]).powi(2)));
        let nearest = squares.clone().fold(f64::INFINITY, f64::min);
        let by = 2.0 * f64::from(STD).powi(2);
        // In logarithms: far away every Gaussian is 0 in doubles.
        -nearest / by + squares.map(|square| (-(square - nearest) / by).exp()).sum::<f64>().ln()
    };
    (0..CLASSES).max_by(|&a, &b| density(a).total_cmp(&density(b))).expect("there are classes")
}

/// Pairs of noise and data, and the class of each, or none where it is dropped.
pub(super) struct Pairs {
    pub(super) x0: Vec<Point>,
    pub(super) x1: Vec<Point>,
    pub(super) labels: Vec<Option<u8>>,
}

/// The `n` pairs of step `step`, this share of their labels dropped.
pub(super) fn pairs(seed: u64, step: u64, n: usize, dropped: f64) -> Pairs {
    let stream = |stream| Rng::at_step(seed, stream, step);
    let (mut data, mut noise, mut drop) =
        (stream(Stream::Data), stream(Stream::Noise), stream(Stream::Dropout));
    let mut pairs = Pairs { x0: Vec::new(), x1: Vec::new(), labels: Vec::new() };
    for _ in 0..n {
        let class = data.index(CLASSES);
        pairs.x1.push(draw(class, &mut data));
        pairs.x0.push([noise.normal(), noise.normal()]);
        pairs.labels.push((f64::from(drop.uniform()) >= dropped).then_some(class as u8));
    }
    pairs
}
