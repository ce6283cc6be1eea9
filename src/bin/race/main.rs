//! Few-step methods against each other in the plane: `cargo run --profile native --features
//! cli --bin race`. Exact W2 at each number of evaluations, over seeds.

#[path = "../common/mod.rs"]
mod common;
mod page;
#[path = "../common/summary.rs"]
mod summary;

use clap::Parser;
use flow_lab::data::plane::{Distribution, PublishedSet};
use flow_lab::device::Engine;
use flow_lab::error::{Error, Result};
use flow_lab::race::{Method, Race, RaceConfig};
use pollster::block_on;
use std::path::PathBuf;
use std::time::Instant;
use summary::mean_and_deviation;

/// Print W2 against the number of evaluations for every method, mean ± standard deviation over seeds.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Training steps of each method.
    #[arg(long, default_value_t = 10_000)]
    steps: u64,
    /// Seeds: 0, 1, …
    #[arg(long, default_value_t = 5)]
    seeds: u32,
    /// Samples on each side of W2.
    #[arg(long, default_value_t = 2000)]
    samples: usize,
    /// Numbers of evaluations.
    #[arg(long, value_delimiter = ',', default_value = "1,2,4,8,16,32")]
    nfe: Vec<usize>,
    /// Methods beside the flow; a second mention of reflow is a second round.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "reflow,reflow,consistency,distillation,shortcut,mean-flow,improved-mean-flow,alpha-flow,lagrangian,semigroup,drifting"
    )]
    methods: Vec<String>,
    /// Problems: checkerboard, moons-8gaussians.
    #[arg(long, value_delimiter = ',', default_value = "checkerboard,moons-8gaussians")]
    sets: Vec<String>,
    /// Runs the page's own race of all methods instead and writes this module, what the page shows before anything is trained.
    #[arg(long)]
    page: Option<PathBuf>,
    /// α of α-Flow, held (without it: it falls from 1 to 0).
    #[arg(long)]
    alpha: Option<f64>,
    /// Width of the hidden layers.
    #[arg(long, default_value_t = RaceConfig::default().width)]
    width: usize,
}

fn main() {
    common::main("race", run(&Args::parse()));
}

fn ends(name: &str) -> Result<(Distribution, Distribution)> {
    let published = |set| Distribution::Published { set };
    match name {
        "checkerboard" => Ok((Distribution::Gaussian, Distribution::Checkerboard)),
        "moons-8gaussians" => {
            Ok((published(PublishedSet::WideMoons), published(PublishedSet::WideEightGaussians)))
        }
        other => Err(Error::config(format!(
            "no problem is called {other}; choose checkerboard or moons-8gaussians"
        ))),
    }
}

fn run(args: &Args) -> Result<()> {
    if let Some(file) = &args.page {
        return page::write(file);
    }
    let methods = args.methods.iter().map(|id| {
        let found = Method::ALL.into_iter().find(|m| m.id() == id);
        found.ok_or_else(|| Error::config(format!("no method is called {id}")))
    });
    let methods = methods.collect::<Result<Vec<_>>>()?;
    for set in &args.sets {
        let (source, target) = ends(set)?;
        let config = RaceConfig {
            source,
            target,
            methods: methods.clone(),
            steps: args.steps,
            width: args.width,
            alpha: args.alpha,
            ..RaceConfig::default()
        };
        table(args, set, &config)?;
    }
    Ok(())
}

fn table(args: &Args, set: &str, config: &RaceConfig) -> Result<()> {
    let start = Instant::now();
    let opened = block_on(Engine::Cpu.open())?;
    let races = (0..args.seeds).map(|seed| {
        let mut race = Race::new(RaceConfig { seed, ..config.clone() }, &opened)?;
        while block_on(race.train(500))?.is_some() {}
        Ok(race)
    });
    let races = races.collect::<Result<Vec<_>>>()?;
    let floors: Vec<f64> =
        races.iter().map(|race| Ok(race.floor(args.samples, 1)?.0)).collect::<Result<_>>()?;
    println!(
        "\n{set}: {} steps each, {} seeds, {} samples; W2 of fresh data to fresh data {}; {:.1} minutes of training",
        args.steps,
        args.seeds,
        args.samples,
        mean_and_deviation(&floors),
        start.elapsed().as_secs_f64() / 60.0
    );
    let nfes: Vec<String> = args.nfe.iter().map(|n| format!("W2 at {n} NFE")).collect();
    println!("| method | {} |", nfes.join(" | "));
    println!("|---|{}", "---|".repeat(args.nfe.len()));
    let names = races.first().map(Race::methods).unwrap_or_default();
    for (i, method) in names.iter().enumerate() {
        let cells = args.nfe.iter().map(|&nfe| {
            let w2 = races.iter().map(|race| Ok(block_on(race.run(i, args.samples, nfe))?.w2));
            Ok(mean_and_deviation(&w2.collect::<Result<Vec<_>>>()?))
        });
        println!("| {} | {} |", method.label(), cells.collect::<Result<Vec<_>>>()?.join(" | "));
    }
    Ok(())
}
