//! Trains a network of images: `cargo run --profile native --features cli --bin
//! pretrain -- --data DIR --out DIR`. Stop it at any time; the same command goes on from the checkpoint.

#[path = "common/agree.rs"]
mod agree;
mod common;
#[path = "common/setting.rs"]
mod setting;

use burn::tensor::Device;
use clap::Parser;
use flow_lab::data::{Images, read_folder, read_sheet};
use flow_lab::error::{Error, Result};
use flow_lab::field::Guidance;
use flow_lab::net::{ConvConfig, MixerConfig, Net, NetConfig};
use flow_lab::path::Schedule;
use flow_lab::train::{
    Checkpoint, Distill, ImageBatches, ImageConfig, LearningRate, OptimConfig, StepReport, TimeSampling,
    Trainer,
};
use flow_lab::weights::{self, Header, Loaded};
use setting::Setting;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Train a class-conditional velocity network on images by conditional flow matching.
#[derive(Parser)]
#[command(version)]
struct Args {
    #[command(flatten)]
    setting: Setting,
    /// Folder for the checkpoint, weights.safetensors and log.csv.
    #[arg(long)]
    out: PathBuf,
    /// The network: mixer or conv (for digits), emoji, or its settings as JSON as they stand in a weights file.
    #[arg(long, default_value = "mixer")]
    net: String,
    /// Steps in all; the learning rate falls to its floor at the last one.
    #[arg(long, default_value_t = 12_000)]
    steps: u64,
    /// Samples a step.
    #[arg(long, default_value_t = 128)]
    batch: usize,
    /// Highest learning rate.
    #[arg(long, default_value_t = 2e-3)]
    lr: f64,
    /// Decay of the weights' average.
    #[arg(long, default_value_t = 0.999)]
    ema: f64,
    /// Share of labels dropped.
    #[arg(long, default_value_t = 0.1)]
    dropout: f64,
    /// Draw times logit-normally instead of uniformly.
    #[arg(long)]
    logit_normal: bool,
    /// sigma_min of the conditional optimal transport path.
    #[arg(long, default_value_t = 0.0)]
    sigma_min: f64,
    /// Begin at the weights of this file, made by an earlier run, in place of a random network.
    #[arg(long, conflicts_with = "net")]
    from: Option<PathBuf>,
    /// What is trained: flow (a velocity network), or few-step (a flow map, distilled from --teacher).
    #[arg(long, default_value = "flow")]
    objective: String,
    /// The velocity network that a few-step network learns from, and begins as without --from.
    #[arg(long, conflicts_with = "net", required_if_eq("objective", "few-step"))]
    teacher: Option<PathBuf>,
    /// The teacher's guidance.
    #[arg(long, default_value_t = 2.0)]
    guidance: f64,
    /// The teacher is guided while t lies between these two.
    #[arg(long, value_delimiter = ',', default_value = "0.2,0.45", num_args = 1..)]
    interval: Vec<f64>,
    /// Stop after this many minutes, with a checkpoint (0: run to the end).
    #[arg(long, default_value_t = 0.0)]
    minutes: f64,
}

fn main() {
    common::main("pretrain", run(&Args::parse()));
}

fn net_config(kind: &str) -> Result<NetConfig> {
    match kind {
        "mixer" => Ok(NetConfig::Mixer(MixerConfig::digits())),
        "conv" => Ok(NetConfig::Conv(ConvConfig::digits())),
        "emoji" => Ok(NetConfig::Conv(ConvConfig::emoji())),
        json => serde_json::from_str(json).map_err(|e| {
            Error::config(format!("--net {json}: choose mixer, conv, emoji or JSON settings ({e})"))
                .because(e)
        }),
    }
}

fn distill(args: &Args) -> Result<Option<Distill>> {
    match args.objective.as_str() {
        "flow" if args.teacher.is_some() => Err(Error::config("--teacher is for --objective few-step")),
        "flow" => Ok(None),
        "few-step" => {
            let &[from, to] = args.interval.as_slice() else {
                return Err(Error::config("--interval takes two times, as in 0.2,0.9"));
            };
            Ok(Some(Distill { guidance: Guidance { weight: args.guidance, from, to }, levels: LEVELS }))
        }
        other => Err(Error::config(format!("no objective is called {other}; choose flow or few-step"))),
    }
}

/// Intervals of a few-step network: 1 to 1/16, so that it takes 1, 2, 4, 8 or 16 steps.
const LEVELS: u32 = 5;

fn load(file: &Path, device: &Device) -> Result<Loaded> {
    let bytes =
        std::fs::read(file).map_err(|e| Error::data(format!("{}: {e}", file.display())).because(e))?;
    weights::from_bytes(&bytes, device)
}

/// The images to train on: a sheet of emoji without those that are held out, IDX files, or folders of pictures.
fn images(args: &Args, net: &NetConfig) -> Result<Images> {
    let folder = &args.setting.data;
    if folder.join("emoji.webp").exists() {
        let [train, _] = read_sheet(folder, net.side())?.split();
        return Ok(train.images);
    }
    let failed = |e: std::io::Error| Error::data(format!("{}: {e}", folder.display())).because(e);
    let entries =
        std::fs::read_dir(folder).map_err(failed)?.collect::<std::io::Result<Vec<_>>>().map_err(failed)?;
    if entries.iter().any(|entry| entry.file_name().to_string_lossy().starts_with("train-images")) {
        return args.setting.digits("train");
    }
    let (images, names) = read_folder(folder, net.side(), net.colors())?;
    println!("classes: {}", names.join(", "));
    Ok(images)
}

fn run(args: &Args) -> Result<()> {
    let seed = args.setting.seed;
    let config = ImageConfig {
        optim: OptimConfig {
            rate: LearningRate {
                peak: args.lr,
                warmup: 300.min(args.steps / 10 + 1),
                steps: args.steps,
                floor: 0.01,
            },
            weight_decay: 0.01,
            clip: Some(1.0),
            ema: args.ema,
        },
        batch: args.batch,
        label_dropout: args.dropout,
        time: if args.logit_normal {
            TimeSampling::LogitNormal { mean: 0.0, std: 1.0 }
        } else {
            TimeSampling::Uniform
        },
        schedule: Schedule::CondOt { sigma_min: args.sigma_min },
        seed,
        distill: distill(args)?,
    };
    let device = args.setting.device()?.autodiff();
    let teacher = match &args.teacher {
        Some(file) => Some(load(file, &args.setting.device()?)?),
        None => None,
    };
    let (net, module) = match (&args.from, &args.teacher) {
        (Some(file), _) => {
            let loaded = load(file, &device)?;
            (loaded.header.net, loaded.net)
        }
        // Only a few-step network has a teacher.
        (None, Some(file)) => {
            let loaded = load(file, &device)?;
            let (module, net) = loaded.net.into_map(&loaded.header.net, &device)?;
            (net, module)
        }
        (None, None) => {
            let net = net_config(&args.net)?;
            let module = net.init(seed, &device)?;
            (net, module)
        }
    };
    let data = images(args, &net)?;
    data.check(net.dim(), &net.groups())?;
    if args.setting.device != "cpu" {
        let velocity = teacher.as_ref().map_or(&net, |teacher| &teacher.header.net);
        agree::check(&device, velocity, &config, &data)?;
    }
    let mut trainer = Trainer::new(module, config.optim)?;
    let checkpoint = Checkpoint::new(&args.out);
    if checkpoint.exists() {
        trainer = checkpoint.restore(trainer, &config)?;
        println!("resumed at step {}", trainer.steps_done());
    }
    println!(
        "{net:?}: {} parameters, {:.1} MFLOP an evaluation; {} images",
        burn::module::Module::num_params(&trainer.module),
        net.flop() as f64 / 1e6,
        data.len()
    );
    if net.is_map() != config.distill.is_some() {
        return Err(Error::config("--from names a network of the other objective"));
    }
    let batches = ImageBatches::new(config.clone(), &data, net.groups(), device.clone())?;
    let step = |trainer: &mut Trainer<Net>| match (&config.distill, &teacher) {
        (Some(distill), Some(teacher)) => distill.step(trainer, &teacher.net, &batches, &device),
        _ => Ok(trainer.step(batches.draw(trainer.steps_done())?)),
    };
    train(args, &net, &config, &step, trainer, &checkpoint)
}

fn train(
    args: &Args,
    net: &NetConfig,
    config: &ImageConfig,
    step: &dyn Fn(&mut Trainer<Net>) -> Result<StepReport>,
    mut trainer: Trainer<Net>,
    checkpoint: &Checkpoint,
) -> Result<()> {
    let start = Instant::now();
    let first = trainer.steps_done();
    let (mut losses, mut saved) = (Vec::new(), Instant::now());
    while trainer.steps_done() < args.steps {
        let report = step(&mut trainer)?;
        let (loss, norm) = pollster::block_on(report.read())?;
        losses.push(loss);
        let done = trainer.steps_done();
        let out_of_time = args.minutes > 0.0 && start.elapsed().as_secs_f64() > 60.0 * args.minutes;
        if done.is_multiple_of(100) || done == args.steps {
            let mean = losses.iter().sum::<f32>() / losses.len() as f32;
            losses.clear();
            let rate = (done - first) as f64 / start.elapsed().as_secs_f64();
            let left = (args.steps - done) as f64 / rate / 60.0;
            println!(
                "step {done}/{} loss {mean:.4} grad {:.3} lr {:.2e} {rate:.2} steps/s, {left:.1} min left",
                args.steps,
                norm.unwrap_or(f32::NAN),
                report.rate
            );
            log(&args.out, done, mean, start.elapsed().as_secs_f64())?;
        }
        if saved.elapsed().as_secs() > 120 || done == args.steps || out_of_time {
            save(args, net, config, &trainer, checkpoint)?;
            saved = Instant::now();
        }
        if out_of_time {
            println!("stopped at step {done} after {} minutes; run again to go on", args.minutes);
            break;
        }
    }
    Ok(())
}

fn save(
    args: &Args,
    net: &NetConfig,
    config: &ImageConfig,
    trainer: &Trainer<Net>,
    checkpoint: &Checkpoint,
) -> Result<()> {
    checkpoint.save(trainer, config)?;
    let header = Header { net: net.clone(), schedule: config.schedule };
    let bytes = pollster::block_on(weights::to_bytes(&trainer.average(), &header))?;
    let path = args.out.join("weights.safetensors");
    std::fs::write(&path, bytes).map_err(|e| Error::data(format!("{}: {e}", path.display())).because(e))
}

fn log(out: &Path, step: u64, loss: f32, seconds: f64) -> Result<()> {
    use std::io::Write;
    let path = out.join("log.csv");
    std::fs::create_dir_all(out)
        .and_then(|()| std::fs::OpenOptions::new().create(true).append(true).open(&path))
        .and_then(|mut file| writeln!(file, "{step},{loss},{seconds:.1}"))
        .map_err(|e| Error::data(format!("{}: {e}", path.display())).because(e))
}
