//! Judges a network of digits or of emoji: `cargo run --profile native --features cli --bin
//! evaluate -- --data DIR --weights FILE`. The classifier of digits is trained once and kept, the judge of emoji
//! is in `training/`.

#[path = "../common/classifier.rs"]
mod classifier;
#[path = "../common/mod.rs"]
mod common;
mod edits;
mod emoji;
mod judge;
#[path = "../common/setting.rs"]
mod setting;

use burn::tensor::{Device, Tensor, TensorData};
use clap::Parser;
use classifier::Classifier;
use flow_lab::data::Images;
use flow_lab::error::{Error, Result};
use flow_lab::field::{Condition, one_hot};
use flow_lab::metrics::{class_diversity, frechet_distance, nearest_distance};
use flow_lab::net::Classed;
use flow_lab::path::AffinePath;
use flow_lab::rng::{Rng, Stream};
use flow_lab::sample::{Guidance, SampleConfig, Sampler, Spacing, map_steps, read};
use flow_lab::solver::{Solver, Tolerance};
use flow_lab::weights::{self, Loaded};
use serde::Serialize;
use setting::Setting;
use std::path::PathBuf;

/// Print quality against the number of function evaluations, for each solver.
#[derive(Parser)]
#[command(version)]
struct Args {
    #[command(flatten)]
    setting: Setting,
    /// The weights to judge.
    #[arg(long)]
    weights: PathBuf,
    /// Where the classifier is kept; it is trained where the file does not exist.
    #[arg(long, default_value = "classifier.bpk")]
    classifier: PathBuf,
    /// Samples for each row, classes in turn.
    #[arg(long, default_value_t = 2000)]
    samples: usize,
    /// Guidance weights.
    #[arg(long, value_delimiter = ',', default_value = "1,1.5,2")]
    guidance: Vec<f64>,
    /// Guide only while t lies between these two (Kynkäänniemi et al. 2024).
    #[arg(long, value_delimiter = ',', default_value = "0,1", num_args = 1..)]
    interval: Vec<f64>,
    /// Solvers.
    #[arg(long, value_delimiter = ',', default_value = "euler,midpoint,heun,rk4,dopri5")]
    solvers: Vec<String>,
    /// Numbers of function evaluations; a method with s stages makes NFE / s steps, and none where that is
    /// not whole. For dopri5 each names a tolerance of 10^-1 / NFE.
    #[arg(long, value_delimiter = ',', default_value = "1,2,4,8,16,32")]
    nfe: Vec<usize>,
    /// Training images that generated ones are compared with (all of them take long).
    #[arg(long, default_value_t = 60_000)]
    neighbors: usize,
    /// Also write the rows to this file, as JSON that the page reads.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Carry so many test digits to their noise and back, with every solver (0: none).
    #[arg(long, default_value_t = 0)]
    round_trip: usize,
    /// Inpaint so many test digits of which a part was erased (0: none).
    #[arg(long, default_value_t = 0)]
    inpaint: usize,
    /// The judge of emoji.
    #[arg(long, default_value = "training/emoji-judge.safetensors")]
    judge: PathBuf,
    /// Restyle so many held-out emoji, and carry them to their noise and back (0: none).
    #[arg(long, default_value_t = 0)]
    restyle: usize,
}

/// Pairs a class when measuring diversity: the standard error of the mean distance is below 1 %.
const PAIRS: usize = 2000;

fn main() {
    common::main("evaluate", run(&Args::parse()));
}

/// What every row is measured against.
struct Reference {
    judge: Classifier,
    test: Vec<Vec<f32>>,
    diversity: f64,
    training: Vec<f32>,
}

fn run(args: &Args) -> Result<()> {
    let device = args.setting.device()?;
    let bytes = std::fs::read(&args.weights)
        .map_err(|e| Error::data(format!("{}: {e}", args.weights.display())).because(e))?;
    let loaded = weights::from_bytes(&bytes, &device)?;
    if loaded.header.net.colors() == 3 {
        return emoji::run(args, &loaded, &device);
    }
    let (train, test) = (args.setting.digits("train")?, args.setting.digits("t10k")?);
    for digits in [&train, &test] {
        digits.check(28 * 28, &[10])?; // what the classifier takes
    }
    let judge = Classifier::kept(&args.classifier, &train, args.setting.seed, &device)?;
    let accuracy = judge.accuracy(&test, &device);
    println!("classifier: {:.2} % of the {} real test digits", 100.0 * accuracy, test.len());
    if accuracy < 0.992 {
        return Err(Error::numeric(
            "the classifier is right on less than 99.2 %: remove its file to train it again",
        ));
    }
    let reference = reference(args, judge, &train, &test, &device)?;

    if args.round_trip > 0 {
        edits::round_trip(args, &loaded, &test, args.round_trip, &device)?;
    }
    if args.inpaint > 0 {
        edits::inpainted(args, &loaded, &test, args.inpaint, &reference, &device)?;
    }
    if args.round_trip + args.inpaint > 0 {
        return Ok(());
    }
    println!(
        "| solver | guidance | NFE | recognized | Fréchet | diversity of real | nearest training image |"
    );
    println!("|---|---|---|---|---|---|---|");
    let rows = configs(args, &loaded)?
        .into_iter()
        .map(|config| row(args, &loaded, config, &reference, &device))
        .collect::<Result<Vec<_>>>()?;
    write_rows(args, &rows)
}

/// Writes the rows for the page, where that is asked for.
fn write_rows<T: Serialize>(args: &Args, rows: &[T]) -> Result<()> {
    let Some(file) = &args.json else { return Ok(()) };
    let figures = serde_json::json!({ "samples": args.samples, "seed": args.setting.seed, "rows": rows });
    std::fs::write(file, format!("{figures:#}\n"))
        .map_err(|e| Error::data(format!("{}: {e}", file.display())).because(e))
}

/// What the rows of the table are sampled with. A flow map takes its own steps, and guidance is in its weights.
fn configs(args: &Args, loaded: &Loaded) -> Result<Vec<SampleConfig>> {
    if loaded.header.net.is_map() {
        let config = |&nfe| config(Solver::Euler, nfe, Guidance::NONE);
        return Ok(args.nfe.iter().filter_map(config).collect());
    }
    let &[from, to] = args.interval.as_slice() else {
        return Err(Error::config("--interval takes two times, as in 0.2,0.9"));
    };
    let mut configs = Vec::new();
    for id in &args.solvers {
        let solver = Solver::from_id(id).ok_or_else(|| Error::config(format!("no solver is called {id}")))?;
        for &weight in &args.guidance {
            let guidance = Guidance { weight, from, to };
            configs.extend(args.nfe.iter().filter_map(|&nfe| config(solver, nfe, guidance)));
        }
    }
    Ok(configs)
}

fn config(solver: Solver, nfe: usize, guidance: Guidance) -> Option<SampleConfig> {
    let stages = solver.tableau().stages();
    let tolerance = 0.1 / nfe as f64;
    let tolerance = Tolerance { absolute: tolerance, relative: tolerance };
    let steps = if solver.is_adaptive() { 1 } else { nfe / stages };
    let whole = solver.is_adaptive() || nfe.is_multiple_of(stages);
    whole.then_some(SampleConfig {
        solver,
        steps,
        spacing: Spacing::Uniform,
        tolerance,
        guidance,
        corrections: 0,
    })
}

fn reference(
    args: &Args,
    judge: Classifier,
    train: &Images,
    test: &Images,
    device: &Device,
) -> Result<Reference> {
    let (test_features, _) = judge.judge(&test.values, device);
    let half = train.pick(0..train.len() / 2);
    let (half_features, _) = judge.judge(&half.values, device);
    let few = args.samples.min(half_features.len());
    println!(
        "floor: Fréchet distance of {} real training digits to the test set {:.3}, of {few} of them {:.3}",
        half_features.len(),
        frechet_distance(&half_features, &test_features)?,
        frechet_distance(&half_features[..few], &test_features)?,
    );
    let diversity = class_diversity(&test_features, &test.labels, PAIRS, args.setting.seed);
    let training = train.pick(0..args.neighbors.min(train.len())).values;
    println!(
        "real test digits: diversity {diversity:.3}, median distance to the nearest of {} training digits {:.2}",
        training.len() / train.dim,
        nearest_distance(&test.values[..200 * test.dim], &training, test.dim)
    );
    Ok(Reference { judge, test: test_features, diversity, training })
}

/// A row of the table.
#[derive(Serialize)]
struct Row {
    solver: &'static str,
    guidance: f64,
    nfe: usize,
    /// Share recognized as the class asked for.
    recognized: f64,
    /// Fréchet distance in the classifier's features to the real test digits.
    frechet: f64,
    /// Mean distance within a class, as a share of the real test digits'.
    diversity: f64,
    /// Median distance to the nearest training image, in pixels' units.
    nearest: f64,
}

fn row(args: &Args, loaded: &Loaded, config: SampleConfig, real: &Reference, device: &Device) -> Result<Row> {
    let (images, labels, nfe) = samples(args, loaded, config, device)?;
    let (features, taken) = real.judge.judge(&images, device);
    let right = taken.iter().zip(&labels).filter(|(a, b)| a == b).count();
    let pixels = loaded.header.net.dim();
    let row = Row {
        solver: if loaded.header.net.is_map() { "flow map" } else { config.solver.id() },
        guidance: config.guidance.weight,
        nfe,
        recognized: right as f64 / labels.len() as f64,
        frechet: frechet_distance(&features, &real.test)?,
        diversity: class_diversity(&features, &labels, PAIRS, args.setting.seed) / real.diversity,
        nearest: nearest_distance(&images[..200.min(labels.len()) * pixels], &real.training, pixels),
    };
    println!(
        "| {} | {} | {nfe} | {:.2} % | {:.3} | {:.1} % | {:.2} |",
        row.solver,
        row.guidance,
        100.0 * row.recognized,
        row.frechet,
        100.0 * row.diversity,
        row.nearest,
    );
    Ok(row)
}

/// Images, the class asked for of each, and the evaluations made.
fn samples(
    args: &Args,
    loaded: &Loaded,
    config: SampleConfig,
    device: &Device,
) -> Result<(Vec<f32>, Vec<u8>, usize)> {
    let labels: Vec<u8> = (0..args.samples).map(|i| (i % 10) as u8).collect();
    let condition = |part: &[u8]| {
        let rows: Vec<Option<u8>> = part.iter().copied().map(Some).collect();
        one_hot(&rows, loaded.header.net.classes(), device)
    };
    let (images, nfe) = drawn(args, loaded, config, &labels, 200, condition)?;
    Ok((images, labels, nfe))
}

/// Images in [−1, 1] for `labels`, `batch` at a time, and the evaluations made (the largest over batches).
fn drawn<T>(
    args: &Args,
    loaded: &Loaded,
    config: SampleConfig,
    labels: &[T],
    batch: usize,
    condition: impl Fn(&[T]) -> Result<Condition>,
) -> Result<(Vec<f32>, usize)> {
    let dim = loaded.header.net.dim();
    let path = AffinePath::new(loaded.header.schedule)?;
    let mut noise = Rng::new(args.setting.seed, Stream::Noise);
    let (mut images, mut most) = (Vec::new(), 0);
    for part in labels.chunks(batch) {
        let (n, condition) = (part.len(), condition(part)?);
        let x0 =
            Tensor::<2>::from_data(TensorData::new(noise.normals(n * dim), [n, dim]), &condition.device());
        let (x, nfe) = if loaded.header.net.is_map() {
            let map = Classed { net: &loaded.net, condition };
            (map_steps(&map, x0, config.steps), config.steps)
        } else {
            let sampler = Sampler::new(config, path, x0, Some(condition))?;
            pollster::block_on(sampler.finish(&loaded.net))?
        };
        images.extend(pollster::block_on(read(x))?.into_iter().map(|v| v.clamp(-1.0, 1.0)));
        most = most.max(nfe);
    }
    Ok((images, most))
}
