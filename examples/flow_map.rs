//! A few-step model: a flow map distilled from a flow in the plane, at 1, 2 and 4 evaluations beside the flow itself.
//! `cargo run --release --features train --example flow_map`

use flow_lab::data::plane::Distribution;
use flow_lab::device::Engine;
use flow_lab::error::Result;
use flow_lab::race::{Method, Race, RaceConfig};
use pollster::block_on;

const SAMPLES: usize = 500;

fn main() -> Result<()> {
    let config = RaceConfig {
        target: Distribution::Moons,
        methods: vec![Method::Shortcut],
        steps: 1000,
        ..RaceConfig::default()
    };
    let opened = block_on(Engine::Cpu.open())?;
    let mut race = Race::new(config, &opened)?;
    while let Some(progress) = block_on(race.train(500))? {
        let last = progress.losses.last().copied().unwrap_or(f32::NAN);
        println!("{}: step {}, loss {last:.3}", race.methods()[progress.contestant].label(), progress.step);
    }
    let (floor, deviation) = race.floor(SAMPLES, 5)?;
    println!("W2 between two sets of data: {floor:.3} ± {deviation:.3}");
    for (i, method) in race.methods().into_iter().enumerate() {
        for nfe in [1, 2, 4] {
            let run = block_on(race.run(i, SAMPLES, nfe))?;
            println!("{}, {nfe} evaluations: W2 {:.3}", method.label(), run.w2);
        }
    }
    Ok(())
}
