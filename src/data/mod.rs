//! Data sets.

#[cfg(feature = "cli")]
mod folder;
mod idx;
mod images;
pub mod plane;
#[cfg(feature = "cli")]
mod sheet;

#[cfg(feature = "cli")]
pub use folder::read_folder;
#[cfg(feature = "cli")]
pub use idx::read_digits;
pub use idx::{parse_images, parse_labels};
pub use images::Images;
#[cfg(feature = "cli")]
pub use sheet::{Pictures, read_sheet};
