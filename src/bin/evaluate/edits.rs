//! Real test digits carried to their noise and back, and inpainted after a part was erased.

use super::{Args, Reference};
use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::data::Images;
use flow_lab::error::{Error, Result};
use flow_lab::field::{Condition, one_hot};
use flow_lab::inpaint::{Known, means};
use flow_lab::path::AffinePath;
use flow_lab::rng::{Rng, Stream};
use flow_lab::sample::{Guidance, SampleConfig, Sampler, Spacing, read};
use flow_lab::solver::{Solver, Tolerance};
use flow_lab::weights::Loaded;
use pollster::block_on;

/// Digits of one batch.
struct Batch {
    x: Tensor<2>,
    condition: Condition,
    labels: Vec<u8>,
}

fn batch(digits: &Images, n: usize, classes: usize, device: &Device) -> Result<Batch> {
    let digits = digits.pick(0..n.min(digits.len()));
    let rows: Vec<Option<u8>> = digits.labels.iter().copied().map(Some).collect();
    let condition = one_hot(&rows, classes, device)?;
    let x = Tensor::from_data(TensorData::new(digits.values, [rows.len(), digits.dim]), device);
    Ok(Batch { x, condition, labels: digits.labels })
}

fn config(solver: Solver, steps: usize, guidance: Guidance) -> SampleConfig {
    let tolerance = Tolerance { absolute: 1e-3, relative: 1e-3 };
    SampleConfig { solver, steps, spacing: Spacing::Uniform, tolerance, guidance, corrections: 0 }
}

/// Mean absolute error of a pixel on a scale from 0 to 1.
fn pixel_error(a: &[f32], b: &[f32]) -> f64 {
    let sum: f64 = a.iter().zip(b).map(|(a, b)| f64::from((a - b).abs())).sum();
    sum / a.len() as f64 / 2.0
}

/// The reverse equation and the forward one, with the true class and no guidance, for each solver.
pub fn round_trip(args: &Args, loaded: &Loaded, test: &Images, n: usize, device: &Device) -> Result<()> {
    const STEPS: usize = 32;
    let path = AffinePath::new(loaded.header.schedule)?;
    let digits = batch(test, n, loaded.header.net.classes(), device)?;
    let real = block_on(read(digits.x.clone()))?;
    println!("\n{n} test digits to their noise and back, {STEPS} steps each way (dopri5: tolerance 1e-3)");
    println!(
        "| solver | NFE, both ways | mean absolute error of a pixel (0 to 1) | noise: mean, standard deviation |"
    );
    println!("|---|---|---|---|");
    for id in &args.solvers {
        let solver = Solver::from_id(id).ok_or_else(|| Error::config(format!("no solver is called {id}")))?;
        let (config, condition) = (config(solver, STEPS, Guidance::NONE), || Some(digits.condition.clone()));
        let back = Sampler::backward(config, path, digits.x.clone(), condition())?;
        let (noise, there) = block_on(back.finish(&loaded.net))?;
        let values = block_on(read(noise.clone()))?;
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64;
        let square = values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / values.len() as f64;
        let (again, forth) = block_on(Sampler::new(config, path, noise, condition())?.finish(&loaded.net))?;
        let error = pixel_error(&real, &block_on(read(again))?);
        println!("| {id} | {} | {error:.4} | {mean:.3}, {:.3} |", there + forth, square.sqrt());
    }
    Ok(())
}

/// Half of each digit erased, or only a 14×14 picture of it kept; mended with the true class and without any.
pub fn inpainted(
    args: &Args,
    loaded: &Loaded,
    test: &Images,
    n: usize,
    real: &Reference,
    device: &Device,
) -> Result<()> {
    let side = (loaded.header.net.dim() as f64).sqrt() as usize;
    let path = AffinePath::new(loaded.header.schedule)?;
    let digits = batch(test, n, loaded.header.net.classes(), device)?;
    let original = block_on(read(digits.x.clone()))?;
    let half: Vec<f32> =
        (0..n * side * side).map(|i| if i % (side * side) < side * side / 2 { 1.0 } else { 0.0 }).collect();
    let mask = Tensor::from_data(TensorData::new(half, [n, side * side]), device);
    let values = means(digits.x.clone(), side, 2, 1);
    let kept = [
        ("the upper half", Known::Pixels { values: digits.x.clone(), mask }),
        ("14×14", Known::Blocks { values, side, block: 2, colors: 1 }),
    ];
    println!("\n{n} test digits inpainted, Euler, 32 steps, no guidance");
    println!("| kept | class told | recognized as what it was | mean absolute error of a pixel (0 to 1) |");
    println!("|---|---|---|---|");
    for (name, known) in kept {
        for told in [true, false] {
            let condition = if told { digits.condition.clone() } else { digits.condition.zeros_like() };
            let noise = Rng::new(args.setting.seed, Stream::Noise).normals(n * side * side);
            let noise = Tensor::from_data(TensorData::new(noise, [n, side * side]), device);
            let config = config(Solver::Euler, 32, Guidance::NONE);
            let sampler = Sampler::new(config, path, noise, Some(condition))?.inpainting(known.clone())?;
            let (x, _) = block_on(sampler.finish(&loaded.net))?;
            let images: Vec<f32> = block_on(read(x))?.into_iter().map(|v| v.clamp(-1.0, 1.0)).collect();
            let (_, taken) = real.judge.judge(&images, device);
            let right = taken.iter().zip(&digits.labels).filter(|(a, b)| a == b).count() as f64 / n as f64;
            let error = pixel_error(&original, &images);
            println!(
                "| {name} | {} | {:.1} % | {error:.4} |",
                if told { "yes" } else { "no" },
                100.0 * right
            );
        }
    }
    Ok(())
}
