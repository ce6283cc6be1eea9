//! Emoji judged: are they of the category and the style asked for, how far are they from the training set, are they copies of it; and
//! restyled, are they nearer to their namesakes in the other style.

use super::judge::Judge;
use super::{Args, config, configs, drawn, write_rows};
use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::data::{Images, Pictures, read_sheet};
use flow_lab::error::Result;
use flow_lab::field::{Condition, Guidance, one_hot_groups};
use flow_lab::metrics::{frechet_distance, nearest_distance};
use flow_lab::path::AffinePath;
use flow_lab::rng::{Rng, Stream};
use flow_lab::sample::{SampleConfig, Sampler, Spacing, read};
use flow_lab::solver::Solver;
use flow_lab::weights::Loaded;
use pollster::block_on;
use serde::Serialize;

/// Pictures whose nearest neighbors are looked for: each is compared with all of the training set.
const NEAREST: usize = 500;
/// Pictures of one batch.
const BATCH: usize = 50;
/// What restyling is measured on: from Noto to Twemoji.
const STYLES: [u8; 2] = [0, 4];

/// A row of the table.
#[derive(Serialize)]
struct Row {
    solver: &'static str,
    guidance: f64,
    nfe: usize,
    /// Share recognized as the category asked for.
    category: f64,
    /// The same of the style.
    style: f64,
    /// Fréchet distance in the judge's features to the training set.
    frechet: f64,
    /// Median root mean square difference, a value, to the nearest training picture.
    nearest: f64,
}

pub fn run(args: &Args, loaded: &Loaded, device: &Device) -> Result<()> {
    let net = &loaded.header.net;
    let pictures = read_sheet(&args.setting.data, net.side())?;
    pictures.images.check(net.dim(), &net.groups())?;
    let [train, held] = pictures.split();
    let judge = Judge::read(&args.judge, device)?;
    if args.restyle > 0 {
        return restyled(args, loaded, &held, &judge, device);
    }
    let (train, held) = (train.images, held.images);
    let real = judge.judge(&train.values).features;
    let unseen = judge.judge(&held.values);
    let [category, style] = shares(&unseen.classes, classes(&held));
    println!(
        "{} pictures to train on, {} held out: of these {:.1} % are recognized by category, {:.1} % by style; Fréchet {:.3}, nearest {:.4}",
        train.len(),
        held.len(),
        100.0 * category,
        100.0 * style,
        frechet_distance(&unseen.features, &real)?,
        nearest(&held.values, &train),
    );
    println!("| solver | guidance | NFE | category | style | Fréchet | nearest training picture |");
    println!("|---|---|---|---|---|---|---|");
    let mut rng = Rng::new(args.setting.seed, Stream::Data);
    let labels: Vec<[u8; 2]> = (0..args.samples).map(|_| classes(&train)[rng.index(train.len())]).collect();
    let mut rows = Vec::new();
    for config in configs(args, loaded)? {
        let (images, nfe) =
            drawn(args, loaded, config, &labels, BATCH, |part| condition(part, loaded, device))?;
        let verdict = judge.judge(&images);
        let [category, style] = shares(&verdict.classes, &labels);
        let row = Row {
            solver: if net.is_map() { "flow map" } else { config.solver.id() },
            guidance: config.guidance.weight,
            nfe,
            category,
            style,
            frechet: frechet_distance(&verdict.features, &real)?,
            nearest: nearest(&images, &train),
        };
        println!(
            "| {} | {} | {nfe} | {:.1} % | {:.1} % | {:.3} | {:.4} |",
            row.solver,
            row.guidance,
            100.0 * category,
            100.0 * style,
            row.frechet,
            row.nearest
        );
        rows.push(row);
    }
    write_rows(args, &rows)
}

fn condition(labels: &[[u8; 2]], loaded: &Loaded, device: &Device) -> Result<Condition> {
    let told: Vec<_> = labels.iter().map(|label| Some(&label[..])).collect();
    one_hot_groups(&told, &loaded.header.net.groups(), device)
}

/// Category and style of each.
fn classes(images: &Images) -> &[[u8; 2]] {
    images.labels.as_chunks::<2>().0
}

/// Shares of categories and of styles that are as they should be.
fn shares(found: &[[u8; 2]], wanted: &[[u8; 2]]) -> [f64; 2] {
    [0, 1].map(|k| {
        let right = found.iter().zip(wanted).filter(|(found, wanted)| found[k] == wanted[k]).count();
        right as f64 / wanted.len() as f64
    })
}

fn nearest(images: &[f32], train: &Images) -> f64 {
    let dim = train.dim;
    let few = images.len().min(NEAREST * dim);
    nearest_distance(&images[..few], &train.values, dim) / (dim as f64).sqrt()
}

fn rms(a: &[f32], b: &[f32]) -> f64 {
    let sum: f64 = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    (sum / a.len() as f64).sqrt()
}

/// Held-out emoji that both styles have, carried to their noise and back, and from their noise to the other style.
fn restyled(args: &Args, loaded: &Loaded, held: &Pictures, judge: &Judge, device: &Device) -> Result<()> {
    let name = |i: usize| held.names[i].split_once(':').map_or("", |(_, name)| name);
    let images = &held.images;
    let of = |style: u8| (0..images.len()).filter(move |&i| images.classes(i)[1] == style);
    let pairs: Vec<(usize, usize)> = of(STYLES[0])
        .filter_map(|i| of(STYLES[1]).find(|&j| name(i) == name(j)).map(|j| (i, j)))
        .take(args.restyle)
        .collect();
    let first: Vec<usize> = pairs.iter().map(|pair| pair.0).collect();
    let second: Vec<usize> = pairs.iter().map(|pair| pair.1).collect();
    let first = images.pick(first);
    let (originals, namesakes, own) = (&first.values, images.pick(second).values, classes(&first));
    let other: Vec<[u8; 2]> = own.iter().map(|&[category, _]| [category, STYLES[1]]).collect();

    let through = |start: &[f32], labels: &[[u8; 2]], steps: usize, guidance: f64, back: Option<usize>| {
        let guidance = Guidance { weight: guidance, ..Guidance::NONE };
        let config = config(Solver::Midpoint, 2 * steps, guidance).expect("an even number of evaluations");
        let corrections = back.unwrap_or(0);
        let config = SampleConfig { spacing: Spacing::Quadratic, corrections, ..config };
        run_through(loaded, config, start, labels, back.is_some(), device)
    };
    for (steps, corrections) in [(32, 0), (32, 1), (32, 2), (12, 0), (12, 1)] {
        let noise = through(originals, own, steps, 1.0, Some(corrections))?;
        let again = through(&noise, own, steps, 1.0, None)?;
        println!(
            "{} held-out emoji to their noise and back under their own style, midpoint, {steps} steps each way, equal in √t, steps to the noise corrected {corrections} times: root mean square difference {:.4}",
            pairs.len(),
            rms(&again, originals)
        );
    }
    let noise = through(originals, own, 12, 1.0, Some(1))?;
    let restyled = through(&noise, &other, 8, 1.5, None)?;
    let clamped: Vec<f32> = restyled.iter().map(|v| v.clamp(-1.0, 1.0)).collect();
    let [restyled, before, wanted] = [&clamped, originals, &namesakes].map(|x| judge.judge(x));
    let apart = |a: &[Vec<f32>]| {
        let pairs = a.iter().zip(&wanted.features);
        let all =
            pairs.map(|(a, b)| a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt());
        all.sum::<f64>() / a.len() as f64
    };
    let [category, style] = shares(&restyled.classes, &other);
    println!(
        "Noto to Twemoji (12 midpoint steps back, 8 forward, guidance 1.5): mean distance to the Twemoji namesake {:.3}, of the originals {:.3}; recognized as their category {:.1} %, as Twemoji {:.1} %",
        apart(&restyled.features),
        apart(&before.features),
        100.0 * category,
        100.0 * style,
    );
    Ok(())
}

/// Pictures from `start`: noise, or, where it goes `back`, pictures to their noise.
fn run_through(
    loaded: &Loaded,
    config: SampleConfig,
    start: &[f32],
    labels: &[[u8; 2]],
    back: bool,
    device: &Device,
) -> Result<Vec<f32>> {
    let (dim, path) = (loaded.header.net.dim(), AffinePath::new(loaded.header.schedule)?);
    let mut all = Vec::with_capacity(start.len());
    for (part, labels) in start.chunks(BATCH * dim).zip(labels.chunks(BATCH)) {
        let x = Tensor::from_data(TensorData::new(part.to_vec(), [labels.len(), dim]), device);
        let condition = Some(condition(labels, loaded, device)?);
        let sampler = match back {
            true => Sampler::backward(config, path, x, condition)?,
            false => Sampler::new(config, path, x, condition)?,
        };
        let (x, _) = block_on(sampler.finish(&loaded.net))?;
        all.extend(block_on(read(x))?);
    }
    Ok(all)
}
