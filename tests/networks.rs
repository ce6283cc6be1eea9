//! Networks, guidance and weights files on the CPU engine.
#![cfg(feature = "cli")]

#[path = "common/shipped.rs"]
mod shipped;

#[path = "common/compare.rs"]
mod compare;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use compare::largest_difference;
use flow_lab::error::Kind;
use flow_lab::field::{Condition, Guided, VelocityField, one_hot};
use flow_lab::net::{ConvConfig, MixerConfig, MlpConfig, Net, NetConfig, time_features};
use flow_lab::path::Schedule;
use flow_lab::rng::{Rng, Stream};
use flow_lab::weights::{self, Header};
use shipped::{EMOJI, LATENT, WEIGHTS};

fn to_bytes(net: &Net, header: &Header) -> flow_lab::error::Result<Vec<u8>> {
    pollster::block_on(weights::to_bytes(net, header))
}

fn configs() -> [NetConfig; 2] {
    [NetConfig::Mixer(mixer()), NetConfig::Conv(conv())]
}

/// 4×4 pixels of 4 colors, two groups of classes.
fn conv() -> ConvConfig {
    ConvConfig {
        side: 4,
        colors: 4,
        widths: vec![8, 12],
        depths: vec![1, 2],
        cond: 8,
        groups: vec![1, 2],
        ratio: 2,
        map: false,
    }
}

fn mixer() -> MixerConfig {
    MixerConfig {
        side: 8,
        patch: 2,
        dim: 12,
        depth: 2,
        token_hidden: 10,
        channel_hidden: 20,
        cond: 8,
        classes: 3,
        map: false,
    }
}

fn noise(n: usize, dim: usize, seed: u64) -> Tensor<2> {
    let values = Rng::new(seed, Stream::Noise).normals(n * dim);
    Tensor::from_data(TensorData::new(values, [n, dim]), &Device::flex())
}

fn values<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().iter::<f32>().collect()
}

/// Adds a random direction of length `size` a parameter.
struct Nudge(Rng, f32);

impl ModuleMapper for Nudge {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let data = param.val().into_data();
        let values: Vec<f32> = data.iter::<f32>().map(|v| v + self.1 * self.0.normal()).collect();
        let tensor = Tensor::from_data(TensorData::new(values, param.val().dims()), &param.val().device());
        let id = param.id;
        param.transform_for_load(tensor, id)
    }
}

/// Networks start with silent outputs; this wakes every parameter up.
fn awake(config: &NetConfig, device: &Device) -> Net {
    config.init(1, device).unwrap().map(&mut Nudge(Rng::new(9, Stream::Init), 0.2))
}

fn condition(labels: &[Option<u8>]) -> Condition {
    one_hot(labels, 3, &Device::flex()).unwrap()
}

#[test]
fn a_fresh_image_network_predicts_zero_and_depends_on_its_seed_only() {
    for config in configs() {
        let x = noise(2, 64, 0);
        let net = config.init(1, &Device::flex()).unwrap();
        let u = net.velocity(x.clone(), Tensor::from_data([0.1f32, 0.9], &Device::flex()), None);
        assert_eq!(u.dims(), [2, 64]);
        assert!(values(u).iter().all(|&v| v == 0.0), "the last layer starts at zero");
        let header = Header { net: config.clone(), schedule: Schedule::Cosine };
        let bytes = |seed| to_bytes(&config.init(seed, &Device::flex()).unwrap(), &header).unwrap();
        assert_eq!(bytes(1), bytes(1));
        assert_ne!(bytes(1), bytes(2));
    }
}

/// What is said about one sample must not depend on its neighbors in the batch.
#[test]
fn samples_of_a_batch_are_independent() {
    let device = Device::flex();
    for config in configs() {
        let net = awake(&config, &device);
        let (x, t) = (noise(3, 64, 0), Tensor::<1>::from_data([0.0f32, 0.4, 1.0], &device));
        let c = condition(&[Some(0), None, Some(2)]);
        let all = values(net.velocity(x.clone(), t.clone(), Some(c.clone())));
        for i in 0..3 {
            let one = net.velocity(
                x.clone().slice(i..i + 1),
                t.clone().slice(i..i + 1),
                Some(c.clone().slice(i..i + 1)),
            );
            // Sums are blocked differently for another batch size: f32 rounding.
            assert!(largest_difference(&values(one), &all[i * 64..(i + 1) * 64]) < 1e-4);
        }
    }
}

#[test]
fn time_and_class_matter_and_a_zero_row_is_no_class() {
    let device = Device::flex();
    for config in configs() {
        let net = awake(&config, &device);
        let x = noise(1, 64, 0);
        let at = |t: f32, label: Option<u8>| {
            values(net.velocity(x.clone(), Tensor::from_data([t], &device), Some(condition(&[label]))))
        };
        assert!(largest_difference(&at(0.2, Some(0)), &at(0.8, Some(0))) > 1e-3);
        assert!(largest_difference(&at(0.2, Some(0)), &at(0.2, Some(1))) > 1e-3);
        let without = values(net.velocity(x.clone(), Tensor::from_data([0.2f32], &device), None));
        assert_eq!(at(0.2, None), without);
    }
}

#[test]
fn guidance_is_linear_in_its_weight() {
    let device = Device::flex();
    let net = awake(&configs()[0], &device);
    let (x, t) = (noise(2, 64, 0), Tensor::<1>::from_data([0.3f32, 0.3], &device));
    let c = Some(condition(&[Some(0), Some(2)]));
    let at = |weight: f64| {
        values(Guided { field: &net, weight, both: None }.velocity(x.clone(), t.clone(), c.clone()))
    };
    let none = values(net.velocity(x.clone(), t.clone(), Some(condition(&[None, None]))));
    let with = values(net.velocity(x.clone(), t.clone(), c.clone()));
    assert!(largest_difference(&at(0.0), &none) < 1e-5);
    assert_eq!(at(1.0), with);
    let expected: Vec<f32> = none.iter().zip(&with).map(|(n, w)| n + 2.5 * (w - n)).collect();
    assert!(largest_difference(&at(2.5), &expected) < 1e-4);
}

/// The slope of a loss along the direction that `Nudge` goes with the same generator.
struct Slope<'a> {
    rng: Rng,
    grads: &'a Gradients,
    sum: f64,
}

impl ModuleVisitor for Slope<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let grad = param.val().grad(self.grads).expect("every parameter has a gradient");
        for g in values(grad) {
            self.sum += f64::from(g) * f64::from(self.rng.normal());
        }
    }
}

/// Every parameter's gradient against central differences of the loss, in a random direction.
#[test]
fn gradients_are_finite_differences() {
    let device = Device::flex().autodiff();
    for config in configs() {
        let net = awake(&config, &device);
        let x = Tensor::<2>::from_data(noise(4, 64, 3).into_data(), &device);
        let target = Tensor::<2>::from_data(noise(4, 64, 4).into_data(), &device);
        let t = Tensor::<1>::from_data([0.1f32, 0.3, 0.6, 0.9], &device);
        let c = one_hot(&[Some(0), Some(1), None, Some(2)], 3, &device).unwrap();
        let loss = |net: &Net| {
            (net.velocity(x.clone(), t.clone(), Some(c.clone())) - target.clone()).square().mean()
        };
        let grads = loss(&net).backward();

        let mut direction = Slope { rng: Rng::new(11, Stream::Init), grads: &grads, sum: 0.0 };
        net.visit(&mut direction);

        let moved = |h: f32| {
            let net = net.clone().map(&mut Nudge(Rng::new(11, Stream::Init), h));
            f64::from(loss(&net).into_scalar::<f32>())
        };
        let h = 1e-3;
        let slope = (moved(h) - moved(-h)) / (2.0 * f64::from(h));
        // f32: the loss is good to 1e-7 of its size, divided by h; kinks of relu add a little.
        let size = direction.sum.abs().max(1.0);
        assert!((slope - direction.sum).abs() < 0.02 * size, "{slope} against {}", direction.sum);
    }
}

#[test]
fn shipped_sizes_keep_their_bounds() {
    for config in [NetConfig::Mixer(MixerConfig::digits()), NetConfig::Conv(ConvConfig::digits())] {
        let parameters = config.init(0, &Device::flex()).unwrap().num_params();
        assert!(config.flop() <= 60_000_000, "{} FLOP", config.flop());
        assert!(2 * parameters <= 2_000_000, "{parameters} parameters");
    }
}

#[test]
fn sizes_outside_their_domain_are_refused() {
    let device = Device::flex();
    let bad = [
        NetConfig::Mixer(MixerConfig { patch: 3, ..mixer() }),
        NetConfig::Mixer(MixerConfig { depth: 0, ..mixer() }),
        NetConfig::Conv(ConvConfig { side: 6, ..conv() }),
        NetConfig::Conv(ConvConfig { depths: vec![1], ..conv() }),
        NetConfig::Conv(ConvConfig { groups: vec![], ..conv() }),
        NetConfig::Conv(ConvConfig { widths: vec![8, 0], ..conv() }),
    ];
    for config in bad {
        assert_eq!(config.init(0, &device).unwrap_err().kind(), Kind::Config, "{config:?}");
    }
    assert!(MlpConfig { dim: 2, width: 0, depth: 1 }.init(0, &device).is_err());
    assert_eq!(one_hot(&[Some(3)], 3, &device).unwrap_err().kind(), Kind::Config);
}

#[test]
fn the_mlp_maps_points_to_velocities() {
    let net = MlpConfig { dim: 2, width: 16, depth: 2 }.init(0, &Device::flex()).unwrap();
    let t = Tensor::<1>::from_data([0.0f32, 0.5, 1.0], &Device::flex());
    let u = net.velocity(noise(3, 2, 0), t.clone(), None);
    assert_eq!(u.dims(), [3, 2]);
    let moved = net.velocity(noise(3, 2, 0), t * 0.5, None);
    assert!(largest_difference(&values(u), &values(moved)) > 1e-3, "time must matter");
}

#[test]
fn time_features_are_sines_and_cosines() {
    let f = values(time_features(Tensor::from_data([0.25f32], &Device::flex()), 2));
    let angles = [250.0f64, 250.0 / 100.0];
    let expected: Vec<f32> =
        angles.iter().map(|a| a.sin() as f32).chain(angles.iter().map(|a| a.cos() as f32)).collect();
    // An angle of 250 in f32 is good to 1.5e-5.
    assert!(largest_difference(&f, &expected) < 1e-4, "{f:?} {expected:?}");
}

#[test]
fn weights_come_back_rounded_to_half_precision() {
    for config in configs() {
        let net = awake(&config, &Device::flex());
        let header = Header { net: config, schedule: Schedule::CondOt { sigma_min: 0.0 } };
        let bytes = to_bytes(&net, &header).unwrap();
        let loaded = weights::from_bytes(&bytes, &Device::flex()).unwrap();
        assert_eq!(loaded.header, header);
        assert_eq!(to_bytes(&loaded.net, &header).unwrap(), bytes, "rounding twice changes nothing");
        let (x, t) = (noise(2, 64, 0), Tensor::<1>::from_data([0.2f32, 0.7], &Device::flex()));
        let (a, b) = (net.velocity(x.clone(), t.clone(), None), loaded.net.velocity(x, t, None));
        let size = values(a.clone()).iter().fold(0f32, |m, v| m.max(v.abs()));
        // Half precision keeps 11 bits: 5e-4 a weight, through a few layers.
        assert!(largest_difference(&values(a), &values(b)) < 1e-2 * size);
    }
}

#[test]
fn broken_weights_are_told_apart() {
    let config = configs()[0].clone();
    let net = awake(&config, &Device::flex());
    let header = Header { net: config, schedule: Schedule::Cosine };
    let good = to_bytes(&net, &header).unwrap();
    let says = |bytes: &[u8], word: &str| {
        let e = weights::from_bytes(bytes, &Device::flex()).unwrap_err();
        assert_eq!(e.kind(), Kind::Weights, "{e}");
        assert!(e.to_string().contains(word), "{e}");
    };
    says(&[], "whole safetensors");
    says(b"<!doctype html><title>404</title>", "whole safetensors");
    says(&good[..good.len() / 2], "download it again");
    says(&good[..good.len() - 1], "download it again");
    // Foreign: a valid file without our header.
    let one = safetensors::tensor::TensorView::new(safetensors::Dtype::F16, vec![1], &[0, 0]).unwrap();
    says(&safetensors::serialize([("w", one)], None).unwrap(), "not made by Flow Lab");
    // Ours, for a network of another size.
    let other = NetConfig::Mixer(MixerConfig { depth: 3, ..mixer() });
    says(&to_bytes(&net, &Header { net: other, ..header.clone() }).unwrap(), "its network needs");
    let fewer = NetConfig::Mixer(MixerConfig { depth: 1, ..mixer() });
    says(&to_bytes(&net, &Header { net: fewer, ..header.clone() }).unwrap(), "its network");
    // A value that is not a number.
    let mut poisoned = good.clone();
    let end = poisoned.len();
    poisoned[end - 2..].copy_from_slice(&[0xff, 0x7f]);
    says(&poisoned, "not finite");
}

/// The manifests that the page reads and the files that tests read are the same.
#[test]
fn the_shipped_files_are_the_manifests() {
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/www/models/");
    for (name, held) in [("digits", WEIGHTS), ("emoji", EMOJI), ("latent", LATENT)] {
        let manifest = std::fs::read_to_string(format!("{models}{name}.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        let file = std::fs::read(format!("{models}{}", manifest["file"].as_str().unwrap())).unwrap();
        assert!(file == held, "tests/common/shipped.rs names another file than {name}.json");
    }
}
