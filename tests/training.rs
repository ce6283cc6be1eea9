//! The trainer: resume, average, clipping, divergence, and that it learns.
#![cfg(feature = "cli")]

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::data::Images;
use flow_lab::error::{Kind, Result};
use flow_lab::net::{MixerConfig, Net, NetConfig};
use flow_lab::path::{AffinePath, Schedule};
use flow_lab::rng::{Rng, Stream};
use flow_lab::sample::{Guidance, SampleConfig, Sampler, Spacing, read};
use flow_lab::solver::{Solver, Tolerance};
use flow_lab::train::{
    Checkpoint, ImageBatches, ImageConfig, LearningRate, OptimConfig, TimeSampling, Trainer, clip_global_norm,
};
use flow_lab::weights::{self, Header};
use pollster::block_on;

const SIDE: usize = 4;

fn net_config() -> NetConfig {
    NetConfig::Mixer(MixerConfig {
        side: SIDE,
        patch: 2,
        dim: 16,
        depth: 1,
        token_hidden: 8,
        channel_hidden: 32,
        cond: 8,
        classes: 2,
        map: false,
    })
}

fn train_config() -> ImageConfig {
    ImageConfig {
        distill: None,
        optim: OptimConfig {
            rate: LearningRate { peak: 3e-3, warmup: 5, steps: 400, floor: 0.01 },
            weight_decay: 0.01,
            clip: Some(1.0),
            ema: 0.99,
        },
        batch: 32,
        label_dropout: 0.1,
        time: TimeSampling::Uniform,
        schedule: Schedule::CondOt { sigma_min: 0.0 },
        seed: 3,
    }
}

/// Class 0 is ink on the left half, class 1 on the right.
fn halves() -> Images {
    let image =
        |right: bool| (0..SIDE * SIDE).map(move |i| if (i % SIDE >= SIDE / 2) == right { 1.0 } else { -1.0 });
    Images::new(image(false).chain(image(true)).collect(), SIDE * SIDE, vec![2], vec![0, 1]).unwrap()
}

fn trainer(config: &ImageConfig) -> Trainer<Net> {
    let device = Device::flex().autodiff();
    Trainer::new(net_config().init(5, &device).unwrap(), config.optim).unwrap()
}

fn bytes(net: &Net) -> Vec<u8> {
    let header = Header { net: net_config(), schedule: Schedule::Cosine };
    block_on(weights::to_bytes(net, &header)).unwrap()
}

fn run(trainer: &mut Trainer<Net>, config: &ImageConfig, steps: usize) -> Vec<f32> {
    (0..steps).map(|_| one(trainer, config).unwrap()).collect()
}

fn one(trainer: &mut Trainer<Net>, config: &ImageConfig) -> Result<f32> {
    let data = halves();
    let batches = ImageBatches::new(config.clone(), &data, vec![2], Device::flex().autodiff())?;
    let report = trainer.step(batches.draw(trainer.steps_done())?);
    Ok(block_on(report.read())?.0)
}

#[test]
fn learns_two_classes_and_samples_them() {
    let mut trainer = trainer(&train_config());
    let losses = run(&mut trainer, &train_config(), 400);
    let mean = |x: &[f32]| x.iter().sum::<f32>() / x.len() as f32;
    let (first, last) = (mean(&losses[..20]), mean(&losses[380..]));
    assert!(last < 0.5 * first, "loss went from {first} to {last}");

    let device = Device::flex();
    let labels = [Some(0), Some(1), Some(0), Some(1)];
    let condition = flow_lab::field::one_hot(&labels, 2, &device).unwrap();
    let noise = Rng::new(0, Stream::Noise).normals(4 * SIDE * SIDE);
    let noise = Tensor::from_data(TensorData::new(noise, [4, SIDE * SIDE]), &device);
    let config = SampleConfig {
        solver: Solver::Heun,
        steps: 8,
        spacing: Spacing::Uniform,
        tolerance: Tolerance::default(),
        guidance: Guidance::NONE,
        corrections: 0,
    };
    let path = AffinePath::new(train_config().schedule).unwrap();
    let sampler = Sampler::new(config, path, noise, Some(condition)).unwrap();
    let (x, nfe) = block_on(sampler.finish(&trainer.average())).unwrap();
    assert_eq!(nfe, 16);
    let x = block_on(read(x)).unwrap();
    for (i, image) in x.chunks(SIDE * SIDE).enumerate() {
        let expected = halves().image(i % 2).to_vec();
        let wrong = image.iter().zip(&expected).filter(|(a, b)| (*a - *b).abs() > 0.7).count();
        assert!(wrong <= 1, "sample {i} is {image:?}");
    }
}

/// Stopping and going on must not change a bit of the weights.
#[test]
fn a_resumed_run_is_the_same_run() {
    let config = train_config();
    let mut whole = trainer(&config);
    run(&mut whole, &config, 12);

    let folder = std::env::temp_dir().join(format!("flow-lab-resume-{}", std::process::id()));
    let checkpoint = Checkpoint::new(&folder);
    assert!(!checkpoint.exists());
    let mut half = trainer(&config);
    run(&mut half, &config, 5);
    checkpoint.save(&half, &config).unwrap();
    run(&mut half, &config, 1);
    checkpoint.save(&half, &config).unwrap();
    let mut resumed = checkpoint.restore(trainer(&config), &config).unwrap();
    assert_eq!(resumed.steps_done(), 6);
    run(&mut resumed, &config, 6);
    assert_eq!(bytes(&resumed.module.valid()), bytes(&whole.module.valid()));
    assert_eq!(bytes(&resumed.average()), bytes(&whole.average()));

    // Other settings must not silently continue this run.
    let other = ImageConfig { batch: 16, ..config.clone() };
    let error = checkpoint.restore(trainer(&other), &other).err().unwrap();
    assert_eq!(error.kind(), Kind::Config);
    std::fs::write(folder.join("current/module.bpk"), b"cut").unwrap();
    assert_eq!(checkpoint.restore(trainer(&config), &config).err().unwrap().kind(), Kind::Data);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn seeds_decide_everything() {
    let weights = |seed| {
        let config = ImageConfig { seed, ..train_config() };
        let mut trainer = trainer(&config);
        run(&mut trainer, &config, 3);
        bytes(&trainer.module.valid())
    };
    assert_eq!(weights(1), weights(1));
    assert_ne!(weights(1), weights(2));
}

/// After k updates with decays d_i the average is a weighted sum with weights (1 − d_i) Π d_j; on a
/// sequence of known values this is checked by hand.
#[test]
fn the_average_is_the_recursion() {
    let mut trainer = trainer(&train_config());
    let first = |net: &Net| f64::from(first_value(net));
    let mut expected = first(&trainer.average());
    for k in 0..6 {
        run(&mut trainer, &train_config(), 1);
        let decay = f64::min(0.99, (1.0 + f64::from(k)) / (10.0 + f64::from(k)));
        expected = decay * expected + (1.0 - decay) * first(&trainer.module.valid());
        let got = first(&trainer.average());
        assert!((got - expected).abs() < 1e-6, "update {k}: {got} {expected}");
    }
}

fn first_value(net: &Net) -> f32 {
    struct First(Option<f32>);
    impl burn::module::ModuleVisitor for First {
        fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<Tensor<D>>) {
            self.0.get_or_insert_with(|| param.val().into_data().iter::<f32>().next().unwrap());
        }
    }
    let mut first = First(None);
    net.visit(&mut first);
    first.0.unwrap()
}

#[test]
fn clipping_scales_all_gradients_together() {
    let device = Device::flex().autodiff();
    let layer = burn::nn::LinearConfig::new(2, 1).init(&device);
    let x = Tensor::<2>::from_data([[3.0f32, 4.0]], &device);
    // d(out)/dw = x = (3, 4), d(out)/db = 1: norm √26.
    let grads =
        || burn::optim::GradientsParams::from_grads(layer.forward(x.clone()).sum().backward(), &layer);
    let weight = |g: &burn::optim::GradientsParams| -> Vec<f32> {
        g.get::<2>(layer.weight.id).unwrap().into_data().iter::<f32>().collect()
    };
    let (clipped, norm) = clip_global_norm(&layer, grads(), 1.0);
    let norm: f32 = norm.into_scalar();
    assert!((norm - 26f32.sqrt()).abs() < 1e-4, "{norm}");
    assert!((weight(&clipped)[0] - 3.0 / 26f32.sqrt()).abs() < 1e-5);
    assert!((weight(&clipped)[1] - 4.0 / 26f32.sqrt()).abs() < 1e-5);
    let (kept, _) = clip_global_norm(&layer, grads(), 10.0);
    assert_eq!(weight(&kept), [3.0, 4.0], "a short gradient is left alone");
}

#[test]
fn divergence_stops_loudly() {
    let mut config = train_config();
    config.optim.rate = LearningRate { peak: 1e30, warmup: 0, steps: 10, floor: 1.0 };
    let mut trainer = trainer(&config);
    let error = (0..10).find_map(|_| one(&mut trainer, &config).err());
    let error = error.expect("a rate of 1e30 must diverge");
    assert_eq!(error.kind(), Kind::Numeric);
    assert!(error.to_string().contains("Lower the learning rate"), "{error}");
}

#[test]
fn settings_outside_their_domain_are_refused() {
    let base = train_config();
    let optim = |optim| ImageConfig { optim, ..base.clone() };
    let bad = [
        ImageConfig { batch: 0, ..base.clone() },
        optim(OptimConfig { ema: 1.0, ..base.optim }),
        optim(OptimConfig { clip: Some(0.0), ..base.optim }),
        ImageConfig { label_dropout: 1.5, ..base.clone() },
        optim(OptimConfig { rate: LearningRate { peak: f64::NAN, ..base.optim.rate }, ..base.optim }),
        ImageConfig { time: TimeSampling::LogitNormal { mean: 0.0, std: 0.0 }, ..base.clone() },
        ImageConfig { schedule: Schedule::CondOt { sigma_min: 2.0 }, ..base.clone() },
    ];
    for config in bad {
        assert_eq!(config.validate().unwrap_err().kind(), Kind::Config, "{config:?}");
    }
    base.validate().unwrap();
}

/// Times: uniform has mean 1/2 and variance 1/12; the logit of a logit-normal time is N(mean, std²).
#[test]
fn times_are_drawn_as_named() {
    let n = 40_000;
    let draw = |sampling: TimeSampling| -> Vec<f64> {
        let mut rng = Rng::new(1, Stream::Time);
        (0..n).map(|_| f64::from(sampling.draw(&mut rng))).collect()
    };
    let moments = |x: &[f64]| {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        (mean, x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / x.len() as f64)
    };
    let (mean, variance) = moments(&draw(TimeSampling::Uniform));
    // Five standard errors: 0.289/√n and about 0.075/√n.
    assert!((mean - 0.5).abs() < 0.0073 && (variance - 1.0 / 12.0).abs() < 0.002, "{mean} {variance}");
    let logits: Vec<f64> = draw(TimeSampling::LogitNormal { mean: 0.5, std: 0.8 })
        .into_iter()
        .map(|t| (t / (1.0 - t)).ln())
        .collect();
    let (mean, variance) = moments(&logits);
    assert!((mean - 0.5).abs() < 5.0 * 0.8 / (n as f64).sqrt(), "{mean}");
    assert!((variance - 0.64).abs() < 5.0 * 0.64 * (2.0 / n as f64).sqrt(), "{variance}");
}
