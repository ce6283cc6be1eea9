//! Figures that say how good samples are, and how straight the way to them.

mod average;
mod energy;
#[cfg(feature = "cli")]
mod frechet;
#[cfg(feature = "cli")]
mod histogram;
mod paths;
mod sliced;
mod spread;
mod wasserstein;

pub use average::mean_and_deviation;
pub use energy::energy_distance;
#[cfg(feature = "cli")]
pub use frechet::frechet_distance;
#[cfg(feature = "cli")]
pub use histogram::histogram_kl;
pub use paths::{normalized_path_energy, path_energy, straightness};
pub use sliced::sliced_wasserstein2;
pub use spread::{class_diversity, nearest_distance};
pub use wasserstein::{measurable, wasserstein2};
