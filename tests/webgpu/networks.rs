//! Networks, and what trains them.

use super::compare::largest_difference;
use super::loud;
use super::pairs::{Inputs, host, same};
use super::shipped::{EMOJI, WEIGHTS};
use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::classes::{Classes, ClassesConfig, Guide};
use flow_lab::device::Opened;
use flow_lab::distillation::{Distillation, DistillationConfig};
use flow_lab::field::{Guidance, VelocityField, one_hot};
use flow_lab::lab::{Lab, LabConfig, Sampling};
use flow_lab::net::{MixerConfig, NetConfig};
use flow_lab::ops::silu;
use flow_lab::rng::{Rng, Stream};
use flow_lab::solver::Solver;
use flow_lab::weights;
use safetensors::SafeTensors;
use wasm_bindgen_test::console_log;

/// What another implementation computes with the emoji network.
const REFERENCE: &[u8] = include_bytes!("../references/emoji-velocity.safetensors");

/// The emoji network against another implementation of it (tests/references.rs), on both engines.
pub async fn emoji_network(devices: &[Device; 2]) {
    let file = SafeTensors::deserialize(REFERENCE).unwrap();
    let read = |name: &str| -> Vec<f32> {
        let four = file.tensor(name).unwrap().data().as_chunks::<4>().0;
        four.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    };
    let (expected, dim) = (read("output"), 64 * 64 * 3);
    for device in devices {
        let net = weights::from_bytes(EMOJI, device).unwrap().net;
        let x = Tensor::from_data(TensorData::new(read("x"), [2, dim]), device);
        let condition = Tensor::from_data(TensorData::new(read("condition"), [2, 16]), device);
        let t = Tensor::from_data(TensorData::new(read("t"), [2]), device);
        let found = host(net.velocity(x, t, Some(condition))).await;
        let size = expected.iter().fold(0f32, |most, v| most.max(v.abs()));
        let difference = largest_difference(&expected, &found);
        console_log!("the emoji network: largest difference {difference:.1e} of {size:.2}");
        assert!(difference < 1e-3 * size, "{difference} of {size}");
    }
}

pub async fn shipped_network(devices: &[Device; 2]) {
    let mut inputs = Inputs(Rng::new(2, Stream::Noise));
    let nets = devices.clone().map(|d| weights::from_bytes(WEIGHTS, &d).unwrap().net);
    let [cx, gx] = inputs.pair([3, 784], devices);
    let velocity = |net: &flow_lab::net::Net, x: Tensor<2>| {
        let device = x.device();
        let condition = one_hot(&[Some(4), None, Some(9)], 10, &device).unwrap();
        net.velocity(x, Tensor::from_data([0.0f32, 0.5, 0.97], &device), Some(condition))
    };
    // Four blocks, each a few roundings; the time features dominate.
    same("the shipped network", [velocity(&nets[0], cx), velocity(&nets[1], gx)], 5e-3).await;
}

/// The 2-D lab: the gradient of silu, then whole training steps with their average, flow and likelihood.
pub async fn the_lab(opened: [&Opened; 2]) {
    let devices = opened.map(|o| o.device.clone().autodiff());
    let inputs = Inputs(Rng::new(3, Stream::Noise)).pair([33, 65], &devices);
    let gradient = |x: Tensor<2>| {
        let x = x.require_grad();
        let loss = (silu(x.clone()) * x.clone()).sum();
        x.grad(&loss.backward()).unwrap()
    };
    same("gradient of silu", inputs.map(gradient), 1e-5).await;

    // Widths that are and are not multiples of 32.
    for width in [32, 24] {
        let config = LabConfig { width, depth: 3, batch: 64, seed: 3, ..LabConfig::default() };
        let mut labs = opened.map(|o| Lab::new(config.clone(), o).unwrap());
        let mut losses = Vec::new();
        for lab in &mut labs {
            losses.push(lab.train(6).await.unwrap());
        }
        let difference = largest_difference(&losses[0], &losses[1]);
        console_log!("losses of six steps at width {width}: largest difference {difference:.1e}");
        // AdamW's first steps divide a gradient by its own size, which magnifies rounding where it is near 0.
        assert!(difference < 2e-3, "{losses:?}");
        let [cpu, gpu] = &labs;
        let (a, b) = (
            cpu.flow(50, Sampling::ode(Solver::Heun, 3)).await.unwrap(),
            gpu.flow(50, Sampling::ode(Solver::Heun, 3)).await.unwrap(),
        );
        let difference = largest_difference(a.x.as_flattened(), b.x.as_flattened());
        assert!(difference < 1e-2, "particles differ by {difference}");
        let likelihood = async |lab: &Lab| lab.likelihood(5, 3.0, 2, 0..5).await.unwrap().log_density;
        let difference = largest_difference(&likelihood(cpu).await, &likelihood(gpu).await);
        assert!(difference < 5e-2, "log densities differ by {difference}");
        let (a, b) = (cpu.theorem(&[16]).await.unwrap(), gpu.theorem(&[16]).await.unwrap());
        assert!((a[0].cosine - b[0].cosine).abs() < 1e-3, "{a:?} {b:?}");
    }
}

/// A distillation of a small mixer: the digits it draws, its losses, what it draws in one step.
pub async fn the_distillation(opened: [&Opened; 2]) {
    let net = MixerConfig {
        side: 8,
        patch: 2,
        dim: 20,
        depth: 1,
        token_hidden: 10,
        channel_hidden: 33,
        ..MixerConfig::digits()
    };
    let net = NetConfig::Mixer(net);
    let file = loud::file(net).await;
    let guidance = Guidance { weight: 2.0, from: 0.2, to: 1.0 };
    let config = DistillationConfig { images: 10, steps: 5, batch: 10, rate: 1e-3, guidance, seed: 2 };
    let mut results = Vec::new();
    for opened in opened {
        let mut it = Distillation::new(config.clone(), &file, opened).unwrap();
        it.draw(10).await.unwrap();
        let losses = it.train(5).await.unwrap();
        results.push((losses, it.sample(&[1, 2, 3], 1, 5).await.unwrap()));
    }
    let losses = largest_difference(&results[0].0, &results[1].0);
    let digits = largest_difference(&results[0].1, &results[1].1);
    console_log!("distillation: losses differ by {losses:.1e}, digits by {digits:.1e}");
    let sizes = results[0].0.iter().chain(&results[0].1).fold(0f32, |most, v| most.max(v.abs()));
    assert!(results[0].0.iter().all(|loss| *loss > 0.0), "there is something to learn");
    // As in the lab: AdamW's first steps magnify rounding.
    assert!(losses < 2e-3 * sizes && digits < 2e-2 * sizes, "{losses} {digits} of {sizes}");
}

/// Guidance in the plane: the losses of three steps, and particles under every learned guide.
pub async fn the_classes(opened: [&Opened; 2]) {
    let mut both = Vec::new();
    for opened in opened {
        let mut classes = Classes::new(ClassesConfig::default(), opened).unwrap();
        let losses = classes.train(3).await.unwrap();
        let mut particles = Vec::new();
        for guide in [Guide::ClassifierFree, Guide::Weak, Guide::Input] {
            particles.extend(classes.run(30, guide, 2.0, 2).await.unwrap().x);
        }
        both.push((losses, particles));
    }
    let losses = largest_difference(&both[0].0, &both[1].0);
    let particles = largest_difference(both[0].1.as_flattened(), both[1].1.as_flattened());
    console_log!("guidance: losses differ by {losses:.1e}, particles by {particles:.1e}");
    assert!(losses < 2e-3 && particles < 1e-2, "{losses} {particles}");
}
