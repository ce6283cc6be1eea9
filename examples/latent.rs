//! A flow on the codes of digits in two dimensions, and the digits that it makes, drawn as text.
//! `cargo run --release --features train --example latent -- [STEPS]`, in this repository: the decoder is not part of the crate.

mod shared;

use flow_lab::data::plane::Distribution;
use flow_lab::device::Engine;
use flow_lab::error::Result;
use flow_lab::lab::{Lab, LabConfig, Sampling};
use flow_lab::latent::Latent;
use flow_lab::solver::Solver;
use pollster::block_on;

fn main() -> Result<()> {
    let steps = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2000);
    let opened = block_on(Engine::Cpu.open())?;
    let latent = Latent::from_bytes(&shared::weights("latent")?, &opened)?;
    // The codes of real digits are points of the plane, which the lab learns like any others.
    let target = Distribution::Points { points: latent.config().codes.clone() };
    let mut lab = Lab::new(LabConfig { target, ..LabConfig::default() }, &opened)?;
    block_on(lab.train(steps))?;
    let flow = block_on(lab.flow(3, Sampling::ode(Solver::Midpoint, 16)))?;
    for (z, digit) in flow.end().iter().zip(block_on(latent.decode(flow.end()))?.chunks(784)) {
        println!("at ({:.2}, {:.2}), {} evaluations:\n{}", z[0], z[1], flow.nfe, shared::draw(digit));
    }
    Ok(())
}
