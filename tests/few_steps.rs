//! Few-step models: targets against a flow known in closed form, forward-mode derivatives against differences,
//! stopped gradients.
#![cfg(feature = "cli")]

#[path = "common/gaussian.rs"]
mod gaussian;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use flow_lab::field::{FlowMap, FlowMapJvp, VelocityField};
use flow_lab::loss::{
    NoShorter, alpha_flow_target, consistency, drift, improved_mean_flow, lagrangian, mean_flow,
    mean_flow_target, named_end, neighbor, semigroup, semigroup_target, shortcut, shortcut_target,
};
use flow_lab::net::{MapMlp, MlpConfig};
use flow_lab::rng::{Rng, Stream};
use flow_lab::sample::{MapSampler, map_steps};
use flow_lab::train::{FewStepBatches, Objective};
use gaussian::{Gaussian, close, column, places, rows, values};

fn cpu() -> Device {
    Device::flex()
}

const EXACT: Gaussian = Gaussian { m: 1.5, s: 0.4 };

#[test]
fn the_targets_of_an_exact_map_are_the_map() {
    let (x, t, s) = places();
    let exact = EXACT.average_velocity(x.clone(), t.clone(), s.clone());
    // Single precision between the two half steps.
    close("shortcut", shortcut_target(&EXACT, x.clone(), t.clone(), s.clone()), exact.clone(), 2e-6);
    let v = EXACT.velocity(x.clone(), t.clone(), None);
    let three = [x.clone(), v.clone(), v];
    close("MeanFlow", mean_flow_target(&EXACT, three, t.clone(), s.clone()), exact.clone(), 2e-6);
    let middle = t.clone() + (s.clone() - t.clone()) * 0.3;
    let times = [t.clone(), middle, s.clone()];
    close("semigroup", semigroup_target(&EXACT, x.clone(), times), exact, 4e-6);
    let end = EXACT.map(&x, &t, &s, |_, x, t, _| EXACT.at(x, t, 1.0));
    close("named end", named_end(&EXACT, x.clone(), t.clone()), end.clone(), 2e-6);
    let later = EXACT.map(&x, &t, &s, |_, x, t, s| EXACT.at(x, t, s));
    close("named end, later", named_end(&EXACT, later, s.clone()), end, 2e-6);
}

/// A map that was never trained on intervals between none and 1/64.
struct Untrained;

impl FlowMap for Untrained {
    fn average_velocity(&self, x: Tensor<2>, t: Tensor<1>, s: Tensor<1>) -> Tensor<2> {
        let said = values(EXACT.average_velocity(x, t.clone(), s.clone()));
        let lengths = values(s - t);
        rows(
            said.iter()
                .enumerate()
                .map(|(i, u)| u + if (1e-4..0.015).contains(&lengths[i / 2]) { 100.0 } else { 0.0 })
                .collect(),
        )
    }
}

#[test]
fn a_shortcut_model_is_not_asked_for_intervals_that_it_never_learns() {
    let (x, t, _) = places();
    let s = t.clone() + 1.0 / 64.0;
    let halves = |map: &dyn Fn(Tensor<2>, Tensor<1>, Tensor<1>) -> Tensor<2>| {
        let middle = t.clone() + 1.0 / 128.0;
        let first = map(x.clone(), t.clone(), middle.clone());
        let there = x.clone() + first.clone() / 128.0;
        (first + map(there, middle, s.clone())) * 0.5
    };
    let teacher = NoShorter { map: Untrained, shortest: 1.0 / 128.0 };
    let target = shortcut_target(&teacher, x.clone(), t.clone(), s.clone());
    close(
        "two steps along the velocity",
        target.clone(),
        halves(&|x, t, _| EXACT.velocity(x, t, None)),
        1e-5,
    );
    let asked = shortcut_target(&Untrained, x.clone(), t.clone(), s.clone());
    assert!(values(asked).iter().zip(values(target)).all(|(a, b)| (a - b).abs() > 50.0));
    // Longer halves are asked for as they are.
    let s = t.clone() + 1.0 / 32.0;
    let [ours, exact] = [
        shortcut_target(&teacher, x.clone(), t.clone(), s.clone()),
        shortcut_target(&EXACT, x.clone(), t.clone(), s.clone()),
    ];
    close("longer", ours, exact, 1e-6);
}

#[test]
fn an_exact_map_loses_nothing_and_another_does() {
    let (x, t, s) = places();
    let autodiff = |x: Tensor<2>| Tensor::<2>::from_inner(x);
    let later = EXACT.map(&x, &t, &s, |_, x, t, s| EXACT.at(x, t, s));
    let v = EXACT.velocity(x.clone(), t.clone(), None);
    let losses = |map: &Gaussian| {
        let at = || (Tensor::from_inner(t.clone()), Tensor::from_inner(s.clone()));
        let both = |a: &Tensor<2>| [autodiff(x.clone()), autodiff(a.clone())];
        [
            shortcut(map, &EXACT, both(&v), at().0, at().1),
            mean_flow(map, &EXACT, both(&v), at().0, at().1),
            consistency(map, &EXACT, both(&later), at().0, at().1),
            improved_mean_flow(map, &EXACT, both(&v), at().0, at().1),
            lagrangian(map, &EXACT, both(&v), at().0, at().1),
            semigroup(map, &EXACT, both(&v), [at().0, (at().0 + at().1) * 0.5, at().1]),
        ]
        .map(|loss| loss.into_scalar::<f32>())
    };
    assert!(losses(&EXACT).iter().all(|loss| *loss < 1e-8), "{:?}", losses(&EXACT));
    let other = losses(&Gaussian { m: 1.0, s: 0.4 });
    assert!(other.iter().all(|loss| *loss > 1e-2), "{other:?}");
}

/// What a pair's velocity scatters by is in the improved target once, and nowhere else.
#[test]
fn the_improved_mean_flow_takes_no_derivative_along_a_pair() {
    let (x, t, s) = places();
    let pair = EXACT.velocity(x.clone(), t.clone(), None) + 0.5;
    let on = |x: &Tensor<2>| Tensor::<2>::from_inner(x.clone());
    let at = || (Tensor::from_inner(t.clone()), Tensor::from_inner(s.clone()));
    let improved = improved_mean_flow(&EXACT, &EXACT, [on(&x), on(&pair)], at().0, at().1);
    let plain = mean_flow(&EXACT, &EXACT, [on(&x), on(&pair)], at().0, at().1);
    let [improved, plain] = [improved, plain].map(|loss| loss.into_scalar::<f32>());
    assert!((improved - 0.25).abs() < 1e-5, "{improved}");
    assert!((plain - 0.25).abs() > 0.05, "{plain}");
}

/// α = 1 is flow matching; toward 0 the target leaves the map as MeanFlow's does, α times as far.
#[test]
fn alpha_flow_lies_between_flow_matching_and_mean_flow() {
    let (x, t, s) = places();
    let v = EXACT.velocity(x.clone(), t.clone(), None) + 0.5;
    let target = |alpha| alpha_flow_target(&EXACT, [x.clone(), v.clone()], t.clone(), s.clone(), alpha);
    close("one", target(1.0), v.clone(), 1e-6);
    let u = EXACT.average_velocity(x.clone(), t.clone(), s.clone());
    let mean_flow =
        mean_flow_target(&EXACT, [x.clone(), v.clone(), v.clone()], t.clone(), s.clone()) - u.clone();
    let missed = |alpha: f64| {
        let gap = (target(alpha) - u.clone()) / alpha - mean_flow.clone();
        values(gap.abs()).into_iter().fold(0f32, f32::max)
    };
    // Of first order in α, until single precision divided by α.
    let (far, near) = (missed(0.04), missed(0.02));
    assert!((1.7..2.3).contains(&(far / near)), "{far} {near}");
}

/// Against the definition in double precision.
#[test]
fn samples_drift_as_defined() {
    let mut rng = Rng::new(11, Stream::Noise);
    let (n, m, temperature) = (5, 7, 0.6);
    let (x, y) = (rng.normals(2 * n), rng.normals(2 * m));
    let got = values(drift(rows(x.clone()), rows(y.clone()), temperature));
    let point = |of: &[f32], i: usize| [f64::from(of[2 * i]), f64::from(of[2 * i + 1])];
    let k = |a: [f64; 2], b: [f64; 2]| (-(a[0] - b[0]).hypot(a[1] - b[1]) / temperature).exp();
    let near = |i: usize, j: usize| k(point(&x, i), point(&y, j));
    let away = |i: usize, j: usize| if i == j { 0.0 } else { k(point(&x, i), point(&x, j)) };
    let row = |i: usize| (0..m).map(|j| near(i, j)).sum::<f64>() + (0..n).map(|j| away(i, j)).sum::<f64>();
    for i in 0..n {
        for c in 0..2 {
            let mut want = 0.0;
            for j in 0..m {
                for l in 0..n {
                    let columns =
                        (0..n).map(|i| near(i, j)).sum::<f64>() * (0..n).map(|i| away(i, l)).sum::<f64>();
                    let weight = near(i, j) * away(i, l) / (row(i) * columns.sqrt());
                    want += weight * (point(&y, j)[c] - point(&x, l)[c]);
                }
            }
            let got = f64::from(got[2 * i + c]);
            assert!((got - want).abs() < 1e-5, "{i} {c}: {got} {want}");
        }
    }
}

#[test]
fn an_exact_map_ends_exactly_in_any_number_of_steps() {
    let (x, t, _) = places();
    let end = EXACT.map(&x, &t, &t, |_, x, _, _| EXACT.at(x, 0.0, 1.0));
    for steps in [1, 3, 8] {
        let mut run = MapSampler::new(x.clone(), 0.0, steps).unwrap();
        let frames: Vec<_> = std::iter::from_fn(|| run.next(&EXACT)).collect();
        assert_eq!(frames.len(), steps + 1);
        for (k, frame) in frames.iter().enumerate() {
            assert!((frame.t - k as f64 / steps as f64).abs() < 1e-12);
            assert_eq!((frame.nfe, frame.done), ((k + 1).min(steps), k == steps));
        }
        close("end", frames[steps].x.clone(), end.clone(), 1e-5);
        close("toward the end", frames[steps - 1].x1(), end.clone(), 1e-5);
        close("all at once", map_steps(&EXACT, x.clone(), steps), end.clone(), 1e-5);
    }
    assert!(MapSampler::new(x, 0.0, 0).is_err());
}

#[test]
fn at_the_end_a_consistency_model_names_where_it_is() {
    let net = MlpConfig { dim: 2, width: 16, depth: 2 }.init_map(3, &cpu()).unwrap();
    let (x, t, _) = places();
    assert_eq!(values(named_end(&net, x.clone(), t.ones_like())), values(x));
}

#[test]
fn a_distilled_neighbor_is_a_step_of_second_order() {
    let (x, ..) = places();
    let error = |h: f32| {
        let (t, s) = (column(&[0.3; 8]), column(&[0.3 + h; 8]));
        let exact = EXACT.map(&x, &t, &s, |_, x, t, s| EXACT.at(x, t, s));
        let gap = values((neighbor(&EXACT, x.clone(), t, s) - exact).abs());
        gap.into_iter().fold(0f32, f32::max)
    };
    // The local error is of third order: half the step, an eighth of it.
    let ratio = error(0.2) / error(0.1);
    assert!((6.0..11.0).contains(&ratio), "{ratio}");
}

#[test]
fn the_jvp_is_the_difference_quotient() {
    let net = MlpConfig { dim: 2, width: 24, depth: 3 }.init_map(4, &cpu()).unwrap();
    let (x, t, s) = places();
    let mut rng = Rng::new(6, Stream::Noise);
    let (dx, dt, ds) = (rows(rng.normals(16)), column(&rng.normals(8)), column(&rng.normals(8)));
    let rates = (dx.clone(), dt.clone(), ds.clone());
    let (u, derivative) = net.average_velocity_jvp(x.clone(), t.clone(), s.clone(), rates);
    close("value", u, net.average_velocity(x.clone(), t.clone(), s.clone()), 1e-6);
    let h = 4e-3;
    let moved = |h: f64| {
        let at = |a: &Tensor<1>, da: &Tensor<1>| a.clone() + da.clone() * h;
        net.average_velocity(x.clone() + dx.clone() * h, at(&t, &dt), at(&s, &ds))
    };
    let central = |h: f64| (moved(h) - moved(-h)) / (2.0 * h);
    // The fourth-order quotient, because time enters at up to 10 radians a unit and moves at rates up to 2: its
    // error 4 h⁴ f⁗′/30 is about 10⁻⁴, single precision divided by h a few 10⁻⁵.
    close("derivative", derivative, (central(h) * 4.0 - central(2.0 * h)) / 3.0, 3e-4);
}

/// A direction in the space of weights, the same for every module of one shape.
struct Nudge(Rng, f32);

impl ModuleMapper for Nudge {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let id = param.id;
        let x = param.val();
        let data: Vec<f32> = values(x.clone()).iter().map(|v| v + self.1 * self.0.normal()).collect();
        let tensor = Tensor::from_data(TensorData::new(data, x.dims()), &x.device());
        param.transform_for_load(tensor, id)
    }
}

/// Σ gradient × direction.
struct Along<'a>(&'a Gradients, Rng, f64);

impl ModuleVisitor for Along<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        for g in values(param.val().grad(self.0).expect("every weight has a gradient")) {
            self.2 += f64::from(g) * f64::from(self.1.normal());
        }
    }
}

#[test]
fn gradients_stop_at_the_target() {
    let device = cpu().autodiff();
    let net = MlpConfig { dim: 2, width: 12, depth: 2 }.init_map(8, &device).unwrap();
    let (x, t, s) = places();
    let later = EXACT.map(&x, &t, &s, |_, x, t, s| EXACT.at(x, t, s));
    let v = EXACT.velocity(x.clone(), t.clone(), None);
    let direction = || Rng::new(9, Stream::Noise);
    type Loss<'a> = &'a dyn Fn(&MapMlp, &MapMlp) -> Tensor<1>;
    let on = |a: &Tensor<2>| Tensor::<2>::from_inner(a.clone());
    let at = |a: &Tensor<1>| Tensor::<1>::from_inner(a.clone());
    let shortcut_loss = |a: &MapMlp, b: &MapMlp| shortcut(a, b, [on(&x), on(&v)], at(&t), at(&s));
    let consistency_loss = |a: &MapMlp, b: &MapMlp| consistency(a, b, [on(&x), on(&later)], at(&t), at(&s));
    let mean_flow_loss = |a: &MapMlp, b: &MapMlp| mean_flow(a, b, [on(&x), on(&v)], at(&t), at(&s));
    let improved_loss = |a: &MapMlp, b: &MapMlp| improved_mean_flow(a, b, [on(&x), on(&v)], at(&t), at(&s));
    let lagrangian_loss = |a: &MapMlp, b: &MapMlp| lagrangian(a, b, [on(&x), on(&v)], at(&t), at(&s));
    let middle = (t.clone() + s.clone()) * 0.5;
    let semigroup_loss =
        |a: &MapMlp, b: &MapMlp| semigroup(a, b, [on(&x), on(&v)], [at(&t), at(&middle), at(&s)]);
    let all: [(&str, Loss); 6] = [
        ("shortcut", &shortcut_loss),
        ("consistency", &consistency_loss),
        ("MeanFlow", &mean_flow_loss),
        ("improved MeanFlow", &improved_loss),
        ("Lagrangian", &lagrangian_loss),
        ("semigroup", &semigroup_loss),
    ];
    for (name, loss) in all {
        let moved = |h: f32| net.clone().map(&mut Nudge(direction(), h));
        let h = 3e-3;
        let value = |a: &MapMlp, b: &MapMlp| f64::from(loss(a, &b.valid()).into_scalar::<f32>());
        let slope = |f: &dyn Fn(&MapMlp) -> f64| (f(&moved(h)) - f(&moved(-h))) / (2.0 * f64::from(h));
        let stopped = slope(&|moved| value(moved, &net));
        let flowing = slope(&|moved| value(moved, moved));
        let gradients = loss(&net, &net.valid()).backward();
        let mut along = Along(&gradients, direction(), 0.0);
        net.visit(&mut along);
        // Differences in single precision; the two slopes must lie far enough apart to be told from each other.
        let tolerance = 2e-3 + 5e-3 * stopped.abs();
        assert!(
            (stopped - flowing).abs() > 5.0 * tolerance,
            "{name}: {stopped} {flowing} cannot be told apart"
        );
        assert!((along.2 - stopped).abs() < tolerance, "{name}: gradient {}, not {stopped}", along.2);
    }
}

#[test]
fn times_are_what_each_objective_asks_for() {
    for objective in [
        Objective::Consistency,
        Objective::Distillation,
        Objective::Shortcut,
        Objective::MeanFlow,
        Objective::ImprovedMeanFlow,
        Objective::AlphaFlow,
        Objective::Lagrangian,
        Objective::Semigroup,
        Objective::Drifting,
    ] {
        let pairs = flow_lab::lab::LabConfig { batch: 400, ..Default::default() }.batches().unwrap();
        let batches = FewStepBatches { pairs, objective, steps: 100, alpha: None };
        for step in [0, 50, 99] {
            let (t, s) = batches.times(step);
            assert_eq!(batches.times(step), (t.clone(), s.clone()), "a draw depends on seed and step only");
            for (row, (t, s)) in t.into_iter().zip(s).enumerate() {
                assert!((0.0..1.0).contains(&t) && t <= s && s <= 1.0, "{objective:?}: {t} {s}");
                let length = s - t;
                match objective {
                    Objective::Consistency | Objective::Distillation => {
                        let n = batches.intervals(step) as f32;
                        assert!((length * n - 1.0).abs() < 1e-4 && (t * n - (t * n).round()).abs() < 1e-4);
                    }
                    Objective::Shortcut if row % 4 == 0 => {
                        let parts = 1.0 / length;
                        assert!(parts == parts.round() && parts.log2().fract() == 0.0 && parts <= 64.0);
                        assert_eq!((t * parts).fract(), 0.0, "a step begins where such a step can end");
                    }
                    Objective::Shortcut => assert_eq!(length, 0.0),
                    Objective::MeanFlow | Objective::ImprovedMeanFlow | Objective::AlphaFlow => {
                        assert!(row % 2 == 0 || length == 0.0);
                    }
                    Objective::Lagrangian | Objective::Semigroup => assert!(row % 4 == 0 || length == 0.0),
                    Objective::Drifting => assert_eq!((t, s), (0.0, 1.0)),
                }
            }
        }
    }
    let pairs = flow_lab::lab::LabConfig::default().batches().unwrap();
    let batches = FewStepBatches { pairs, objective: Objective::Consistency, steps: 500, alpha: None };
    let intervals: Vec<u64> = (0..500).map(|step| batches.intervals(step)).collect();
    assert!(intervals.is_sorted() && intervals[0] == 8 && intervals[499] == 128);
    let held = FewStepBatches { alpha: Some(0.25), ..batches.clone() };
    assert!([0, 250, 500].into_iter().all(|step| held.alpha(step) == 0.25));
    let alphas: Vec<f64> = (0..=500).map(|step| batches.alpha(step)).collect();
    assert!(alphas.is_sorted_by(|a, b| a >= b) && (alphas[0], alphas[250], alphas[500]) == (1.0, 0.5, 0.0));
}
