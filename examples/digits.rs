//! Digits from the shipped network, drawn as text.
//! `cargo run --release --example digits -- [CLASS] [SEED]`, in this repository: the weights are not part of the crate.

mod shared;

use flow_lab::device::Engine;
use flow_lab::error::Result;
use flow_lab::field::Guidance;
use flow_lab::sample::Spacing;
use flow_lab::session::{Label, Request, Session};
use pollster::block_on;

fn main() -> Result<()> {
    let number = |i: usize, or: u32| std::env::args().nth(i).and_then(|text| text.parse().ok()).unwrap_or(or);
    let mut session = block_on(Session::open(Engine::Cpu))?;
    block_on(session.load(&shared::weights("digits")?))?;
    let mut run = session.start(&Request {
        seed: number(2, 1),
        labels: vec![Some(Label::Class(number(1, 3) as u8))],
        solver: "midpoint".into(),
        steps: 8,
        spacing: Spacing::Uniform,
        tolerance: 0.01,
        guidance: Guidance::PRESET,
        from: 0.0,
        corrections: 0,
        same_noise: false,
        first: 0,
    })?;
    let last = block_on(run.finish())?;
    println!("{}{} evaluations", shared::draw(&last.x), last.nfe);
    Ok(())
}
