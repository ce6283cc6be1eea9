//! Digits in two dimensions: `cargo run --profile native --features cli --bin latent -- --data DIR --out DIR`. Trains an autoencoder, writes its
//! decoder with codes of real digits, trains a flow on these codes, and judges what it makes.

mod autoencoder;
#[path = "../common/classifier.rs"]
mod classifier;
#[path = "../common/mod.rs"]
mod common;
mod figures;
#[path = "../common/setting.rs"]
mod setting;

use autoencoder::{Autoencoder, Schooling};
use clap::Parser;
use classifier::Classifier;
use flow_lab::data::Images;
use flow_lab::data::plane::PointSet;
use flow_lab::device::{Engine, Opened};
use flow_lab::error::{Error, Result};
use flow_lab::latent::{Latent, LatentConfig};
use setting::Setting;
use std::path::{Path, PathBuf};

/// Train an autoencoder of digits with two latent dimensions, and judge a flow in its latent space.
#[derive(Parser)]
#[command(version)]
struct Args {
    #[command(flatten)]
    setting: Setting,
    /// Folder for weights.safetensors and figures.json.
    #[arg(long)]
    out: PathBuf,
    /// Where the classifier is kept that judges digits; it is trained where the file does not exist.
    #[arg(long, default_value = "classifier.bpk")]
    classifier: PathBuf,
    /// Digits drawn in training, as a multiple of the data set.
    #[arg(long, default_value_t = 60)]
    epochs: usize,
    /// Weight of the classes' cross-entropy in the autoencoder's loss (0: no labels are used).
    #[arg(long, default_value_t = 0.1)]
    labels: f64,
    /// Training digits whose codes the flow learns, classes in turn; at most 2,000.
    #[arg(long, default_value_t = PointSet::MOST)]
    codes: usize,
    /// Training steps of the flow.
    #[arg(long, default_value_t = 3000)]
    steps: usize,
    /// Euler steps of its samples.
    #[arg(long, default_value_t = 32)]
    euler: usize,
    /// Samples.
    #[arg(long, default_value_t = 2000)]
    samples: usize,
}

fn main() {
    common::main("latent", run(&Args::parse()));
}

fn run(args: &Args) -> Result<()> {
    if !(1..=PointSet::MOST).contains(&args.codes) {
        return Err(Error::config(format!("--codes must be 1 to {}, not {}", PointSet::MOST, args.codes)));
    }
    let device = args.setting.device()?;
    let opened = pollster::block_on(Engine::Cpu.open())?;
    let (train, test) = (args.setting.digits("train")?, args.setting.digits("t10k")?);
    for digits in [&train, &test] {
        digits.check(28 * 28, &[10])?;
    }
    let judge = Classifier::kept(&args.classifier, &train, args.setting.seed, &device)?;
    let how = Schooling { epochs: args.epochs, labels: args.labels, seed: args.setting.seed };
    let net = Autoencoder::train(&train, &how, &device)?;
    let latent = latent(&net, &train, args.codes, &opened)?;
    let bytes = pollster::block_on(latent.to_bytes())?;
    write(&args.out.join("weights.safetensors"), &bytes)?;
    // As the page has it: in half precision, codes encoded.
    let latent = Latent::from_bytes(&bytes, &opened)?;
    let found = figures::measure(args, (&net, &latent), &test, &judge, &device)?;
    let json = serde_json::to_string_pretty(&found).map_err(|e| Error::data(e.to_string()))?;
    println!("{} bytes\n{json}", bytes.len());
    write(&args.out.join("figures.json"), format!("{json}\n").as_bytes())
}

/// The decoder with the codes of `n` training digits, classes in turn.
fn latent(net: &Autoencoder, train: &Images, n: usize, opened: &Opened) -> Result<Latent> {
    let of_class = |class| (0..train.len()).filter(move |&i| train.labels[i] == class);
    let mut classes: Vec<_> = (0..10).map(of_class).collect();
    let chosen: Option<Vec<usize>> = (0..n).map(|k| classes[k % 10].next()).collect();
    let chosen =
        chosen.ok_or_else(|| Error::data(format!("a class has fewer than {} digits", n.div_ceil(10))))?;
    let all = net.codes(train, &opened.device);
    let config = LatentConfig {
        decoder: autoencoder::decoder(),
        codes: PointSet::new(chosen.iter().map(|&i| all[i]).collect())?.encode(),
        labels: chosen.iter().map(|&i| char::from(b'0' + train.labels[i])).collect(),
    };
    Latent::new(config, net.decoder.clone(), opened)
}

fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |e: std::io::Error| Error::data(format!("{}: {e}", file.display())).because(e);
    file.parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(file, bytes))
        .map_err(failed)
}
