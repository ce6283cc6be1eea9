//! The 2-D table of published flows, trained here: `cargo run --profile native --features
//! cli --bin plane`. Exact W2 after few steps, and path energies with and without optimal transport.

mod common;
#[path = "common/summary.rs"]
mod summary;

use clap::Parser;
use flow_lab::data::plane::{Distribution, PublishedSet};
use flow_lab::device::Engine;
use flow_lab::error::{Error, Result};
use flow_lab::lab::{CouplingKind, Figures, Lab, LabConfig, Sampling};
use flow_lab::path::Prediction;
use flow_lab::solver::Solver;
use pollster::block_on;
use std::time::Instant;
use summary::mean_and_deviation;

/// Print W2 and normalized path energy of flows trained with the lab's default settings.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Training steps of each flow.
    #[arg(long, default_value_t = 20_000)]
    steps: usize,
    /// Seeds: 0, 1, …
    #[arg(long, default_value_t = 5)]
    seeds: u32,
    /// Samples on each side of W2. The published values lie below the distance between two smaller sets of data.
    #[arg(long, default_value_t = 10_000)]
    samples: usize,
    /// Euler steps.
    #[arg(long, default_value_t = 20)]
    euler: usize,
    /// Couplings: ot, independent.
    #[arg(long, value_delimiter = ',', default_value = "ot,independent")]
    couplings: Vec<String>,
    /// What the networks predict: velocity, data, noise.
    #[arg(long, value_delimiter = ',', default_value = "velocity")]
    predicts: Vec<String>,
    /// Of what the mean square error is taken: velocity, data, noise.
    #[arg(long, value_delimiter = ',', default_value = "velocity")]
    loss: Vec<String>,
    /// Rows of the table, by name; all of them where none is named.
    #[arg(long, value_delimiter = ',')]
    sets: Vec<String>,
}

/// A row of the table: its name, the two ends, and the published W2 of OT-CFM and of rectified flow (Shi et al.
/// 2023, table of 2-D experiments).
struct Row {
    name: &'static str,
    source: Distribution,
    target: Distribution,
    published: [f64; 2],
}

fn rows() -> Vec<Row> {
    let published = |set| Distribution::Published { set };
    let row = |name, source, target, published| Row { name, source, target, published };
    let gaussian = Distribution::Gaussian;
    vec![
        row("moons", gaussian.clone(), published(PublishedSet::Moons), [0.111, 0.129]),
        row("s-curve", gaussian.clone(), Distribution::SCurve, [0.102, 0.126]),
        row("8gaussians", gaussian, published(PublishedSet::EightGaussians), [0.253, 0.267]),
        row(
            "moons-8gaussians",
            published(PublishedSet::WideMoons),
            published(PublishedSet::WideEightGaussians),
            [0.716, 1.522],
        ),
    ]
}

fn main() {
    common::main("plane", run(&Args::parse()));
}

fn run(args: &Args) -> Result<()> {
    println!(
        "{} steps, {} seeds, {} samples, {} Euler steps; mean ± standard deviation over seeds",
        args.steps, args.seeds, args.samples, args.euler
    );
    println!(
        "| data | pairs | prediction | loss | W2 | published | floor | normalized path energy | straightness | minutes |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let rows = rows();
    if let Some(unknown) = args.sets.iter().find(|name| !rows.iter().any(|row| row.name == *name)) {
        let names: Vec<_> = rows.iter().map(|row| row.name).collect();
        return Err(Error::config(format!("no row is called {unknown}; choose {}", names.join(", "))));
    }
    for row in rows.iter().filter(|row| args.sets.is_empty() || args.sets.iter().any(|name| name == row.name))
    {
        for coupling in &args.couplings {
            for predicts in &args.predicts {
                for loss in &args.loss {
                    print_row(args, row, coupling, [predicts, loss])?;
                }
            }
        }
    }
    Ok(())
}

fn prediction(name: &str) -> Result<Prediction> {
    let found = Prediction::ALL.into_iter().find(|p| serde_json::json!(p) == name);
    found.ok_or_else(|| {
        Error::config(format!("no prediction is called {name}; choose velocity, data or noise"))
    })
}

fn print_row(args: &Args, row: &Row, coupling: &str, [predicts, loss]: [&str; 2]) -> Result<()> {
    let (kind, published) = match coupling {
        "ot" => (CouplingKind::Ot, row.published[0]),
        "independent" => (CouplingKind::Independent, row.published[1]),
        other => {
            return Err(Error::config(format!("no coupling is called {other}; choose ot or independent")));
        }
    };
    let start = Instant::now();
    let measured: Vec<(Figures, f64)> = (0..args.seeds)
        .map(|seed| {
            let (source, target) = (row.source.clone(), row.target.clone());
            let (predicts, loss) = (prediction(predicts)?, prediction(loss)?);
            let config =
                LabConfig { source, target, coupling: kind, predicts, loss, seed, ..LabConfig::default() };
            measure(args, config)
        })
        .collect::<Result<_>>()?;
    let column =
        |f: fn(&(Figures, f64)) -> f64| mean_and_deviation(&measured.iter().map(f).collect::<Vec<_>>());
    println!(
        "| {} | {coupling} | {predicts} | {loss} | {} | {published} | {} | {} | {} | {:.1} |",
        row.name,
        column(|(f, _)| f.w2),
        column(|(_, floor)| *floor),
        column(|(f, _)| f.normalized_path_energy),
        column(|(f, _)| f.straightness),
        start.elapsed().as_secs_f64() / 60.0,
    );
    Ok(())
}

fn measure(args: &Args, config: LabConfig) -> Result<(Figures, f64)> {
    let opened = block_on(Engine::Cpu.open())?;
    let mut lab = Lab::new(config, &opened)?;
    for begun in (0..args.steps).step_by(500) {
        block_on(lab.train(500.min(args.steps - begun)))?;
    }
    let figures = block_on(lab.figures(args.samples, Sampling::ode(Solver::Euler, args.euler)))?;
    Ok((figures, lab.floor(args.samples, 1)?.0))
}
