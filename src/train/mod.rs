//! Training: a step that reports lazily, an average of the weights, checkpoints that resume exactly.

mod checkpoint;
mod clip;
mod ema;
mod rate;
mod time;
mod trainer;

pub use checkpoint::Checkpoint;
pub use clip::clip_global_norm;
pub use ema::Ema;
pub use rate::LearningRate;
pub use time::TimeSampling;
pub use trainer::{StepReport, TrainConfig, Trainer};
