//! Few-step methods against each other in the plane: `cargo run --profile native --features
//! cli --bin race`. Exact W2, or an estimate of the KL divergence, at each number of evaluations, over seeds.

#[path = "../common/mod.rs"]
mod common;
mod page;
#[path = "../common/summary.rs"]
mod summary;

use clap::Parser;
use flow_lab::data::plane::{CHECKERBOARD_HALF, Distribution, PublishedSet, checkerboard_density};
use flow_lab::device::Engine;
use flow_lab::error::{Error, Result};
use flow_lab::metrics::histogram_kl;
use flow_lab::points::Point;
use flow_lab::race::{Method, Race, RaceConfig};
use flow_lab::rng::{Rng, Stream};
use pollster::block_on;
use std::path::PathBuf;
use std::time::Instant;
use summary::mean_and_deviation;

/// Print W2, or the KL divergence, against the number of evaluations for every method, mean ± standard deviation over seeds.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Training steps of each method.
    #[arg(long, default_value_t = 10_000)]
    steps: u64,
    /// Seeds: 0, 1, …
    #[arg(long, default_value_t = 5)]
    seeds: u32,
    /// Samples on each side of W2, or in the histogram.
    #[arg(long, default_value_t = 2000)]
    samples: usize,
    /// Print the KL divergence from the checkerboard, estimated on a grid of so many by so many squares, in place of W2 (Boffi et al. 2025: 50).
    #[arg(long)]
    kl: Option<usize>,
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
    if args.kl.is_some() && args.sets != ["checkerboard"] {
        return Err(Error::config("only the checkerboard's density is known: add --sets checkerboard"));
    }
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
        races.iter().enumerate().map(|(seed, race)| floor(args, race, seed)).collect::<Result<_>>()?;
    let figure = if args.kl.is_some() { "KL" } else { "W2" };
    println!(
        "\n{set}: {} steps each, {} seeds, {} samples; {figure} of fresh data {}; {:.1} minutes of training",
        args.steps,
        args.seeds,
        args.samples,
        mean_and_deviation(&floors),
        start.elapsed().as_secs_f64() / 60.0
    );
    let nfes: Vec<String> = args.nfe.iter().map(|n| format!("{figure} at {n} NFE")).collect();
    println!("| method | {} |", nfes.join(" | "));
    println!("|---|{}", "---|".repeat(args.nfe.len()));
    let names = races.first().map(Race::methods).unwrap_or_default();
    for (i, method) in names.iter().enumerate() {
        let cells = args.nfe.iter().map(|&nfe| {
            let figures = races.iter().map(|race| match args.kl {
                Some(cells) => Ok(kl(&block_on(race.ends(i, args.samples, nfe))?, cells)),
                None => Ok(block_on(race.run(i, args.samples, nfe))?.w2),
            });
            Ok(mean_and_deviation(&figures.collect::<Result<Vec<_>>>()?))
        });
        println!("| {} | {} |", method.label(), cells.collect::<Result<Vec<_>>>()?.join(" | "));
    }
    Ok(())
}

/// The figure of fresh data: what no method can go below, but by chance.
fn floor(args: &Args, race: &Race, seed: usize) -> Result<f64> {
    let Some(cells) = args.kl else { return Ok(race.floor(args.samples, 1)?.0) };
    let fresh = Distribution::Checkerboard.sampler()?;
    Ok(kl(&fresh.draw(args.samples, &mut Rng::new(seed as u64, Stream::Fresh)), cells))
}

fn kl(x: &[Point], cells: usize) -> f64 {
    histogram_kl(x, CHECKERBOARD_HALF, cells, checkerboard_density)
}
