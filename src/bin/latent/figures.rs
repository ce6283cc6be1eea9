//! What digits made in two dimensions are worth.

use super::Args;
use super::autoencoder::Autoencoder;
use super::classifier::Classifier;
use burn::tensor::Device;
use flow_lab::data::Images;
use flow_lab::data::plane::Distribution;
use flow_lab::device::Engine;
use flow_lab::error::Result;
use flow_lab::lab::{Lab, LabConfig, Sampling};
use flow_lab::latent::{Latent, MOST};
use flow_lab::points::Point;
use flow_lab::solver::Solver;
use pollster::block_on;
use serde::Serialize;

/// Of the classifier's answers, shares that are right.
#[derive(Serialize)]
pub struct Found {
    /// Real test digits, as they are.
    real: f64,
    /// Real test digits, encoded and decoded.
    reconstructed: f64,
    /// Draws from what the flow learns, codes of real digits with its blur, decoded: right is the class of the nearest code.
    codes: f64,
    /// Samples of the flow, decoded: the same.
    sampled: f64,
    /// Exact 2-Wasserstein distance of the flow's samples to as many fresh draws, in units of the plane.
    w2: f64,
    /// The same between two sets of draws, mean and standard deviation over five pairs of sets.
    floor: f64,
    floor_deviation: f64,
    samples: usize,
    steps: usize,
    euler: usize,
    seed: u64,
}

/// The share of `z` that are decoded to what the classifier says is `label(i)`.
fn recognized(
    latent: &Latent,
    z: &[Point],
    label: impl Fn(usize) -> u8,
    judge: &Classifier,
    device: &Device,
) -> Result<f64> {
    let mut images = Vec::new();
    for part in z.chunks(MOST) {
        images.extend(block_on(latent.decode(part))?);
    }
    let (_, classes) = judge.judge(&images, device);
    Ok(classes.iter().enumerate().filter(|&(i, &class)| class == label(i)).count() as f64 / z.len() as f64)
}

/// The class of the code that is nearest to `z`.
fn nearest(codes: &[Point], labels: &[u8], z: Point) -> u8 {
    let square = |c: &Point| (c[0] - z[0]).powi(2) + (c[1] - z[1]).powi(2);
    let best = (0..codes.len()).min_by(|&a, &b| square(&codes[a]).total_cmp(&square(&codes[b])));
    labels[best.expect("there are codes")]
}

/// Trains the flow and judges.
pub fn measure(
    args: &Args,
    (net, latent): (&Autoencoder, &Latent),
    test: &Images,
    judge: &Classifier,
    device: &Device,
) -> Result<Found> {
    let (codes, labels) = (latent.codes(), latent.labels());
    let points = latent.config().codes.clone();
    let config = LabConfig {
        target: Distribution::Points { points },
        seed: args.setting.seed as u32,
        ..LabConfig::default()
    };
    let mut lab = Lab::new(config, &block_on(Engine::Cpu.open())?)?;
    block_on(lab.train(args.steps))?;
    let sampling = Sampling::ode(Solver::Euler, args.euler);
    let flow = block_on(lab.flow(args.samples, sampling))?;
    let figures = block_on(lab.figures(args.samples, sampling))?;
    let (floor, floor_deviation) = lab.floor(args.samples, 5)?;
    let draws = lab.samples(true, args.samples, args.setting.seed)?;
    let judged = |z: &[Point]| recognized(latent, z, |i| nearest(codes, &labels, z[i]), judge, device);
    Ok(Found {
        real: judge.accuracy(test, device),
        reconstructed: recognized(latent, &net.codes(test, device), |i| test.labels[i], judge, device)?,
        codes: judged(&draws)?,
        sampled: judged(flow.end())?,
        w2: figures.w2,
        floor,
        floor_deviation,
        samples: args.samples,
        steps: args.steps,
        euler: args.euler,
        seed: args.setting.seed,
    })
}
