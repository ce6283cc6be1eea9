//! The 2-D lab: determinism, stages, likelihood, exact against learned, weights files.
#![cfg(feature = "cli")]

#[path = "common/compare.rs"]
mod compare;
#[path = "common/shipped.rs"]
mod shipped;

use burn::tensor::{Device, Tensor, TensorData};
use compare::largest_difference;
use flow_lab::data::plane::Distribution;
use flow_lab::device::Engine;
use flow_lab::error::{Error, Kind};
use flow_lab::field::{Divergence, VelocityField};
use flow_lab::lab::{CouplingKind, Lab, LabConfig, PathKind, Sampling};
use flow_lab::likelihood::pull_back;
use flow_lab::net::MlpConfig;
use flow_lab::points::Point;
use flow_lab::solver::Solver;
use pollster::block_on;
use shipped::WEIGHTS;

fn small() -> LabConfig {
    LabConfig { width: 32, depth: 2, batch: 64, ema: 0.0, ..LabConfig::default() }
}

fn lab(config: LabConfig) -> Lab {
    Lab::new(config, &block_on(Engine::Cpu.open()).unwrap()).unwrap()
}

fn trained(config: LabConfig, steps: usize) -> Lab {
    let mut lab = lab(config);
    block_on(lab.train(steps)).unwrap();
    lab
}

fn weights(lab: &Lab) -> Vec<u8> {
    block_on(lab.weights()).unwrap()
}

#[test]
fn one_seed_gives_one_training_however_it_is_sliced() {
    let at_once = trained(small(), 30);
    let mut in_slices = lab(small());
    for steps in [1, 7, 22] {
        block_on(in_slices.train(steps)).unwrap();
        // Looking must not change what is trained.
        block_on(in_slices.figures(16, Sampling::ode(Solver::Euler, 2))).unwrap();
    }
    assert_eq!(in_slices.step(), 30);
    assert_eq!(weights(&at_once), weights(&in_slices));
    assert_ne!(weights(&at_once), weights(&trained(LabConfig { seed: 2, ..small() }, 30)));
}

#[test]
fn a_rate_changed_on_the_way_is_part_of_the_experiment() {
    let mut changed = trained(small(), 12);
    changed.set_rate(0.02).unwrap();
    block_on(changed.train(8)).unwrap();
    assert!(changed.set_rate(0.0).is_err());
    let planned = trained(changed.config().clone(), 20);
    assert_eq!(weights(&changed), weights(&planned));
    assert_ne!(weights(&changed), weights(&trained(small(), 20)));
}

#[test]
fn every_path_and_coupling_trains() {
    for path in PathKind::ALL {
        for coupling in [CouplingKind::Independent, CouplingKind::Ot, CouplingKind::Sinkhorn] {
            let mut lab = lab(LabConfig { path, coupling, epsilon: 1.0, ..small() });
            let losses = block_on(lab.train(60)).unwrap();
            let mean = |x: &[f32]| x.iter().sum::<f32>() / x.len() as f32;
            let (first, last) = (mean(&losses[..10]), mean(&losses[50..]));
            assert!(last < first, "{path:?} {coupling:?}: loss went from {first} to {last}");
            let flow = block_on(lab.flow(8, Sampling::ode(Solver::Heun, 4))).unwrap();
            assert_eq!((flow.times.len(), flow.x.len(), flow.nfe), (5, 40, 8));
        }
    }
}

/// The stages are the next step's: their mean loss is the loss that the step then reports, and x_t and u_t
/// follow from x0, x1 and t by hand (conditional OT, sigma_min = 0).
#[test]
fn the_stages_are_those_of_the_next_step() {
    let mut lab = trained(small(), 5);
    let stages = block_on(lab.stages(64)).unwrap();
    assert_eq!(stages.step, 5);
    for i in 0..64 {
        let t = stages.t[i];
        for k in 0..2 {
            let (a, b) = (stages.x0[i][k], stages.x1[i][k]);
            assert!((stages.x_t[i][k] - ((1.0 - t) * a + t * b)).abs() < 1e-5);
            assert!((stages.u_t[i][k] - (b - a)).abs() < 1e-5);
        }
        let gap = [0, 1].map(|k| stages.predicted[i][k] - stages.u_t[i][k]);
        assert!((stages.losses[i] - (gap[0] * gap[0] + gap[1] * gap[1]) / 2.0).abs() < 1e-4);
    }
    let mean = stages.losses.iter().sum::<f32>() / 64.0;
    let loss = block_on(lab.train(1)).unwrap()[0];
    assert!((mean - loss).abs() < 1e-4 * loss.max(1.0), "{mean} {loss}");
}

#[test]
fn conditional_paths_join_their_pairs_and_trajectories_go_there_and_back() {
    let lab = trained(small(), 200);
    let paths = lab.conditional(10, 5).unwrap();
    assert_eq!((paths.times.len(), paths.x.len()), (5, 50));
    let middle = |i: usize| [0, 1].map(|k| (paths.x[i][k] + paths.x[40 + i][k]) / 2.0);
    for i in 0..10 {
        let (expected, got) = (middle(i), paths.x[20 + i]);
        assert!(
            (0..2).all(|k| (expected[k] - got[k]).abs() < 1e-5),
            "straight paths have their middle half way"
        );
    }
    let there = block_on(lab.flow(20, Sampling::ode(Solver::Rk4, 32))).unwrap();
    let back = block_on(lab.trace(there.end().to_vec(), Solver::Rk4, 32, true)).unwrap();
    assert_eq!(back.times.last(), Some(&0.0));
    for (a, b) in there.x[..20].iter().zip(back.end()) {
        // RK4 with h = 1/32 on a smooth field of speed about 3.
        assert!((a[0] - b[0]).hypot(a[1] - b[1]) < 1e-3, "{a:?} {b:?}");
    }
}

fn points(values: Vec<f32>) -> Tensor<2> {
    let n = values.len() / 2;
    Tensor::from_data(TensorData::new(values, [n, 2]), &Device::flex())
}

fn values<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().iter::<f32>().collect()
}

/// Divergence against central differences of the velocity.
#[test]
fn the_divergence_is_that_of_the_velocity() {
    let net = MlpConfig { dim: 2, width: 24, depth: 3 }.init(4, &Device::flex()).unwrap();
    let at = vec![0.3, -0.7, 1.1, 0.2, -2.0, 1.5];
    let t = || Tensor::<1>::full([3], 0.4, &Device::flex());
    let (u, divergence) = net.velocity_and_divergence(points(at.clone()), 0.4);
    assert_eq!(values(u), values(net.velocity(points(at.clone()), t(), None)));
    let h = 1e-2f32;
    for (i, exact) in values(divergence).into_iter().enumerate() {
        let slope: f32 = (0..2)
            .map(|k| {
                let moved = |by: f32| {
                    let mut x = at.clone();
                    x[2 * i + k] += by;
                    values(net.velocity(points(x), t(), None))[2 * i + k]
                };
                (moved(h) - moved(-h)) / (2.0 * h)
            })
            .sum();
        // h² f‴/6 with third derivatives of order 10, and f32 rounding of u by h: both about 1e-3.
        assert!((exact - slope).abs() < 5e-3 * exact.abs().max(1.0), "{exact} {slope}");
    }
}

/// u(x, t) = a x: x(1) = e^a x(0), log p_1(x) = log p_0(e^−a x) − 2 a in the plane.
struct Growth(f64);

impl Divergence for Growth {
    fn velocity_and_divergence(&self, x: Tensor<2>, _t: f64) -> (Tensor<2>, Tensor<1>) {
        let n = x.dims()[0];
        let divergence = Tensor::full([n], 2.0 * self.0, &x.device());
        (x * self.0, divergence)
    }
}

#[test]
fn the_change_of_variables_of_a_linear_flow_is_known() {
    let a = 0.7;
    let x = vec![1.0, -2.0, 0.5, 0.25];
    let pulled = block_on(pull_back(&Growth(a), points(x.clone()), 1.0, Solver::Rk4, 16)).unwrap();
    assert_eq!(pulled.nfe, 64);
    for (got, from) in values(pulled.x0).iter().zip(&x) {
        assert!((f64::from(*got) - f64::from(*from) * (-a).exp()).abs() < 1e-5);
    }
    for ratio in values(pulled.log_ratio) {
        assert!((f64::from(ratio) + 2.0 * a).abs() < 1e-5, "{ratio}");
    }
    let adaptive = block_on(pull_back(&Growth(a), points(x), 1.0, Solver::Dopri5, 16));
    assert_eq!(adaptive.err().unwrap().kind(), Kind::Config);
}

/// A Gaussian carried to a Gaussian: the density integrates to 1, and bits per dimension are near the entropy of
/// N(0, I), ½ log2(2πe) = 2.047 bits.
#[test]
fn a_learned_density_integrates_to_one() {
    let config = LabConfig { target: Distribution::Gaussian, rate: 3e-3, ..small() };
    let lab = trained(config, 400);
    let answer = block_on(lab.likelihood(50, 5.0, 8, 0..50)).unwrap();
    // 50² cells of 0.2 under a density as wide as 1: quadrature is exact to 1e-4, the square holds all but 1e-6.
    assert!((answer.mass - 1.0).abs() < 0.01, "{}", answer.mass);
    // The mean over 512 draws has a standard error of 0.03 bits; a model that is a little off adds its own.
    assert!((answer.bits_per_dim - 2.047).abs() < 0.15, "{}", answer.bits_per_dim);
    // Rows by themselves are the same rows, whoever computes the others.
    let parts = [0..17, 17..50].map(|rows| block_on(lab.likelihood(50, 5.0, 8, rows)).unwrap());
    let joined = [&parts[0].log_density[..], &parts[1].log_density].concat();
    assert!(largest_difference(&joined, &answer.log_density) < 1e-4);
    assert!((parts[0].mass + parts[1].mass - answer.mass).abs() < 1e-5);
    let bits: f64 = parts.iter().map(|part| part.bits_per_dim * part.held_out as f64).sum();
    assert_eq!(parts[0].held_out + parts[1].held_out, answer.held_out);
    assert!((bits / answer.held_out as f64 - answer.bits_per_dim).abs() < 1e-5);
    for none in [4..4, 0..51] {
        assert_eq!(block_on(lab.likelihood(50, 5.0, 8, none)).unwrap_err().kind(), Kind::Config);
    }
    let unknown = lab_with_source(Distribution::Moons);
    assert_eq!(block_on(unknown.likelihood(8, 4.0, 4, 0..8)).unwrap_err().kind(), Kind::Config);
}

fn lab_with_source(source: Distribution) -> Lab {
    lab(LabConfig { source, ..small() })
}

/// Training brings the learned field toward the exact marginal one, which it was never shown.
#[test]
fn the_learned_field_approaches_the_exact_marginal_field() {
    let config = LabConfig { target: Distribution::EightGaussians, rate: 3e-3, ..small() };
    let mut lab = lab(config);
    let error = |lab: &Lab| {
        let exact = block_on(lab.exact(4, &[0.5], 4.0, 0.5)).unwrap();
        assert_eq!(exact.field.len(), 16);
        exact.error / exact.scale
    };
    let before = error(&lab);
    block_on(lab.train(800)).unwrap();
    let after = error(&lab);
    assert!(after < 0.35 && after < before / 2.0, "relative error {before} → {after}");
    let paired = trained(LabConfig { coupling: CouplingKind::Ot, ..small() }, 0);
    assert_eq!(block_on(paired.exact(4, &[0.5], 4.0, 0.5)).unwrap_err().kind(), Kind::Config);
}

/// Theorem 2: on one batch the two gradients differ; as it grows their directions meet. The noise of the
/// conditional gradient falls as 1/√n, so 64 times the batch leaves an eighth of the angle's tangent.
#[test]
fn the_two_gradients_meet_as_the_batch_grows() {
    // The second has no closed form: it is a set of draws then.
    for target in [Distribution::EightGaussians, Distribution::Moons] {
        let lab = lab(LabConfig { target, ..small() });
        let rows = block_on(lab.theorem(&[16, 1024])).unwrap();
        let [small, large] = [0, 1].map(|i| rows[i].cosine.acos().tan());
        assert!((4.0..16.0).contains(&(small / large)), "tangents {small} {large}");
        assert!(rows[1].cosine > 0.97 && rows[1].deviation < rows[0].deviation, "{rows:?}");
    }
}

#[test]
fn pulls_are_weights_over_the_data() {
    let lab = lab(LabConfig { target: Distribution::EightGaussians, ..small() });
    let pull = lab.pull([3.0, 0.0], 0.7, 8).unwrap();
    assert_eq!(pull.points.len(), 8);
    assert!((pull.weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    assert!(pull.weights.is_sorted_by(|a, b| a >= b));
    // On the right, the center on the right pulls most.
    assert!(pull.points[0][0] > 4.0 && pull.points[0][1].abs() < 0.1, "{:?}", pull.points[0]);
}

#[test]
fn weights_files_come_back_and_bad_ones_change_nothing() {
    let trained = trained(small(), 20);
    let file = weights(&trained);
    let mut other = lab(LabConfig { seed: 9, ..small() });
    other.load(&file).unwrap();
    assert_eq!(weights_body(&weights(&other)), weights_body(&file));
    assert_eq!(&Lab::config_of(&file).unwrap(), trained.config());

    let before = weights(&other);
    let wider = weights(&lab(LabConfig { width: 64, ..small() }));
    let cut = &file[..file.len() - 9];
    for (bad, says) in [
        (cut, "whole safetensors"),
        (b"not weights".as_slice(), "whole safetensors"),
        (&wider, "depth and width"),
        (WEIGHTS, "no settings of ours"),
    ] {
        let error = other.load(bad).unwrap_err();
        assert!(error.kind() == Kind::Weights && error.to_string().contains(says), "{error}");
        assert_eq!(weights(&other), before);
    }
}

/// A file without its header, which holds the experiment.
fn weights_body(file: &[u8]) -> &[u8] {
    let header = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    &file[8 + header..]
}

#[test]
fn experiments_outside_their_domain_are_refused() {
    let json = serde_json::to_string(&LabConfig::default()).unwrap();
    assert_eq!(LabConfig::from_json(&json).unwrap(), LabConfig::default());
    for (from, to) in [
        ("\"width\":64", "\"width\":4"),
        ("\"depth\":3", "\"depth\":9"),
        ("\"batch\":256", "\"batch\":1"),
        ("\"rate\":0.002", "\"rate\":0"),
        ("\"ema\":0.999", "\"ema\":1"),
        ("\"sigma_min\":0.0", "\"sigma_min\":1"),
        ("\"path\":\"cond-ot\"", "\"path\":\"bent\""),
        ("\"seed\":1", "\"seed\":-1"),
        ("\"seed\":1", "\"seed\":1,\"color\":2"),
    ] {
        let bad = json.replace(from, to);
        assert_ne!(bad, json, "{from} is not in {json}");
        assert_eq!(LabConfig::from_json(&bad).unwrap_err().kind(), Kind::Config, "{to}");
    }
    let mut lab = lab(small());
    assert_eq!(block_on(async { lab.set_rate(-1.0) }).unwrap_err().kind(), Kind::Config);
    assert_eq!(lab.samples(true, 0, 1).unwrap_err().kind(), Kind::Config);
}

/// Numbers come from JavaScript: a product of two may be more than a `usize` holds, of 32 bits in a browser and of 64 here.
#[test]
fn sizes_beyond_every_memory_are_refused() {
    let mut lab = trained(small(), 1);
    let huge = usize::MAX / 2 + 1;
    let times = [0.0, 1.0];
    let start = vec![[0.0; 2]; 2];
    let refused = |what: &str, result: Result<(), Error>| {
        let error = result.expect_err(what);
        assert_eq!(error.kind(), Kind::Config, "{what}: {error}");
    };
    for side in [0, huge, 1 << 16, 1 << 32] {
        refused("field", block_on(lab.field(side, &times, 6.0)).map(drop));
        refused("exact", block_on(lab.exact(side, &times, 6.0, 0.5)).map(drop));
        refused("likelihood", block_on(lab.likelihood(side, 6.0, 2, 0..side)).map(drop));
    }
    refused("field without times", block_on(lab.field(4, &[], 6.0)).map(drop));
    for many in [usize::MAX, huge, 10_000_000] {
        refused("train", block_on(lab.train(many)).map(drop));
        refused("steps of a trace", block_on(lab.trace(start.clone(), Solver::Euler, many, false)).map(drop));
        refused("particles", block_on(lab.flow(many, Sampling::ode(Solver::Euler, 2))).map(drop));
        refused("frames of paths", lab.conditional(2, many).map(drop));
        refused("paths", lab.conditional(many, 100).map(drop));
        refused("steps of a likelihood", block_on(lab.likelihood(4, 6.0, many, 0..4)).map(drop));
        refused("figures", block_on(lab.figures(many, Sampling::ode(Solver::Euler, 2))).map(drop));
        refused("W2", block_on(lab.w2_by_nfe(many, Sampling::ode(Solver::Euler, 1), &[1])).map(drop));
        refused(
            "W2 at many evaluations",
            block_on(lab.w2_by_nfe(4, Sampling::ode(Solver::Euler, 1), &[many])).map(drop),
        );
        refused("samples", lab.samples(true, many, 1).map(drop));
        refused("theorem", block_on(lab.theorem(&[many])).map(drop));
    }
}

/// Noise changes trajectories, the same way each time, and each particle's whatever others there are.
#[test]
fn noise_is_part_of_the_experiment() {
    let lab = trained(small(), 50);
    let flow =
        |n: usize, noise: f64, solver| block_on(lab.flow(n, Sampling { solver, steps: 8, noise })).unwrap();
    for (solver, nfe) in [(Solver::Euler, 8), (Solver::Heun, 16)] {
        let (without, with) = (flow(20, 0.0, solver), flow(20, 2.0, solver));
        assert_eq!((with.nfe, with.times.clone()), (nfe, without.times.clone()));
        assert_eq!(with, flow(20, 2.0, solver));
        assert_eq!(with.x[..20], without.x[..20], "the same particles");
        let moved = |a: &[Point], b: &[Point]| {
            a.iter().zip(b).map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1])).sum::<f32>()
        };
        assert!(moved(with.end(), without.end()) > 2.0, "noise moves them");
        let fewer = flow(5, 2.0, solver);
        assert!(moved(fewer.end(), &with.end()[..5]) < 1e-3, "noise of a particle is its own");
        let figures = block_on(lab.figures(50, Sampling { solver, steps: 8, noise: 2.0 })).unwrap();
        assert!(figures.w2.is_finite() && figures.path_energy.is_nan() && figures.straightness.is_nan());
    }
}

#[test]
fn noise_is_refused_where_there_is_no_score() {
    let with = |config: LabConfig, solver, noise| {
        block_on(lab(config).flow(4, Sampling { solver, steps: 4, noise })).map(drop).map_err(|e| e.kind())
    };
    let refused = Err(Kind::Config);
    assert_eq!(with(small(), Solver::Euler, 1.0), Ok(()));
    for noise in [-1.0, 21.0, f64::NAN] {
        assert_eq!(with(small(), Solver::Euler, noise), refused, "{noise}");
    }
    for solver in [Solver::Midpoint, Solver::Rk4, Solver::Dopri5] {
        assert_eq!(with(small(), solver, 1.0), refused, "{solver:?}");
    }
    assert_eq!(with(LabConfig { coupling: CouplingKind::Ot, ..small() }, Solver::Euler, 1.0), refused);
    assert_eq!(with(LabConfig { source: Distribution::Moons, ..small() }, Solver::Euler, 1.0), refused);
}
