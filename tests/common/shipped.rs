//! The velocity network that the page ships.

/// Its file. `scripts/ship-weights` keeps the name, tests/networks.rs holds it.
pub const WEIGHTS: &[u8] = include_bytes!("../../www/models/digits-cebcef7ab784.safetensors");
