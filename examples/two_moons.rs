//! Flow matching end to end, every part by its name: two moons from noise.
//! `cargo run --release --example two_moons`

use burn::tensor::Tensor;
use flow_lab::coupling::Coupling;
use flow_lab::data::plane::Distribution;
use flow_lab::device::cpu;
use flow_lab::error::Result;
use flow_lab::field::VelocityField;
use flow_lab::metrics::wasserstein2;
use flow_lab::net::MlpConfig;
use flow_lab::path::{AffinePath, Schedule};
use flow_lab::points;
use flow_lab::rng::{Rng, Stream};
use flow_lab::sample::read;
use flow_lab::solver::{Integrator, Method, Solver, TimeGrid};
use flow_lab::train::{LearningRate, OptimConfig, PairBatches, TimeSampling, Trainer};
use pollster::block_on;

const STEPS: u64 = 1000;
const SAMPLES: usize = 500;
const SEED: u64 = 1;

fn main() -> Result<()> {
    let device = cpu();
    let autodiff = device.clone().autodiff();

    // Pairs (x0, x1), drawn independently, and the straight path between them.
    let pairs = PairBatches {
        source: Distribution::Gaussian.sampler()?,
        target: Distribution::Moons.sampler()?,
        coupling: Coupling::Independent,
        path: AffinePath::new(Schedule::CondOt { sigma_min: 0.0 })?,
        time: TimeSampling::Uniform,
        table: None,
        batch: 256,
        seed: SEED,
    }
    .validate()?;

    // A network u(x, t), trained on the conditional velocity x1 − x0 at x_t.
    let net = MlpConfig { dim: 2, width: 64, depth: 3 }.init(SEED, &autodiff)?;
    let rate = LearningRate { peak: 2e-3, warmup: 50, steps: STEPS, floor: 0.01 };
    let mut trainer = Trainer::new(net, OptimConfig { rate, weight_decay: 0.0, clip: None, ema: 0.99 })?;
    for step in 0..STEPS {
        let report = trainer.step(pairs.draw(step, &autodiff)?);
        if step % 250 == 0 {
            println!("step {step}: loss {:.3}", block_on(report.read())?.0);
        }
    }

    // Samples: noise, carried from t = 0 to t = 1 along the averaged network's velocity.
    let net = trainer.average();
    let noise = pairs.source.draw(SAMPLES, &mut Rng::new(SEED, Stream::Particles));
    let data = pairs.target.draw(SAMPLES, &mut Rng::new(SEED, Stream::Fresh));
    for steps in [1, 2, 4, 8] {
        let grid = TimeGrid::uniform(0.0, 1.0, steps)?;
        let run = Integrator::new(Solver::Midpoint, Method::Fixed(grid), points::to_tensor(&noise, &device))?;
        let velocity =
            |x: &Tensor<2>, t: f64| net.velocity(x.clone(), Tensor::full([SAMPLES], t, &device), None);
        let (x, nfe) = block_on(run.finish(velocity))?;
        let samples = points::from_flat(&block_on(read(x))?);
        println!("{nfe} evaluations: W2 to fresh data {:.3}", wasserstein2(&samples, &data));
    }
    Ok(())
}
