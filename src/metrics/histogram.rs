//! How far a known density is from samples, by a histogram.

use crate::points::Point;

/// KL(density ‖ samples) in nats, by the midpoint rule on `cells` × `cells` squares of [−half, half]²: Σ p(c) ln(p(c) / q(c)) a over the centers c with p > 0, where a is a
/// square's area and q the share of all samples in it divided by a (an empty square counts half a sample). So Boffi et al. 2025 (arXiv 2505.18825, appendix G.1) measure a
/// checkerboard, with 50 cells; how they count empty squares and samples outside is not known to us. An estimate: of n samples from the density itself it is about (squares with p > 0) / 2n, and
/// more where edges of the density run through squares.
pub fn histogram_kl(x: &[Point], half: f64, cells: usize, density: impl Fn([f64; 2]) -> f64) -> f64 {
    let side = 2.0 * half / cells as f64;
    let mut counts = vec![0u32; cells * cells];
    for point in x {
        let [i, j] = point.map(|v| ((f64::from(v) + half) / side).floor());
        if (0.0..cells as f64).contains(&i) && (0.0..cells as f64).contains(&j) {
            counts[i as usize * cells + j as usize] += 1;
        }
    }
    let area = side * side;
    let center = |k: usize| (k as f64 + 0.5) * side - half;
    let each = counts.iter().enumerate().map(|(k, &count)| {
        let p = density([center(k / cells), center(k % cells)]);
        let q = f64::from(count).max(0.5) / (x.len() as f64 * area);
        if p > 0.0 { p * (p / q).ln() * area } else { 0.0 }
    });
    each.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    const N: usize = 200_000;
    const HALF: f64 = 4.0;

    /// 4 × 4 cells in the square, every second one with a density of 1/32.
    fn board(x: [f64; 2]) -> f64 {
        let [column, row] = x.map(|v| ((v + HALF) / 2.0).floor());
        if (column + row) % 2.0 == 0.0 { 1.0 / 32.0 } else { 0.0 }
    }

    /// Draws from the square, those for which `weight` says so.
    fn draws(weight: impl Fn([f64; 2]) -> f64) -> Vec<Point> {
        let rng = &mut Rng::new(3, Stream::Fresh);
        let half = HALF as f32;
        let mut x = Vec::new();
        while x.len() < N {
            let point = [(); 2].map(|()| half * (2.0 * rng.uniform() - 1.0));
            if f64::from(rng.uniform()) < weight(point.map(f64::from)) {
                x.push(point);
            }
        }
        x
    }

    #[test]
    fn agrees_with_closed_forms() {
        let kl = |x: &[Point]| histogram_kl(x, HALF, 48, board);
        // Half of the squares have a density; the estimate is that far above.
        let bias = 48.0 * 48.0 / 2.0 / (2.0 * N as f64);
        let itself = kl(&draws(|x| 32.0 * board(x)));
        assert!((itself - bias).abs() < 0.2 * bias, "{itself} {bias}");
        let everywhere = kl(&draws(|_| 1.0));
        assert!((everywhere - 2f64.ln() - 2.0 * bias).abs() < 5e-3, "{everywhere}");
        // Three quarters of the mass on one side.
        let uneven = kl(&draws(|x| 32.0 * board(x) * if x[0] < 0.0 { 1.0 } else { 1.0 / 3.0 }));
        let expected = -0.5 * (1.5f64.ln() + 0.5f64.ln());
        assert!((uneven - expected).abs() < 0.01, "{uneven} {expected}");
        assert!(kl(&[[9.0, 0.0]; 10]).is_finite());
    }
}
