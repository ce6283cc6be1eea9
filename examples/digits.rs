//! Digits from the shipped network, drawn as text.
//! `cargo run --release --example digits -- [CLASS] [SEED]`, in this repository: the weights are not part of the crate.

use flow_lab::device::Engine;
use flow_lab::error::{Error, Result};
use flow_lab::field::Guidance;
use flow_lab::sample::Spacing;
use flow_lab::session::{Label, Request, Session};
use pollster::block_on;

const MODELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/models");

/// The file that the manifest of a network names.
fn weights(name: &str) -> Result<Vec<u8>> {
    let read = |file: &str| {
        let path = format!("{MODELS}/{file}");
        std::fs::read(&path).map_err(|e| Error::weights(format!("{path} cannot be read: {e}")).because(e))
    };
    let manifest: serde_json::Value = serde_json::from_slice(&read(&format!("{name}.json"))?)
        .map_err(|e| Error::weights(format!("{name}.json is no manifest: {e}")))?;
    read(manifest["file"].as_str().ok_or_else(|| Error::weights("the manifest names no file"))?)
}

/// Two rows of pixels a line, in five grays.
fn draw(digit: &[f32]) -> String {
    let gray = |v: f32| ((v.clamp(-1.0, 1.0) + 1.0) / 2.0 * 4.0).round() as usize;
    let line = |rows: &[f32]| -> String {
        (0..28).map(|i| [' ', '░', '▒', '▓', '█'][gray(rows[i].max(rows[28 + i]))]).chain(['\n']).collect()
    };
    digit.chunks_exact(2 * 28).map(line).collect()
}

fn main() -> Result<()> {
    let number = |i: usize, or: u32| std::env::args().nth(i).and_then(|text| text.parse().ok()).unwrap_or(or);
    let mut session = block_on(Session::open(Engine::Cpu))?;
    block_on(session.load(&weights("digits")?))?;
    let mut run = session.start(&Request {
        seed: number(2, 1),
        labels: vec![Some(Label::Class(number(1, 3) as u8))],
        solver: "midpoint".into(),
        steps: 8,
        spacing: Spacing::Uniform,
        tolerance: 0.01,
        guidance: Guidance { weight: 2.0, from: 0.2, to: 1.0 },
        from: 0.0,
        same_noise: false,
        first: 0,
    })?;
    let last = block_on(run.finish())?;
    println!("{}{} evaluations", draw(&last.x), last.nfe);
    Ok(())
}
