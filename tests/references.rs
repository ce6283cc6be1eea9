//! The shipped networks against another implementation of them (`training/conv.py` and `mixer.py`, PyTorch, single precision on the half-precision
//! weights): outputs, and the ends of whole runs.
#![cfg(feature = "cli")]

#[path = "common/compare.rs"]
mod compare;

use burn::tensor::{Device, Tensor, TensorData};
use compare::largest_difference;
use flow_lab::field::{FlowMap, Guidance, VelocityField};
use flow_lab::net::Classed;
use flow_lab::path::AffinePath;
use flow_lab::sample::{SampleConfig, Sampler, Spacing, map_steps};
use flow_lab::solver::{Solver, Tolerance};
use flow_lab::weights;
use safetensors::SafeTensors;

fn values<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().iter::<f32>().collect()
}

/// The file of a shipped network, which its manifest names.
fn shipped(name: &str) -> Vec<u8> {
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/www/models/");
    let manifest = std::fs::read_to_string(format!("{models}{name}.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    std::fs::read(format!("{models}{}", manifest["file"].as_str().unwrap())).unwrap()
}

fn check(network: &str, reference: &str) {
    let device = Device::flex();
    let loaded = weights::from_bytes(&shipped(network), &device).unwrap();
    let file = std::fs::read(format!("{}/tests/references/{reference}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let file = SafeTensors::deserialize(&file).unwrap();
    let read = |name: &str| -> Vec<f32> {
        let bytes = file.tensor(name).unwrap().data().chunks_exact(4);
        bytes.map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect()
    };
    let rows = |name: &str| {
        let all = read(name);
        let width = all.len() / 2;
        Tensor::<2>::from_data(TensorData::new(all, [2, width]), &device)
    };
    let row = |name: &str| Tensor::<1>::from_data(TensorData::new(read(name), [2]), &device);
    let (x, t, condition) = (rows("x"), row("t"), rows("condition"));
    let same = |what: &str, got: Vec<f32>, want: &[f32]| {
        let size = want.iter().fold(0f32, |most, v| most.max(v.abs()));
        let error = largest_difference(&got, want);
        println!("{network}, {what}: {error:.1e} of {size:.2}");
        assert!(size > 0.5 && error < 1e-3 * size, "{network}, {what}: {error} of {size}");
    };
    if loaded.header.net.is_map() {
        let map = Classed { net: &loaded.net, condition };
        let s = t.clone() + row("length");
        same("mean velocity", values(map.average_velocity(x.clone(), t, s)), &read("output"));
        same("four steps", values(map_steps(&map, x, 4)), &read("end"));
    } else {
        let velocity = loaded.net.velocity(x.clone(), t, Some(condition.clone()));
        same("velocity", values(velocity), &read("output"));
        let config = SampleConfig {
            solver: Solver::Euler,
            steps: 8,
            spacing: Spacing::Uniform,
            tolerance: Tolerance { absolute: 1e-3, relative: 1e-3 },
            guidance: Guidance { weight: 2.0, from: 0.1, to: 1.0 },
            corrections: 0,
        };
        let path = AffinePath::new(loaded.header.schedule).unwrap();
        let run = Sampler::new(config, path, x, Some(condition)).unwrap();
        let (end, _) = pollster::block_on(run.finish(&loaded.net)).unwrap();
        same("eight guided steps of Euler", values(end), &read("end"));
    }
}

#[test]
fn the_emoji_network_computes_what_it_was_trained_to() {
    check("emoji", "emoji-velocity.safetensors");
}

#[test]
fn the_few_step_emoji_network_computes_what_it_was_trained_to() {
    check("emoji-few-step", "emoji-map.safetensors");
}

#[test]
fn the_digit_network_computes_what_it_was_trained_to() {
    check("digits", "digits-velocity.safetensors");
}

#[test]
fn the_few_step_digit_network_computes_what_it_was_trained_to() {
    check("few-step", "digits-map.safetensors");
}
