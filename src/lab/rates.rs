//! Learning rates that a person changed while a run trained: part of the experiment, so that a link repeats
//! them at the same steps.

use super::LabConfig;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// A learning rate that held before [`LabConfig::rate`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlierRate {
    /// The rate, in (0, 1].
    pub rate: f64,
    /// The first step, counted from 0, that it no longer holds for.
    pub until: u64,
}

impl LabConfig {
    /// The learning rate of step `step`, counted from 0, before warm-up.
    pub fn rate_at(&self, step: u64) -> f64 {
        self.earlier.iter().find(|earlier| step < earlier.until).map_or(self.rate, |earlier| earlier.rate)
    }

    /// The experiment as it is where from step `step` on the rate is `rate`; what was planned after it is gone.
    pub fn with_rate_from(&self, step: u64, rate: f64) -> Self {
        let mut earlier = self.earlier.clone();
        earlier.retain(|e| e.until <= step);
        let begun = earlier.last().map_or(0, |e| e.until);
        let held = self.rate_at(step.saturating_sub(1));
        if begun < step {
            earlier.push(EarlierRate { rate: held, until: step });
        }
        while earlier.last().is_some_and(|e| e.rate == rate) {
            earlier.pop();
        }
        Self { rate, earlier, ..self.clone() }
    }

    /// Errors where a rate is outside its domain or steps do not rise.
    pub(super) fn validate_rates(&self) -> Result<()> {
        let rates = self.earlier.iter().map(|e| e.rate).chain([self.rate]);
        if let Some(rate) = rates.into_iter().find(|rate| !(*rate > 0.0 && *rate <= 1.0)) {
            return Err(Error::config(format!(
                "the learning rate must be above 0 and at most 1, not {rate}"
            )));
        }
        let mut last = 0;
        for EarlierRate { rate, until } in &self.earlier {
            if *until <= last {
                return Err(Error::config(format!(
                    "earlier learning rates must end at rising steps, but {rate} ends at step {until} after step {last}"
                )));
            }
            last = *until;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rate of every step, as a list made by hand says it.
    fn played(config: &LabConfig, steps: u64) -> Vec<f64> {
        (0..steps).map(|step| config.rate_at(step)).collect()
    }

    #[test]
    fn changes_are_repeated_at_their_steps() {
        let first = LabConfig { rate: 0.5, ..LabConfig::default() };
        assert_eq!(first.with_rate_from(0, 0.25), LabConfig { rate: 0.25, ..first.clone() });
        let second = first.with_rate_from(3, 0.25);
        let third = second.with_rate_from(5, 0.125);
        assert_eq!(played(&third, 7), [0.5, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125]);
        // Two changes at one step are one, and a change to the same rate is none.
        assert_eq!(second.with_rate_from(3, 0.5), first);
        assert_eq!(played(&second.with_rate_from(3, 0.75), 5), [0.5, 0.5, 0.5, 0.75, 0.75]);
        assert_eq!(second.with_rate_from(4, 0.25), second);
        // A change while an older one is still ahead takes the older one's place.
        assert_eq!(played(&third.with_rate_from(4, 1.0), 6), [0.5, 0.5, 0.5, 0.25, 1.0, 1.0]);
        assert_eq!(third.with_rate_from(2, 1.0).earlier, [EarlierRate { rate: 0.5, until: 2 }]);
    }

    #[test]
    fn steps_that_do_not_rise_are_refused() {
        let earlier = |rate, until| EarlierRate { rate, until };
        let config = |list: &[EarlierRate]| LabConfig { earlier: list.to_vec(), ..LabConfig::default() };
        assert!(config(&[earlier(0.1, 5), earlier(0.2, 6)]).validate().is_ok());
        for bad in [vec![earlier(0.1, 0)], vec![earlier(0.1, 5), earlier(0.2, 5)], vec![earlier(2.0, 5)]] {
            assert!(config(&bad).validate().is_err(), "{bad:?}");
        }
    }
}
