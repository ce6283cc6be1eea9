//! Learning rate over steps.

use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Linear warm-up, then half a cosine down to `floor × peak` at the last step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LearningRate {
    /// The highest rate.
    pub peak: f64,
    /// Steps of warm-up.
    pub warmup: u64,
    /// Steps in all.
    pub steps: u64,
    /// The last rate, as a share of the peak.
    pub floor: f64,
}

impl LearningRate {
    /// The rate of step `step`, counted from 0.
    pub fn at(&self, step: u64) -> f64 {
        if step < self.warmup {
            return self.peak * (step + 1) as f64 / self.warmup as f64;
        }
        let span = self.steps.saturating_sub(self.warmup).max(1) as f64;
        let done = ((step - self.warmup) as f64 / span).min(1.0);
        self.peak * (self.floor + (1.0 - self.floor) * 0.5 * (1.0 + (PI * done).cos()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_then_falls_to_its_floor() {
        let rate = LearningRate { peak: 2.0, warmup: 10, steps: 110, floor: 0.1 };
        assert_eq!(rate.at(0), 0.2);
        assert_eq!(rate.at(9), 2.0);
        assert_eq!(rate.at(10), 2.0);
        assert!((rate.at(60) - 1.1).abs() < 1e-12, "half way down is the mean of peak and floor");
        assert!((rate.at(110) - 0.2).abs() < 1e-12);
        assert_eq!(rate.at(500), rate.at(110));
    }
}
