//! What examples share that use files of this repository: the crate has none.

use flow_lab::error::{Error, Result};

/// The file that www/models/`name`.json names.
pub fn weights(name: &str) -> Result<Vec<u8>> {
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/www/models");
    let read = |file: &str| {
        let path = format!("{models}/{file}");
        std::fs::read(&path).map_err(|e| Error::weights(format!("{path} cannot be read: {e}")).because(e))
    };
    let manifest: serde_json::Value = serde_json::from_slice(&read(&format!("{name}.json"))?)
        .map_err(|e| Error::weights(format!("{name}.json is no manifest: {e}")))?;
    read(manifest["file"].as_str().ok_or_else(|| Error::weights("the manifest names no file"))?)
}

/// A digit as text: two rows of pixels a line, in five grays.
pub fn draw(digit: &[f32]) -> String {
    let gray = |v: f32| ((v.clamp(-1.0, 1.0) + 1.0) / 2.0 * 4.0).round() as usize;
    let line = |rows: &[f32]| -> String {
        (0..28).map(|i| [' ', '░', '▒', '▓', '█'][gray(rows[i].max(rows[28 + i]))]).chain(['\n']).collect()
    };
    digit.chunks_exact(2 * 28).map(line).collect()
}
