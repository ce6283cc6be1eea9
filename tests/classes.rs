//! Guidance in the plane, against classes known in closed form.
#![cfg(feature = "cli")]

use burn::tensor::{Device, Tensor};
use flow_lab::classes::{CLASSES, Classes, ClassesConfig, Guide, of_class};
use flow_lab::device::Engine;
use flow_lab::field::{VelocityField, one_hot};
use flow_lab::metrics::wasserstein2;
use flow_lab::net::MlpConfig;
use flow_lab::points::Point;
use pollster::block_on;

fn classes(steps: usize) -> Classes {
    let mut classes = Classes::new(ClassesConfig::default(), &block_on(Engine::Cpu.open()).unwrap()).unwrap();
    if steps > 0 {
        block_on(classes.train(steps)).unwrap();
    }
    classes
}

fn run(classes: &Classes, guide: Guide, weight: f64) -> flow_lab::classes::GuidedRun {
    block_on(classes.run(900, guide, weight, 32)).unwrap()
}

/// With weight 1 the closed form gives each class's own distribution: as near to fresh draws as other fresh draws are, and as often recognized;
/// with 0 it gives the distribution of all classes, of which a third is of any.
#[test]
fn the_exact_field_gives_the_class_at_one_and_all_classes_at_none() {
    let classes = classes(0);
    let one = run(&classes, Guide::Exact, 1.0);
    let seed = |seed| ClassesConfig { seed, ..ClassesConfig::default() };
    let draws = |s| Classes::new(seed(s), &block_on(Engine::Cpu.open()).unwrap()).unwrap().data(900).unwrap();
    let (a, b) = (draws(1), draws(2));
    let floor =
        (0..CLASSES).map(|c| wasserstein2(&of_class(&a, c), &of_class(&b, c))).sum::<f64>() / CLASSES as f64;
    assert!(one.w2 < 1.3 * floor, "{}, fresh draws {floor}", one.w2);
    assert!((one.spread - 1.0).abs() < 0.06, "{}", one.spread);
    // At the center the classes lie on each other.
    assert!(one.recognized > 0.93 && one.recognized < 0.995, "{}", one.recognized);
    let none = run(&classes, Guide::Exact, 0.0);
    assert!((none.recognized - 1.0 / CLASSES as f64).abs() < 0.05, "{}", none.recognized);
}

/// One Euler step is linear in the weight: u = a + w (b − a).
#[test]
fn guidance_is_linear_in_its_weight() {
    let classes = classes(20);
    for guide in [Guide::ClassifierFree, Guide::Weak, Guide::Exact] {
        let step =
            |w: f64| -> Vec<Point> { block_on(classes.run(30, guide, w, 1)).unwrap().x[30..].to_vec() };
        let (zero, one, three) = (step(0.0), step(1.0), step(3.0));
        for ((a, b), c) in zero.iter().zip(&one).zip(&three) {
            for k in 0..2 {
                let expected = a[k] + 3.0 * (b[k] - a[k]);
                assert!((expected - c[k]).abs() < 1e-4, "{guide:?}: {expected} {}", c[k]);
            }
        }
        // With weight 1 nothing guides: the class's own velocity, by the same network.
        if guide != Guide::Exact {
            assert_eq!(
                one,
                block_on(classes.run(30, Guide::ClassifierFree, 1.0, 1)).unwrap().x[30..].to_vec()
            );
        }
    }
}

/// What a reader is told: a trained network is near the closed form at weight 1; a larger weight makes classes plainer and narrower, in
/// the closed form and by the network alike; a weaker network as guide does not narrow them.
#[test]
fn a_larger_weight_is_recognized_more_and_spreads_less() {
    let classes = classes(2000);
    let [exact, learned] = [Guide::Exact, Guide::ClassifierFree].map(|guide| run(&classes, guide, 1.0));
    assert!(learned.w2 < exact.w2 + 0.15, "{} {}", learned.w2, exact.w2);
    assert!((learned.recognized - exact.recognized).abs() < 0.05);
    for guide in [Guide::Exact, Guide::ClassifierFree] {
        let (one, three) = (run(&classes, guide, 1.0), run(&classes, guide, 3.0));
        assert!(
            three.recognized > one.recognized + 0.01,
            "{guide:?}: {} {}",
            one.recognized,
            three.recognized
        );
        assert!(three.w2 > one.w2 + 0.1, "{guide:?}: it is another distribution");
        assert!(three.spread < 0.75 * one.spread, "{guide:?}: {} {}", one.spread, three.spread);
    }
    let [weak, free] = [Guide::Weak, Guide::ClassifierFree].map(|guide| run(&classes, guide, 2.0));
    assert!(weak.spread > 0.9 && free.spread < 0.8, "{} {}", weak.spread, free.spread);
    assert!(weak.w2 < 0.7 * free.w2, "{} {}", weak.w2, free.w2);
}

/// The flow map with the scale as an input does in one evaluation about what classifier-free guidance does in 64.
#[test]
fn one_evaluation_guides_as_many_do() {
    let classes = classes(2000);
    for weight in [1.0, 1.5, 3.0] {
        let many = run(&classes, Guide::ClassifierFree, weight);
        let one = block_on(classes.run(900, Guide::Input, weight, 1)).unwrap();
        assert_eq!(one.x.len(), 2 * 900);
        assert!(
            (one.recognized - many.recognized).abs() < 0.04,
            "{weight}: {} {}",
            one.recognized,
            many.recognized
        );
        assert!((one.spread / many.spread - 1.0).abs() < 0.15, "{weight}: {} {}", one.spread, many.spread);
        assert!((one.w2 - many.w2).abs() < 0.3, "{weight}: {} {}", one.w2, many.w2);
    }
    for (weight, said) in [(0.5, "1 to 8, not 0.5"), (8.5, "1 to 8, not 8.5")] {
        let error = block_on(classes.run(900, Guide::Input, weight, 1)).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[test]
fn one_seed_gives_one_training_however_it_is_sliced() {
    let (a, mut b) = (classes(30), classes(0));
    for steps in [1, 8, 21] {
        block_on(b.train(steps)).unwrap();
        run(&b, Guide::Weak, 2.0);
    }
    assert_eq!(b.step(), 30);
    for guide in Guide::ALL {
        assert_eq!(run(&a, guide, 2.0).x, run(&b, guide, 2.0).x);
    }
}

#[test]
fn no_class_is_a_row_of_zeros_and_classes_matter() {
    let device = Device::flex();
    let net = MlpConfig { dim: 2, width: 16, depth: 2 }.init_classes(3, 1, &device).unwrap();
    let x = || Tensor::<2>::from_floats([[0.5, -1.0], [0.5, -1.0]], &device);
    let t = || Tensor::<1>::from_floats([0.3, 0.3], &device);
    let values = |x: Tensor<2>| x.into_data().iter::<f32>().collect::<Vec<_>>();
    let none = one_hot(&[None, None], 3, &device).unwrap();
    assert_eq!(values(net.velocity(x(), t(), None)), values(net.velocity(x(), t(), Some(none))));
    let some = values(net.velocity(x(), t(), Some(one_hot(&[Some(0), Some(2)], 3, &device).unwrap())));
    assert!(some[..2] != some[2..], "{some:?}");
}

#[test]
fn what_is_outside_its_domain_is_refused() {
    let open = || block_on(Engine::Cpu.open()).unwrap();
    let base = ClassesConfig::default();
    for bad in [
        ClassesConfig { width: 8, ..base.clone() },
        ClassesConfig { batch: 0, ..base.clone() },
        ClassesConfig { rate: f64::NAN, ..base.clone() },
        ClassesConfig { dropped: 1.0, ..base.clone() },
        ClassesConfig { ema: -0.1, ..base },
    ] {
        assert!(Classes::new(bad.clone(), &open()).is_err(), "{bad:?}");
    }
    assert!(ClassesConfig::from_json("{\"width\": 64}").is_err());
    let mut classes = classes(0);
    assert!(block_on(classes.train(0)).is_err() && block_on(classes.train(10_001)).is_err());
    for (n, weight, steps) in
        [(2, 1.0, 8), (30, -0.5, 8), (30, f64::NAN, 8), (30, 10.5, 8), (30, 1.0, 0), (30, 1.0, 257)]
    {
        assert!(block_on(classes.run(n, Guide::Exact, weight, steps)).is_err(), "{n} {weight} {steps}");
    }
}
