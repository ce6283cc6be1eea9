//! Log-likelihoods of a learned flow beside those of the distribution that it learned, which are known.
//! `cargo run --release --example log_likelihood`

use flow_lab::data::plane::{Distribution, Mixture};
use flow_lab::device::{Engine, cpu};
use flow_lab::error::Result;
use flow_lab::lab::{Lab, LabConfig};
use flow_lab::likelihood::pull_back;
use flow_lab::points::{self, Point};
use flow_lab::sample::read;
use flow_lab::solver::Solver;
use pollster::block_on;
use std::f64::consts::TAU;

/// ln p(x) of a mixture of round Gaussians with equal weights.
fn log_density(mixture: &Mixture, x: Point) -> f64 {
    let variance = f64::from(mixture.std).powi(2);
    let near = |m: &Point| {
        let squared: f64 = (0..2).map(|k| f64::from(x[k] - m[k]).powi(2)).sum();
        (-squared / (2.0 * variance)).exp()
    };
    let mean = mixture.means.iter().map(near).sum::<f64>() / mixture.means.len() as f64;
    mean.ln() - (TAU * variance).ln()
}

fn main() -> Result<()> {
    let config = LabConfig { target: Distribution::EightGaussians, ..LabConfig::default() };
    let source = config.source.sampler()?.mixture().expect("a Gaussian is a mixture");
    let target = config.target.sampler()?.mixture().expect("eight Gaussians are a mixture");
    let opened = block_on(Engine::Cpu.open())?;
    let mut lab = Lab::new(config, &opened)?;
    block_on(lab.train(2000))?;

    // ln p_1(x) = ln p_0(x_0) − ∫ ∇·u dt along the trajectory through x.
    let data = lab.samples(true, 500, 2)?;
    let pulled = block_on(pull_back(&lab.net(), points::to_tensor(&data, &cpu()), 1.0, Solver::Rk4, 20))?;
    let noise = points::from_flat(&block_on(read(pulled.x0))?);
    let ratio = block_on(read(pulled.log_ratio.unsqueeze::<2>()))?;
    let n = data.len() as f64;
    let learned =
        noise.iter().zip(&ratio).map(|(&x0, r)| log_density(&source, x0) + f64::from(*r)).sum::<f64>() / n;
    let exact = data.iter().map(|&x| log_density(&target, x)).sum::<f64>() / n;
    println!("mean log-likelihood of {} fresh draws: {learned:.3} learned, {exact:.3} exact", data.len());
    Ok(())
}
