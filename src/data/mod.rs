//! Data sets.

mod idx;
pub mod plane;
#[cfg(feature = "cli")]
mod sheet;

#[cfg(feature = "cli")]
pub use idx::read_digits;
pub use idx::{Digits, parse_images, parse_labels};
#[cfg(feature = "cli")]
pub use sheet::{Pictures, read_sheet};
