//! Training: a step that reports lazily, an average of the weights, checkpoints that resume exactly.

#[cfg(feature = "cli")]
mod checkpoint;
mod clip;
mod distill;
mod few_step;
mod images;
mod optimizer;
mod pairs;
mod rate;
mod time;
mod trainer;

#[cfg(feature = "cli")]
pub use checkpoint::Checkpoint;
pub use clip::clip_global_norm;
pub use few_step::{FewStepBatches, Objective};
pub use images::{Distill, ImageBatches, ImageConfig};
pub use optimizer::ALIGNMENT;
pub use pairs::{PairBatches, Pairs};
pub use rate::LearningRate;
pub use time::TimeSampling;
pub use trainer::{Batch, OptimConfig, StepReport, Trainer};
