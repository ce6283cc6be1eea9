//! Operations of our own in Burn, with bodies for the CPU (several elements at a time), kernels for GPUs (CubeCL) and,
//! where something is trained through them, gradients. silu alone leaves GPUs to Burn's operations, and the whole
//! integration of the plane leaves CPUs to the solver.
//!
//! A launch of a kernel costs a browser tens of microseconds, more than the arithmetic of networks as small as these:
//! what Burn composes from many launches is one here. On the CPU the same saves passes over memory.

#[cfg(feature = "train")]
pub mod adamw;
pub mod attention;
pub mod combine;
mod cpu;
pub mod depthwise;
pub mod embedding;
pub mod features;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(feature = "train")]
pub mod loss;
pub mod ode;
pub mod product;
mod several;
pub mod silu;

pub use silu::{silu, silu_slope};
