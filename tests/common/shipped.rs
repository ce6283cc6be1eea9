//! Networks that the page ships.

/// The digits' file. `scripts/ship-weights` keeps the name, tests/networks.rs holds it.
pub const WEIGHTS: &[u8] = include_bytes!("../../www/models/digits-79afa9124011.safetensors");
/// The emoji's.
#[allow(dead_code, reason = "not every test that has the digits needs it")]
pub const EMOJI: &[u8] = include_bytes!("../../www/models/emoji-46c42acb307f.safetensors");
/// The decoder of digits in two dimensions.
#[allow(dead_code, reason = "likewise")]
pub const LATENT: &[u8] = include_bytes!("../../www/models/latent-f3e549c009f4.safetensors");
