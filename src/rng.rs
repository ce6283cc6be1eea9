//! Seeded randomness, drawn on the host so that every backend sees the same numbers.

use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// What a stream of random numbers is used for. Streams of one seed are independent, so that drawing
/// more noise does not change which batch comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Which data points make a batch.
    Data = 1,
    /// Source samples x0.
    Noise = 2,
    /// Training times t.
    Time = 3,
    /// Initial weights.
    Init = 4,
    /// Which labels are dropped for classifier-free guidance.
    Dropout = 5,
    /// Which pairs a transport plan makes.
    Coupling = 6,
    /// Particles that are shown and measured.
    Particles = 7,
    /// Fresh data that a flow is measured against.
    Fresh = 8,
    /// Noise that is added along a trajectory.
    Diffusion = 9,
}

/// A ChaCha8 generator for one [`Stream`] of one seed.
#[derive(Debug, Clone)]
pub struct Rng(ChaCha8Rng);

impl Rng {
    /// The generator for `stream` of `seed`; the same pair gives the same numbers on every platform.
    pub fn new(seed: u64, stream: Stream) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream as u64);
        Self(rng)
    }

    /// The generator for step `step` of `stream`. Training draws each step from its own generator, so
    /// that a resumed run needs no saved state.
    pub fn at_step(seed: u64, stream: Stream, step: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ step.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        rng.set_stream(stream as u64);
        Self(rng)
    }

    /// A number in [0, 1).
    pub fn uniform(&mut self) -> f32 {
        self.0.random()
    }

    /// An index in [0, n). Panics where `n` is 0.
    pub fn index(&mut self, n: usize) -> usize {
        self.0.random_range(0..n)
    }

    /// A draw from N(0, 1).
    pub fn normal(&mut self) -> f32 {
        self.0.sample(StandardNormal)
    }

    /// `n` draws from N(0, 1); the first k are the same for every n ≥ k.
    pub fn normals(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.normal()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_and_seeds_differ_and_repeat() {
        let draw = |seed, stream| Rng::new(seed, stream).normals(4);
        assert_eq!(draw(7, Stream::Noise), draw(7, Stream::Noise));
        assert_ne!(draw(7, Stream::Noise), draw(8, Stream::Noise));
        assert_ne!(draw(7, Stream::Noise), draw(7, Stream::Data));
        let steps: Vec<_> = (0..3).map(|s| Rng::at_step(7, Stream::Data, s).uniform()).collect();
        assert!(steps[0] != steps[1] && steps[1] != steps[2]);
    }

    /// The numbers themselves are held by tests/goldens.rs.
    #[test]
    fn normals_are_standard() {
        let x = Rng::new(1, Stream::Noise).normals(100_000);
        let mean = x.iter().sum::<f32>() / x.len() as f32;
        let var = x.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / x.len() as f32;
        // Standard errors are 0.0032 and 0.0045; five of them.
        assert!(mean.abs() < 0.016, "{mean}");
        assert!((var - 1.0).abs() < 0.023, "{var}");
    }
}
