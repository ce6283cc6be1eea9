//! Networks that predict the velocity, the data or the noise, with the loss in the space of any: all learn the same flow.
#![cfg(feature = "cli")]

use flow_lab::data::plane::Distribution;
use flow_lab::device::Engine;
use flow_lab::lab::{Lab, LabConfig, PathKind, Sampling};
use flow_lab::path::Prediction;
use flow_lab::solver::Solver;
use pollster::block_on;

/// Eight Gaussians, whose marginal field is known.
fn config(predicts: Prediction, loss: Prediction) -> LabConfig {
    let target = Distribution::EightGaussians;
    LabConfig { target, predicts, loss, width: 64, depth: 3, batch: 256, ema: 0.99, ..LabConfig::default() }
}

fn lab(config: LabConfig) -> Lab {
    Lab::new(config, &block_on(Engine::Cpu.open()).unwrap()).unwrap()
}

fn every_pair() -> impl Iterator<Item = [Prediction; 2]> {
    Prediction::ALL.into_iter().flat_map(|predicts| Prediction::ALL.map(|loss| [predicts, loss]))
}

/// Lipman et al. 2022, theorem 2, for each of the nine: weighted by time alone, the mean square error is least where the network says the
/// mean of what it predicts given x_t, and that mean makes the marginal velocity, which is known here in closed form.
#[test]
fn the_gradient_is_the_marginal_ones() {
    for [predicts, loss] in every_pair() {
        let mut lab = lab(config(predicts, loss));
        block_on(lab.train(20)).unwrap();
        let rows = block_on(lab.theorem(&[256, 4096])).unwrap();
        let cosines: Vec<f64> = rows.iter().map(|row| row.cosine).collect();
        assert!(cosines[1] > 0.9 && cosines[1] > cosines[0], "{predicts:?} in {loss:?}: {cosines:?}");
        assert!((rows[1].conditional / rows[1].marginal - 1.0).abs() < 0.15, "{predicts:?} in {loss:?}");
    }
}

/// The learned velocity comes near the exact one in the middle of the path, whatever is predicted and wherever the loss is taken.
#[test]
fn every_prediction_learns_the_exact_field() {
    for path in [PathKind::CondOt, PathKind::Cosine] {
        for [predicts, loss] in every_pair() {
            let mut lab = lab(LabConfig { path, ..config(predicts, loss) });
            let before = block_on(lab.exact(2, &[0.5], 3.0, 0.5)).unwrap();
            block_on(lab.train(500)).unwrap();
            let after = block_on(lab.exact(2, &[0.5], 3.0, 0.5)).unwrap();
            assert_eq!(after.draws, 0, "a closed form");
            let share = after.error / after.scale;
            assert!(
                share < 0.35 && after.error < 0.7 * before.error,
                "{path:?} {predicts:?} in {loss:?}: {share}"
            );
        }
    }
}

/// The loss of a step is the mean of its pairs' in the stages, which are taken apart in another way, and the velocity of the stages is the
/// one that is sampled.
#[test]
fn the_stages_are_those_of_the_next_step() {
    for [predicts, loss] in every_pair() {
        let mut lab = lab(LabConfig { ema: 0.0, ..config(predicts, loss) });
        block_on(lab.train(30)).unwrap();
        let stages = block_on(lab.stages(256)).unwrap();
        let mean = stages.losses.iter().sum::<f32>() / 256.0;
        let velocity = |i: usize, k: usize| stages.predicted[i][k] - stages.u_t[i][k];
        if loss == Prediction::Velocity {
            // But where 1/20 stands for sigma or alpha, the error of the velocity is what the loss is of.
            for i in (0..256).filter(|&i| (0.05..0.95).contains(&stages.t[i])) {
                let error = (0..2).map(|k| velocity(i, k).powi(2)).sum::<f32>() / 2.0;
                assert!((error - stages.losses[i]).abs() < 2e-3 * error.max(1.0), "{predicts:?}: {error}");
            }
        }
        let step = block_on(lab.train(1)).unwrap()[0];
        assert!((mean - step).abs() < 1e-3 * step.max(1.0), "{predicts:?} in {loss:?}: {mean} {step}");
    }
}

/// Of one network: the divergence that a likelihood integrates is that of the velocity that is sampled, so the density integrates to 1.
#[test]
fn the_density_of_predicted_data_integrates_to_one() {
    for predicts in [Prediction::Data, Prediction::Velocity] {
        let mut lab = lab(config(predicts, Prediction::Velocity));
        block_on(lab.train(300)).unwrap();
        let density = block_on(lab.likelihood(48, 7.0, 40, 0..48)).unwrap();
        assert!((density.mass - 1.0).abs() < 0.03, "{predicts:?}: {}", density.mass);
    }
}

/// What JSON leaves out is the velocity, so that files and links of earlier versions are what they were.
#[test]
fn the_velocity_need_not_be_named() {
    let json = serde_json::to_string(&LabConfig::default()).unwrap();
    assert!(!json.contains("predicts") && !json.contains("loss"), "{json}");
    assert_eq!(LabConfig::from_json(&json).unwrap(), LabConfig::default());
    let data = config(Prediction::Data, Prediction::Noise);
    assert_eq!(LabConfig::from_json(&serde_json::to_string(&data).unwrap()).unwrap(), data);
    let wrong = json.replace("\"time\"", "\"predicts\":\"score\",\"time\"");
    assert!(LabConfig::from_json(&wrong).unwrap_err().to_string().contains("score"));
}

/// Every solver samples what a network of each kind learned, the noise added or not.
#[test]
fn every_prediction_is_sampled() {
    for predicts in Prediction::ALL {
        let mut lab = lab(config(predicts, predicts));
        block_on(lab.train(5)).unwrap();
        for solver in Solver::ALL {
            let flow = block_on(lab.flow(16, Sampling::ode(solver, 6))).unwrap();
            assert!(flow.end().iter().flatten().all(|v| v.is_finite()), "{predicts:?} {}", solver.id());
        }
        let noisy = Sampling { solver: Solver::Heun, steps: 6, noise: 2.0 };
        assert_eq!(block_on(lab.flow(16, noisy)).unwrap().end().len(), 16);
    }
}
