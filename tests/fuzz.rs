//! What comes from outside, whatever it is: tables, point sets, images, weights, settings. It is read or refused with a sentence;
//! nothing panics, and what was read can be used. `FLOW_LAB_CASES` sets how many cases each test has; with it they are other ones
//! at each run.
#![cfg(feature = "cli")]

#[path = "common/shipped.rs"]
mod shipped;

use flow_lab::classes::ClassesConfig;
use flow_lab::comparison::{self, compare};
use flow_lab::data::plane::{PointSet, Table, read_csv};
use flow_lab::data::{parse_images, parse_labels};
use flow_lab::device::{Engine, cpu};
use flow_lab::distillation::DistillationConfig;
use flow_lab::error::{Error, Kind};
use flow_lab::lab::{Lab, LabConfig};
use flow_lab::latent::{Latent, LatentConfig};
use flow_lab::net::DenseConfig;
use flow_lab::race::RaceConfig;
use flow_lab::session::{Request, Session};
use flow_lab::weights;
use pollster::block_on;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseResult, TestRunner};
use serde_json::{Value, json};
use shipped::WEIGHTS;

/// Runs `law` on many values.
fn hold<S: Strategy>(values: S, law: impl Fn(S::Value) -> TestCaseResult) {
    let asked = std::env::var("FLOW_LAB_CASES").ok().map(|n| n.parse().expect("FLOW_LAB_CASES is a number"));
    let seed = if asked.is_some() { RngSeed::Random } else { RngSeed::Fixed(1) };
    let config = ProptestConfig {
        cases: asked.unwrap_or(10_000),
        failure_persistence: None,
        rng_seed: seed,
        ..ProptestConfig::default()
    };
    if let Err(failure) = TestRunner::new(config).run(&values, law) {
        panic!("{failure}");
    }
}

/// One change of some bytes: where (as a share of them), what, and a byte for it.
type Edit = (f64, u8, u8);

fn edits(most: usize) -> impl Strategy<Value = Vec<Edit>> {
    prop::collection::vec((0.0..1.0, 0u8..5, any::<u8>()), 0..most)
}

fn edited(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for &(share, how, byte) in edits {
        let at = (share * bytes.len() as f64) as usize;
        match how {
            _ if at >= bytes.len() => bytes.push(byte),
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            2 => drop(bytes.remove(at)),
            3 => bytes.truncate(at),
            _ => bytes[at] ^= 1 << (byte % 8),
        }
    }
    bytes
}

fn said(error: &Error, kinds: &[Kind]) -> TestCaseResult {
    prop_assert!(kinds.contains(&error.kind()), "{:?}: {error}", error.kind());
    prop_assert!(error.to_string().len() > 10, "{error}");
    Ok(())
}

#[test]
fn tables() {
    let whole = [
        "x,y\n1.5,-2\n3,4.25\n\"5\",6\n7e1,8\n",
        "a;b;c\n1,5;2;3\n4,5;NA;7\n8;9,25;1\n",
        "1\t2\n3\t4\n5\t6\n",
    ];
    let wide: Vec<u8> = "x,y\n1,2\n3,4\n5,6\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let kept = (0usize..4, edits(12)).prop_map(move |(which, edits)| match which {
        3 => edited(&[&[0xff, 0xfe], &wide[..]].concat(), &edits),
        _ => edited(whole[which].as_bytes(), &edits),
    });
    let any = prop_oneof![4 => kept, 1 => prop::collection::vec(any::<u8>(), 0..200)];
    hold((any, prop::option::of((0usize..5, 0usize..5))), |(bytes, columns)| {
        match read_csv(&bytes, columns.map(|(a, b)| [a, b])) {
            Ok(Table::Points(table)) => {
                prop_assert!(table.scale.is_normal() && table.center.iter().all(|c| c.is_finite()));
                prop_assert_eq!(table.points.points().len(), table.rows);
                prop_assert!(table.points.points().as_flattened().iter().all(|v| v.is_finite()));
            }
            Ok(Table::Choose(columns)) => prop_assert!(columns.iter().filter(|c| c.numeric).count() > 2),
            Err(e) => said(&e, &[Kind::Data])?,
        }
        Ok(())
    });
}

#[test]
fn point_sets() {
    let good = PointSet::new(vec![[0.5, -1.25], [3.0, 2.0], [-5.9, 5.9]]).unwrap().encode();
    let any = prop_oneof![
        edits(6).prop_map(move |e| edited(good.as_bytes(), &e)),
        prop::collection::vec(any::<u8>(), 0..60)
    ];
    hold(any, |bytes| {
        match PointSet::decode(&String::from_utf8_lossy(&bytes)) {
            Ok(set) => {
                prop_assert!(!set.points().is_empty());
                let again = PointSet::decode(&set.encode()).unwrap();
                prop_assert_eq!(again.points(), set.points());
            }
            Err(e) => said(&e, &[Kind::Data])?,
        }
        Ok(())
    });
}

#[test]
fn images_and_labels() {
    let images: Vec<u8> = [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2][..], &[7; 8]].concat();
    let labels: Vec<u8> = vec![0, 0, 8, 1, 0, 0, 0, 2, 3, 9];
    hold((any::<bool>(), edits(6)), |(of_labels, edits)| {
        if of_labels {
            match parse_labels(&edited(&labels, &edits)) {
                Ok(labels) => prop_assert!(!labels.is_empty()),
                Err(e) => said(&e, &[Kind::Data])?,
            }
        } else {
            match parse_images(&edited(&images, &edits)) {
                Ok((values, pixels)) => {
                    prop_assert!(pixels > 0 && values.len() % pixels == 0);
                    prop_assert!(values.iter().all(|v| (-1.0..=1.0).contains(v)));
                }
                Err(e) => said(&e, &[Kind::Data])?,
            }
        }
        Ok(())
    });
}

/// A lab's file with anything done to it changes nothing unless all of it can be used.
#[test]
fn weights_files() {
    let opened = block_on(Engine::Cpu.open()).unwrap();
    let config = LabConfig { width: 16, depth: 1, ..LabConfig::default() };
    let lab = Lab::new(config, &opened).unwrap();
    let good = block_on(lab.weights()).unwrap();
    let device = cpu();
    hold(edits(4), |edits| {
        let bytes = edited(&good, &edits);
        if let Err(e) = weights::from_bytes(&bytes, &device) {
            said(&e, &[Kind::Weights])?; // it is no file of an image network in any case
        }
        match Lab::config_of(&bytes) {
            Ok(config) => {
                let mut other = Lab::new(config, &opened).unwrap();
                other.load(&bytes).unwrap();
                let again = block_on(other.weights());
                prop_assert!(again.is_ok(), "{:?}", again.err());
            }
            Err(e) => said(&e, &[Kind::Weights, Kind::Config, Kind::Numeric, Kind::Data])?,
        }
        Ok(())
    });
}

/// A decoder's file likewise: what is read can be decoded with.
#[test]
fn decoders_files() {
    let opened = block_on(Engine::Cpu.open()).unwrap();
    let sizes = DenseConfig { sizes: vec![2, 1, 784] };
    let codes = PointSet::new(vec![[0.5, -1.0], [2.0, 3.0]]).unwrap();
    let config = LatentConfig { decoder: sizes.clone(), codes: codes.encode(), labels: "07".into() };
    let latent = Latent::new(config, sizes.init(0, &opened.device).unwrap(), &opened).unwrap();
    let good = block_on(latent.to_bytes()).unwrap();
    hold(edits(4), |edits| {
        match Latent::from_bytes(&edited(&good, &edits), &opened) {
            Ok(latent) => {
                prop_assert_eq!(latent.codes().len(), latent.labels().len());
                let images = block_on(latent.decode(latent.codes())).unwrap();
                prop_assert!(images.iter().all(|v| (-1.0..=1.0).contains(v)));
            }
            Err(e) => said(&e, &[Kind::Weights, Kind::Config, Kind::Data])?,
        }
        Ok(())
    });
}

/// Values for a field: of its own kind, at the edges of numbers, of other kinds.
fn strange() -> impl Strategy<Value = Value> {
    let numbers =
        [0.0, -0.0, 1.0, -1.0, 0.5, 1e-300, 1e300, -1e300, 256.0, 257.0, 100_001.0, 4_294_967_296.0];
    prop_oneof![
        prop::sample::select(numbers.to_vec()).prop_map(|n| json!(n)),
        any::<i64>().prop_map(|n| json!(n)),
        (-2i64..300).prop_map(|n| json!(n)),
        any::<u64>().prop_map(|n| json!(n)),
        Just(Value::Null),
        any::<bool>().prop_map(|b| json!(b)),
        "[a-z0-9-]{0,12}".prop_map(|s| json!(s)),
        Just(json!([])),
        Just(json!({})),
        prop::collection::vec(any::<f64>().prop_map(|v| json!(v)), 0..4).prop_map(Value::Array),
    ]
}

/// `whole` with some of its fields strange, missing or new; arrays of arrays count by their place.
fn changed(whole: Value) -> impl Strategy<Value = Value> {
    let keys: Vec<String> = whole.as_object().unwrap().keys().cloned().chain(["other".into()]).collect();
    let change = (prop::sample::select(keys), prop::option::weighted(0.9, strange()));
    prop::collection::vec(change, 0..4).prop_map(move |changes| {
        let mut whole = whole.clone();
        let fields = whole.as_object_mut().unwrap();
        for (key, value) in changes {
            match value {
                Some(value) => drop(fields.insert(key, value)),
                None => drop(fields.remove(&key)),
            }
        }
        whole
    })
}

#[test]
fn settings() {
    let lab = json!({
        "source": { "kind": "gaussian" }, "target": { "kind": "text", "text": "A" }, "path": "own", "sigma_min": 0.1,
        "curves": { "alpha": [0.1, 0.3, 0.8], "sigma": [0.9, 0.6, 0.2] }, "predicts": "data", "loss": "noise",
        "coupling": "sinkhorn", "epsilon": 0.1, "width": 16, "depth": 1, "batch": 32, "rate": 0.01, "time": "uniform", "ema": 0.9,
        "seed": 1, "earlier": [{ "rate": 0.1, "until": 3 }],
    });
    let race = json!({
        "source": { "kind": "gaussian" }, "target": { "kind": "rings" }, "methods": ["reflow", "shortcut"], "steps": 100, "width": 16,
        "depth": 1, "batch": 32, "rate": 0.01, "ema": 0.9, "seed": 1, "alpha": 0.5,
    });
    let distillation = json!({
        "images": 10, "steps": 1, "batch": 5, "rate": 0.01, "guidance": { "weight": 2.0, "from": 0.2, "to": 1.0 }, "seed": 1,
    });
    let classes = json!({ "width": 16, "batch": 8, "rate": 0.01, "dropped": 0.1, "ema": 0.9, "seed": 1 });
    // As they are, these are accepted: the changes decide.
    LabConfig::from_json(&lab.to_string()).unwrap();
    RaceConfig::from_json(&race.to_string()).unwrap();
    DistillationConfig::from_json(&distillation.to_string()).unwrap();
    ClassesConfig::from_json(&classes.to_string()).unwrap();
    let any = prop_oneof![
        changed(lab).prop_map(|v| (0, v)),
        changed(race).prop_map(|v| (1, v)),
        changed(distillation).prop_map(|v| (2, v)),
        changed(classes).prop_map(|v| (3, v)),
    ];
    hold(any, |(which, value)| {
        let text = value.to_string();
        let (refused, usable) = match which {
            0 => match LabConfig::from_json(&text) {
                Ok(config) => (None, config.batches().map(|b| b.pairs(0, b.batch).map(drop))),
                Err(e) => (Some(e), Ok(Ok(()))),
            },
            1 => (RaceConfig::from_json(&text).err(), Ok(Ok(()))),
            2 => (DistillationConfig::from_json(&text).err(), Ok(Ok(()))),
            _ => (ClassesConfig::from_json(&text).err(), Ok(Ok(()))),
        };
        if let Some(e) = refused {
            said(&e, &[Kind::Config, Kind::Data])?;
        }
        match usable {
            Ok(Ok(())) => {}
            Ok(Err(e)) => said(&e, &[Kind::Config, Kind::Data, Kind::Numeric])?,
            Err(e) => said(&e, &[Kind::Config, Kind::Data])?,
        }
        Ok(())
    });
}

#[test]
fn requests() {
    let digits = json!({
        "seed": 1, "labels": [3, null], "solver": "euler", "steps": 1, "tolerance": 0.01,
        "guidance": { "weight": 2.0, "from": 0.2, "to": 1.0 },
    });
    let paths =
        json!({ "x0": [[0.0, 1.0]], "x1": [[1.0, 0.0]], "diffusion": "vp", "sigma_min": 0.0, "steps": 1 });
    let mut session = block_on(Session::open(Engine::Cpu)).unwrap();
    block_on(session.load(WEIGHTS)).unwrap();
    session.start(&Request::from_json(&digits.to_string()).unwrap()).unwrap();
    let any = prop_oneof![3 => changed(digits).prop_map(|v| (true, v)), 1 => changed(paths).prop_map(|v| (false, v))];
    hold(any, |(digits, value)| {
        let text = value.to_string();
        // A run that can begin has begun: what it computes is not waited for.
        let answer = if digits {
            Request::from_json(&text).and_then(|request| session.start(&request)).map(drop)
        } else {
            match serde_json::from_str::<comparison::Request>(&text) {
                Ok(request) => compare(&request).map(drop),
                Err(_) => Ok(()),
            }
        };
        if let Err(e) = answer {
            said(&e, &[Kind::Config, Kind::Data])?;
        }
        Ok(())
    });
}
