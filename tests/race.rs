//! Races of few-step models in the plane, and the one that the page shows before anything is trained.
#![cfg(feature = "cli")]

use flow_lab::data::plane::Distribution;
use flow_lab::device::Engine;
use flow_lab::race::{Method, Race, RaceConfig};
use pollster::block_on;

fn config() -> RaceConfig {
    RaceConfig { width: 32, depth: 2, batch: 64, steps: 60, seed: 3, ..RaceConfig::default() }
}

fn race(config: RaceConfig) -> Race {
    Race::new(config, &block_on(Engine::Cpu.open()).unwrap()).unwrap()
}

#[test]
fn every_method_trains_and_one_race_is_one_result_however_it_is_sliced() {
    let mut config = config();
    config.methods = Method::ALL[1..].to_vec();
    config.methods.insert(1, Method::Reflow);
    let ends = |slice: u64| {
        let mut race = race(config.clone());
        let mut seen = Vec::new();
        while let Some(progress) = block_on(race.train(slice)).unwrap() {
            assert!(progress.losses.iter().all(|loss| loss.is_finite()));
            seen.push(progress.contestant);
        }
        assert!(seen.is_sorted(), "one after another");
        seen.dedup();
        assert_eq!(seen.len(), race.methods().len());
        (0..seen.len()).map(|i| block_on(race.run(i, 40, 2)).unwrap()).collect::<Vec<_>>()
    };
    let (a, b) = (ends(7), ends(60));
    for (a, b) in a.iter().zip(&b) {
        assert_eq!(a.x, b.x);
        assert_eq!((a.times.len(), a.x.len()), (3, 120));
    }
}

/// α held at 0 is MeanFlow, to the bit; held elsewhere it is another network, and one outside of [0, 1] is refused.
#[test]
fn alpha_flow_is_mean_flow_where_alpha_is_zero() {
    let ends = |alpha: f64| {
        let methods = vec![Method::MeanFlow, Method::AlphaFlow];
        let mut race = race(RaceConfig { methods, steps: 30, alpha: Some(alpha), ..config() });
        while block_on(race.train(30)).unwrap().is_some() {}
        [1, 2].map(|i| block_on(race.run(i, 50, 2)).unwrap().x)
    };
    let [mean, zero] = ends(0.0);
    assert_eq!(mean, zero);
    let [mean, half] = ends(0.5);
    assert!(mean == zero && mean != half);
    for alpha in [-0.1, 1e-9, 1.5, f64::NAN] {
        assert!(RaceConfig { alpha: Some(alpha), ..config() }.validate().is_err(), "{alpha}");
    }
}

#[test]
fn few_steps_are_better_than_the_flow_at_one() {
    // Long enough to learn, short enough for a test; the published comparison is the program `race`.
    let config = RaceConfig {
        target: Distribution::EightGaussians,
        methods: Method::ALL[1..].to_vec(),
        steps: 1500,
        ..config()
    };
    let mut race = race(config);
    while block_on(race.train(500)).unwrap().is_some() {}
    let w2 = |i: usize, nfe: usize| block_on(race.run(i, 400, nfe)).unwrap().w2;
    let flow = w2(0, 1);
    for (i, method) in race.methods().into_iter().enumerate().skip(1) {
        let one = w2(i, 1);
        // The flow's single step lands near the mean of the data. Margins: a third over two seeds of W2's noise.
        assert!(one < 0.7 * flow, "{}: W2 {one} at one evaluation, the flow {flow}", method.label());
    }
    let straight = |i: usize| block_on(race.run(i, 400, 16)).unwrap().straightness;
    assert!(straight(1) < 0.5 * straight(0), "reflow straightens: {} {}", straight(1), straight(0));
}

#[test]
fn wrong_races_are_refused() {
    let open = || block_on(Engine::Cpu.open()).unwrap();
    for bad in [
        RaceConfig { steps: 0, ..config() },
        RaceConfig { methods: vec![Method::Flow], ..config() },
        RaceConfig { methods: vec![Method::Reflow; 13], ..config() },
        RaceConfig { width: 1, ..config() },
    ] {
        assert!(Race::new(bad.clone(), &open()).is_err(), "{bad:?}");
    }
    assert!(RaceConfig::from_json("{\"source\": 3}").is_err());
    let race = race(config());
    assert!(block_on(race.run(9, 10, 1)).is_err());
    assert!(block_on(race.run(0, 0, 1)).is_err());
    assert!(block_on(race.run(0, 10, 0)).is_err());
}

/// Contestants can be shared by several races with the same settings: each gets to where it gets in one race that trains all. Who learns from another waits for it.
#[test]
fn contestants_do_not_depend_on_who_trains_beside_them() {
    let config = RaceConfig {
        methods: vec![Method::Distillation, Method::Shortcut, Method::Drifting],
        steps: 40,
        width: 16,
        ..RaceConfig::default()
    };
    let mut whole = race(config.clone());
    while block_on(whole.train(7)).unwrap().is_some() {}
    let mut part = race(config);
    let error = block_on(part.train_one(1, 5)).unwrap_err();
    assert!(error.to_string().contains("train the flow matching first"), "{error}");
    for i in [3, 2, 0, 1] {
        while let Some(progress) = block_on(part.train_one(i, 9)).unwrap() {
            assert_eq!(progress.contestant, i);
        }
    }
    for i in 0..4 {
        let [a, b] = [&whole, &part].map(|race| block_on(race.run(i, 50, 4)).unwrap());
        assert_eq!((a.x, a.w2), (b.x, b.w2), "contestant {i}");
    }
    assert!(block_on(part.train_one(4, 1)).is_err());
}

/// The flow of the saved race is the one that its settings give, trained anew. The other methods would take minutes.
#[test]
fn the_saved_flow_is_what_its_settings_give() {
    let text = include_str!("../www/figures/race/saved.js");
    let json = text.split_once("SAVED = ").unwrap().1.trim_end().trim_end_matches(';');
    let saved: serde_json::Value = serde_json::from_str(json).unwrap();
    let mut settings = saved["settings"].clone();
    settings["methods"] = serde_json::json!([]);
    let mut race = race(RaceConfig::from_json(&settings.to_string()).unwrap());
    while block_on(race.train(500)).unwrap().is_some() {}
    let line = &saved["lines"][0];
    assert_eq!(line["id"], "flow");
    for (k, nfe) in [1, 2, 4, 8, 16, 32].into_iter().enumerate() {
        let run = block_on(race.run(0, saved["particles"].as_u64().unwrap() as usize, nfe)).unwrap();
        let told = line["w2"][k].as_f64().unwrap();
        // Processors round differently, and 5,000 steps of training make more of it.
        assert!((run.w2 - told).abs() < 0.1 * told, "{nfe} NFE: {} now, {told} saved", run.w2);
        let end = line["ends"][k].as_str().unwrap().split(' ').map(|v| v.parse::<f32>().unwrap() / 100.0);
        let ends = run.x[run.x.len() - 1000..].as_flattened().iter().zip(end);
        let mean = ends.map(|(a, b)| (a - b).abs()).sum::<f32>() / 800.0;
        assert!(mean < 0.2, "{nfe} NFE: a coordinate differs by {mean} in the mean");
    }
}
