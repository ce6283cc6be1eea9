//! Distillation as the page does it: from a weights file, on digits that the network draws itself.
#![cfg(feature = "cli")]

#[path = "common/loud.rs"]
mod loud;
#[path = "common/shipped.rs"]
mod shipped;

use flow_lab::device::Engine;
use flow_lab::distillation::{Distillation, DistillationConfig};
use flow_lab::error::Kind;
use flow_lab::field::Guidance;
use flow_lab::net::{MixerConfig, NetConfig};
use flow_lab::sample::Spacing;
use flow_lab::session::{Label, Request, Session, Start};
use pollster::block_on;
use shipped::WEIGHTS;

/// A weights file of a network of chance.
fn file(net: NetConfig) -> Vec<u8> {
    block_on(loud::file(net))
}

fn mixer() -> MixerConfig {
    MixerConfig {
        side: 8,
        patch: 2,
        dim: 12,
        depth: 1,
        token_hidden: 10,
        channel_hidden: 20,
        cond: 8,
        ..MixerConfig::digits()
    }
}

fn config() -> DistillationConfig {
    DistillationConfig {
        images: 12,
        steps: 30,
        batch: 10,
        rate: 3e-3,
        guidance: Guidance { weight: 2.0, from: 0.2, to: 1.0 },
        seed: 4,
    }
}

fn begin(config: DistillationConfig, file: &[u8]) -> flow_lab::error::Result<Distillation> {
    Distillation::new(config, file, &block_on(Engine::Cpu.open()).unwrap())
}

#[test]
fn it_draws_trains_and_gives_a_few_step_network() {
    let mut it = begin(DistillationConfig { steps: 6, batch: 10, ..config() }, WEIGHTS).unwrap();
    block_on(it.draw(100)).unwrap();
    assert_eq!(it.drawn(), 12, "no more than were asked for");
    let losses = block_on(it.train(100)).unwrap();
    assert_eq!((losses.len(), it.step()), (6, 6));
    assert!(losses.iter().all(|loss| loss.is_finite() && *loss > 0.0));
    let labels = [3, 8];
    let here = block_on(it.sample(&labels, 2, 7)).unwrap();
    // Its weights file is a network that a session takes; half precision is the difference.
    let mut session = block_on(Session::open(Engine::Cpu)).unwrap();
    block_on(session.load(&block_on(it.weights()).unwrap())).unwrap();
    let request = Request {
        seed: 7,
        labels: labels.map(|label| Some(Label::Class(label))).to_vec(),
        solver: "euler".into(),
        steps: 2,
        spacing: Spacing::Uniform,
        tolerance: 0.01,
        guidance: Guidance::NONE,
        from: 0.0,
        corrections: 0,
        same_noise: false,
        first: 0,
    };
    let mut run = session.start(&request).unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = block_on(run.next()).unwrap() {
        frames.push(frame);
    }
    assert_eq!(frames.iter().map(|f| f.nfe).collect::<Vec<_>>(), [1, 2, 2]);
    let off = frames[2].x.iter().zip(&here).map(|(a, b)| (a - b).abs()).fold(0f32, f32::max);
    assert!(off < 0.05, "{off}");
    // A few-step network knows no way back.
    assert_eq!(session.begin(&request, Start::Images(here), None).err().unwrap().kind(), Kind::Config);
}

#[test]
fn one_seed_gives_one_network_however_it_is_sliced() {
    let file = file(NetConfig::Mixer(mixer()));
    let run = |slices: &[u64]| {
        let mut it = begin(config(), &file).unwrap();
        while it.drawn() < 12 {
            block_on(it.draw(slices[0] as usize)).unwrap();
        }
        for &slice in slices {
            let losses = block_on(it.train(slice)).unwrap();
            assert!(losses.iter().all(|loss| *loss > 0.0), "there is something to learn");
        }
        block_on(it.weights()).unwrap()
    };
    assert_eq!(run(&[7, 3, 20]), run(&[12, 18]));
}

#[test]
fn what_cannot_be_distilled_is_refused() {
    let good = file(NetConfig::Mixer(mixer()));
    let refused =
        |config: DistillationConfig, file: &[u8]| begin(config, file).err().expect("refused").kind();
    for bad in [
        DistillationConfig { images: 3, ..config() },
        DistillationConfig { steps: 0, ..config() },
        DistillationConfig { batch: 4, ..config() },
        DistillationConfig { rate: 0.0, ..config() },
        DistillationConfig { guidance: Guidance { weight: f64::NAN, from: 0.0, to: 1.0 }, ..config() },
    ] {
        assert_eq!(refused(bad.clone(), &good), Kind::Config, "{bad:?}");
    }
    assert_eq!(refused(config(), b"not weights"), Kind::Weights);
    let map = file(NetConfig::Mixer(MixerConfig { map: true, ..mixer() }));
    assert_eq!(refused(config(), &map), Kind::Config);
    let mut early = begin(config(), &good).unwrap();
    assert_eq!(block_on(early.train(1)).unwrap_err().kind(), Kind::Config);
    assert!(DistillationConfig::from_json("{}").is_err());
}
