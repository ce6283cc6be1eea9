//! Distances among samples and to the training set.

use crate::rng::{Rng, Stream};

fn distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(x, y)| f64::from(x - y).powi(2)).sum::<f64>().sqrt()
}

/// Mean distance between two different members of the same class, averaged over classes: how much
/// variety there is. `pairs` random pairs a class; classes with fewer than two members are left out.
/// Returns 0 where no class has two.
pub fn class_diversity(features: &[Vec<f32>], labels: &[u8], pairs: usize, seed: u64) -> f64 {
    let mut rng = Rng::new(seed, Stream::Data);
    let mut means = Vec::new();
    for class in 0..=9u8 {
        let members: Vec<&Vec<f32>> =
            features.iter().zip(labels).filter(|(_, l)| **l == class).map(|(f, _)| f).collect();
        if members.len() < 2 {
            continue;
        }
        let sum: f64 = (0..pairs)
            .map(|_| {
                let i = rng.index(members.len());
                let j = (i + 1 + rng.index(members.len() - 1)) % members.len();
                distance(members[i], members[j])
            })
            .sum();
        means.push(sum / pairs as f64);
    }
    if means.is_empty() { 0.0 } else { means.iter().sum::<f64>() / means.len() as f64 }
}

/// Median over `images` of the Euclidean distance in pixels to the nearest of `training`: a network that
/// memorized its training set would score near 0, real unseen images score what real images score.
pub fn nearest_distance(images: &[f32], training: &[f32], pixels: usize) -> f64 {
    let mut nearest: Vec<f64> = images
        .chunks(pixels)
        .map(|image| {
            let squared =
                |other: &[f32]| -> f32 { image.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum() };
            f64::from(training.chunks(pixels).map(squared).fold(f32::INFINITY, f32::min)).sqrt()
        })
        .collect();
    nearest.sort_by(f64::total_cmp);
    nearest.get(nearest.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diversity_of_two_points_is_their_distance() {
        let features = vec![vec![0.0, 0.0], vec![3.0, 4.0], vec![9.0, 9.0]];
        assert!((class_diversity(&features, &[1, 1, 2], 10, 0) - 5.0).abs() < 1e-6);
        assert_eq!(class_diversity(&features, &[1, 2, 3], 10, 0), 0.0);
    }

    #[test]
    fn a_copy_is_at_distance_zero() {
        let training = [0.0, 0.0, 1.0, 1.0];
        assert_eq!(nearest_distance(&[1.0, 1.0], &training, 2), 0.0);
        assert!((nearest_distance(&[1.0, 4.0], &training, 2) - 3.0).abs() < 1e-6);
    }
}
