//! Every schedule goes through every law of paths.
#![cfg(feature = "cli")]

#[path = "common/compare.rs"]
mod compare;

use burn::tensor::{Device, Tensor, TensorData};
use compare::largest_difference;
use flow_lab::error::Kind;
use flow_lab::path::{AffinePath, Prediction, Schedule};
use flow_lab::rng::{Rng, Stream};

fn tensor(values: Vec<f32>, n: usize) -> Tensor<2> {
    let dim = values.len() / n;
    Tensor::from_data(TensorData::new(values, [n, dim]), &Device::flex())
}

fn values(x: Tensor<2>) -> Vec<f32> {
    x.into_data().iter::<f32>().collect()
}

/// Times that avoid both ends, where a variance preserving path is steep.
/// None is a knot of a spline, where second derivatives jump and differences say less.
const TIMES: [f64; 6] = [0.05, 0.2, 0.4, 0.55, 0.7, 0.95];

#[test]
fn derivatives_are_central_differences() {
    for schedule in Schedule::all() {
        for t in TIMES {
            let h = 1e-5;
            let (before, at, after) = (schedule.at(t - h), schedule.at(t), schedule.at(t + h));
            let alpha = (after.alpha - before.alpha) / (2.0 * h);
            let sigma = (after.sigma - before.sigma) / (2.0 * h);
            // Truncation h² f'''/6 with f''' up to 1e4 for these schedules, rounding 1e-16/h.
            assert!((alpha - at.d_alpha).abs() < 1e-6, "{schedule:?} at {t}: {alpha} {}", at.d_alpha);
            assert!((sigma - at.d_sigma).abs() < 1e-5, "{schedule:?} at {t}: {sigma} {}", at.d_sigma);
        }
    }
}

#[test]
fn endpoints_are_noise_and_data() {
    for schedule in Schedule::all() {
        let (start, end) = (schedule.at(0.0), schedule.at(1.0));
        let (alpha_0, sigma_0, sigma_1) = match schedule {
            Schedule::CondOt { sigma_min } => (0.0, 1.0, sigma_min),
            // exp(−(0.1 + 20)/4): the papers' schedule leaves 0.66 % of the data at the noise end.
            Schedule::VariancePreserving { .. } => ((-20.1f64 / 4.0).exp(), 1.0, 1e-3),
            Schedule::VarianceExploding { sigma_min, sigma_max } => (1.0, sigma_max, sigma_min),
            Schedule::Cosine | Schedule::Own { .. } => (0.0, 1.0, 0.0),
        };
        assert!((start.alpha - alpha_0).abs() < 1e-9, "{schedule:?} {start:?}");
        assert!((start.sigma - sigma_0).abs() < 1e-4, "{schedule:?} {start:?}");
        assert!((end.alpha - 1.0).abs() < 1e-5, "{schedule:?} {end:?}");
        assert!((end.sigma - sigma_1).abs() < 1e-3, "{schedule:?} {end:?}");
    }
}

#[test]
fn variance_is_preserved_where_the_name_says_so() {
    for schedule in [Schedule::VariancePreserving { beta_min: 0.1, beta_max: 20.0 }, Schedule::Cosine] {
        for t in TIMES {
            let c = schedule.at(t);
            assert!((c.alpha.powi(2) + c.sigma.powi(2) - 1.0).abs() < 1e-12, "{schedule:?} at {t}");
        }
    }
}

#[test]
fn the_conditional_velocity_is_the_slope_of_the_path() {
    let mut rng = Rng::new(5, Stream::Noise);
    let (x0, x1) = (tensor(rng.normals(8), 4), tensor(rng.normals(8), 4));
    for schedule in Schedule::all() {
        let path = AffinePath::new(schedule).unwrap();
        let at = |t: f64| path.sample(x0.clone(), x1.clone(), &[t as f32; 4]);
        for t in TIMES {
            let h = 1e-3;
            let (before, after) = (values(at(t - h).x_t), values(at(t + h).x_t));
            let slope: Vec<f32> =
                before.iter().zip(&after).map(|(b, a)| (a - b) / (2.0 * h as f32)).collect();
            let u = values(at(t).u_t);
            let size = u.iter().fold(1f32, |m, v| m.max(v.abs()));
            // f32 rounding of x_t over 2h, and h² of truncation for the steep ends.
            assert!(largest_difference(&slope, &u) < 1e-2 * size, "{schedule:?} at {t}: {slope:?} {u:?}");
        }
    }
}

/// Curves of one's own are straight lines, conditional OT, where their values are; and they are what they are at their knots.
#[test]
fn curves_of_ones_own_go_through_their_values() {
    let straight = Schedule::Own { alpha: [0.25, 0.5, 0.75], sigma: [0.75, 0.5, 0.25] };
    for k in 0..=20 {
        let t = f64::from(k) / 20.0;
        let (a, b) = (straight.at(t), Schedule::CondOt { sigma_min: 0.0 }.at(t));
        for (a, b) in [(a.alpha, b.alpha), (a.sigma, b.sigma), (a.d_alpha, b.d_alpha), (a.d_sigma, b.d_sigma)]
        {
            assert!((a - b).abs() < 1e-12, "{t}: {a} {b}");
        }
    }
    let (alpha, sigma) = ([0.01, 0.02, 0.9], [0.5, 0.4, 0.01]);
    let own = Schedule::Own { alpha, sigma };
    for (k, (alpha, sigma)) in alpha.into_iter().zip(sigma).enumerate() {
        let c = own.at((k + 1) as f64 / 4.0);
        assert!((c.alpha - alpha).abs() < 1e-12 && (c.sigma - sigma).abs() < 1e-12);
    }
    for k in 0..=400 {
        let c = own.at(f64::from(k) / 400.0);
        assert!(c.sigma * c.d_alpha - c.d_sigma * c.alpha > 0.0, "x_t and its velocity tell x0 and x1");
    }
}

/// Conditional OT moves at a constant velocity x1 − (1 − sigma_min) x0 (Lipman et al. 2022, eq. 23).
#[test]
fn conditional_ot_is_straight() {
    let (x0, x1) = (tensor(vec![1.0, -2.0], 1), tensor(vec![0.5, 3.0], 1));
    let path = AffinePath::new(Schedule::CondOt { sigma_min: 0.1 }).unwrap();
    for t in [0.0, 0.3, 1.0] {
        let u = values(path.sample(x0.clone(), x1.clone(), &[t]).u_t);
        assert!(largest_difference(&u, &[0.5 - 0.9, 3.0 + 1.8]) < 1e-6, "{u:?}");
    }
}

#[test]
fn conversions_go_round() {
    let mut rng = Rng::new(6, Stream::Noise);
    let (x0, x1) = (tensor(rng.normals(6), 3), tensor(rng.normals(6), 3));
    for schedule in Schedule::all() {
        let path = AffinePath::new(schedule).unwrap();
        for t in TIMES {
            let s = path.sample(x0.clone(), x1.clone(), &[t as f32; 3]);
            let t = f64::from(t as f32);
            let data = values(path.data_from_velocity(s.x_t.clone(), s.u_t.clone(), t));
            let noise = values(path.noise_from_velocity(s.x_t.clone(), s.u_t.clone(), t));
            // f32 rounding, magnified by 1/sigma or 1/alpha: at most 1/0.0066 here.
            assert!(largest_difference(&data, &values(x1.clone())) < 2e-3, "{schedule:?} at {t}");
            assert!(largest_difference(&noise, &values(x0.clone())) < 2e-3, "{schedule:?} at {t}");
            let u = values(s.u_t.clone());
            let size = u.iter().fold(1f32, |m, v| m.max(v.abs()));
            let from_data = values(path.velocity_from_data(s.x_t.clone(), x1.clone(), t).unwrap());
            assert!(largest_difference(&from_data, &u) < 2e-3 * size, "{schedule:?} at {t}");
        }
    }
}

/// x1 = a x_t + b u and u = c x_t + d x1 undo each other away from the ends; an error of x1 is d times as large in u, and so on.
#[test]
fn every_prediction_makes_the_velocity_and_its_errors_scale_with_it() {
    use Prediction::{Data, Noise, Velocity};
    for schedule in Schedule::all() {
        let path = AffinePath::new(schedule).unwrap();
        for t in TIMES {
            let c = schedule.at(t);
            let (x0, x1, error) = (0.7, -1.3, 0.01);
            let x_t = c.alpha * x1 + c.sigma * x0;
            let u = c.d_alpha * x1 + c.d_sigma * x0;
            let mix = |[of_x, of_other]: [f64; 2], other: f64| of_x * x_t + of_other * other;
            for (what, value, divisor) in [(Velocity, u, 1.0), (Data, x1, c.sigma), (Noise, x0, c.alpha)] {
                assert!(
                    (mix(path.prediction_weights(what, t), u) - value).abs() < 1e-9,
                    "{schedule:?} {what:?} at {t}"
                );
                if divisor < 0.05 {
                    continue;
                }
                let velocity = |said: f64| mix(path.velocity_weights(what, t), said);
                assert!(
                    (velocity(value) - u).abs() < 1e-9 * u.abs().max(1.0),
                    "{schedule:?} {what:?} at {t}"
                );
                for space in Prediction::ALL {
                    let seen = |said: f64| mix(path.prediction_weights(space, t), velocity(said));
                    let scaled = (seen(value + error) - seen(value)).abs() / error;
                    let scale = path.error_scale(what, space, t);
                    assert!(
                        (scaled - scale).abs() < 1e-6 * scale.max(1.0),
                        "{what:?} in {space:?}: {scaled} {scale}"
                    );
                }
            }
        }
    }
}

/// Li & He 2025: u = (x1 − x_t) / max(1 − t, 0.05) for predicted data on the conditional OT path.
#[test]
fn a_predicted_datum_is_divided_by_at_least_a_twentieth() {
    let path = AffinePath::new(Schedule::CondOt { sigma_min: 0.0 }).unwrap();
    for t in [0.0, 0.5, 0.94, 0.96, 1.0] {
        let [of_x, of_x1] = path.velocity_weights(Prediction::Data, t);
        let by = (1.0f64 - t).max(0.05);
        assert!((of_x + 1.0 / by).abs() < 1e-9 && (of_x1 - 1.0 / by).abs() < 1e-9, "{t}: {of_x} {of_x1}");
    }
    // Noise says nothing of the velocity at t = 0, where it is x_t; it is divided by no less either.
    assert_eq!(path.velocity_weights(Prediction::Noise, 0.0), [20.0, -20.0]);
}

#[test]
fn predictions_that_determine_nothing_are_refused() {
    let path = AffinePath::new(Schedule::CondOt { sigma_min: 0.0 }).unwrap();
    let x = tensor(vec![1.0, 2.0], 1);
    assert_eq!(path.velocity_from_data(x.clone(), x, 1.0).unwrap_err().kind(), Kind::Numeric);
}

/// For x0 ~ N(0, 1) and x1 ~ N(m, s²) the moments of x_t are alpha m and alpha² s² + sigma².
#[test]
fn moments_of_the_path_are_those_of_the_sum() {
    let n = 20_000;
    let mut rng = Rng::new(7, Stream::Noise);
    let x0 = tensor(rng.normals(n), n);
    let x1 = tensor(rng.normals(n).into_iter().map(|v| 2.0 + 0.5 * v).collect(), n);
    for schedule in Schedule::all() {
        let path = AffinePath::new(schedule).unwrap();
        for t in [0.25, 0.5, 0.9] {
            let c = schedule.at(t);
            let x = values(path.sample(x0.clone(), x1.clone(), &vec![t as f32; n]).x_t);
            let mean = x.iter().map(|&v| f64::from(v)).sum::<f64>() / n as f64;
            let variance = x.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / n as f64;
            let expected = (c.alpha * 0.5).powi(2) + c.sigma.powi(2);
            // Five standard errors: √(variance/n) and variance √(2/n).
            assert!((mean - 2.0 * c.alpha).abs() < 5.0 * (expected / n as f64).sqrt(), "{schedule:?} at {t}");
            assert!(
                (variance - expected).abs() < 5.0 * expected * (2.0 / n as f64).sqrt(),
                "{schedule:?} at {t}"
            );
        }
    }
}

#[test]
fn schedules_outside_their_domain_are_refused() {
    let bad = [
        Schedule::CondOt { sigma_min: 1.0 },
        Schedule::CondOt { sigma_min: f64::NAN },
        Schedule::VariancePreserving { beta_min: 0.0, beta_max: 1.0 },
        Schedule::VariancePreserving { beta_min: 2.0, beta_max: 1.0 },
        Schedule::VarianceExploding { sigma_min: 1.0, sigma_max: 1.0 },
        Schedule::Own { alpha: [0.5, 0.4, 0.8], sigma: [0.75, 0.5, 0.25] },
        Schedule::Own { alpha: [0.25, 0.5, 1.0], sigma: [0.75, 0.5, 0.25] },
        Schedule::Own { alpha: [0.25, 0.5, 0.75], sigma: [0.75, 0.5, 0.0] },
        Schedule::Own { alpha: [0.25, f64::NAN, 0.75], sigma: [0.75, 0.5, 0.25] },
        Schedule::Own { alpha: [0.25, 0.5, 0.75], sigma: [f64::INFINITY, 0.5, 0.25] },
    ];
    for schedule in bad {
        assert_eq!(AffinePath::new(schedule).unwrap_err().kind(), Kind::Config, "{schedule:?}");
    }
}
