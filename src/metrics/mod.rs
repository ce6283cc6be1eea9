//! Figures that say how good samples are.

mod frechet;
mod spread;

pub use frechet::frechet_distance;
pub use spread::{class_diversity, nearest_distance};
