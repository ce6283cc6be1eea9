//! Guidance in the plane: three classes under classifier-free guidance, by networks and by exact fields, guided by a weaker network, and in one evaluation
//! by a flow map whose guidance scale is an input.
//! `cargo run --release --features train --example guidance [STEPS]`

use flow_lab::classes::{CLASSES, Classes, ClassesConfig, Guide, of_class};
use flow_lab::device::Engine;
use flow_lab::error::Result;
use flow_lab::metrics::wasserstein2;
use pollster::block_on;

const PARTICLES: usize = 900;
const EULER: usize = 32;

fn main() -> Result<()> {
    let steps = std::env::args().nth(1).and_then(|steps| steps.parse().ok()).unwrap_or(3000);
    let opened = block_on(Engine::Cpu.open())?;
    let mut classes = Classes::new(ClassesConfig::default(), &opened)?;
    block_on(classes.train(steps))?;
    println!("{steps} steps, {PARTICLES} particles, {EULER} Euler steps, seed 1: recognized, W2, spread");
    println!("W2 between two fresh sets of data: {:.3}", floor()?);
    println!(
        "| weight | classifier-free | weaker network | scale as an input, 1 evaluation | the same, 4 | classifier-free, exact fields |"
    );
    println!("|---|---|---|---|---|---|");
    for weight in [1.0, 1.25, 1.5, 2.0, 3.0] {
        let columns = [
            (Guide::ClassifierFree, EULER),
            (Guide::Weak, EULER),
            (Guide::Input, 1),
            (Guide::Input, 4),
            (Guide::Exact, EULER),
        ];
        let cells = columns.map(|(guide, steps)| {
            let run = block_on(classes.run(PARTICLES, guide, weight, steps))?;
            Ok(format!("{:.1} %, {:.3}, {:.1} %", 100.0 * run.recognized, run.w2, 100.0 * run.spread))
        });
        let cells = cells.into_iter().collect::<Result<Vec<_>>>()?;
        println!("| {weight} | {} |", cells.join(" | "));
    }
    Ok(())
}

/// Mean over the classes and over five pairs of sets.
fn floor() -> Result<f64> {
    let opened = block_on(Engine::Cpu.open())?;
    let set =
        |seed| Classes::new(ClassesConfig { seed, ..ClassesConfig::default() }, &opened)?.data(PARTICLES);
    let mut sum = 0.0;
    for pair in 0..5 {
        let (a, b) = (set(2 * pair + 10)?, set(2 * pair + 11)?);
        sum +=
            (0..CLASSES).map(|class| wasserstein2(&of_class(&a, class), &of_class(&b, class))).sum::<f64>();
    }
    Ok(sum / (5 * CLASSES) as f64)
}
