//! Data sets.

mod idx;
pub mod plane;

#[cfg(feature = "native")]
pub use idx::read_digits;
pub use idx::{Digits, parse_images, parse_labels};
