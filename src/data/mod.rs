//! Data sets.

mod idx;

#[cfg(feature = "native")]
pub use idx::read_digits;
pub use idx::{Digits, parse_images, parse_labels};
