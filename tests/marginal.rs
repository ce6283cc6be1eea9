//! The exact marginal field against its definition, the continuity equation and closed forms.
#![cfg(feature = "cli")]

use flow_lab::error::Kind;
use flow_lab::marginal::MarginalField;
use flow_lab::path::Schedule;
use flow_lab::points::Point;
use flow_lab::rng::{Rng, Stream};

/// Mixture at both ends, in general position.
struct Case {
    means: Vec<Point>,
    std: f32,
    data: Vec<Point>,
    data_std: f32,
}

impl Case {
    fn field(&self, schedule: Schedule) -> MarginalField {
        let source = (self.means.clone(), self.std);
        MarginalField::new(schedule, source, (self.data.clone(), self.data_std)).unwrap()
    }
}

fn cases() -> [Case; 3] {
    let data: Vec<Point> = vec![[1.5, 0.3], [-0.7, 1.1], [0.2, -1.4], [1.1, 1.0]];
    let two = vec![[-1.0, 0.5], [0.8, -0.2]];
    [
        Case { means: vec![[0.0, 0.0]], std: 1.0, data: data.clone(), data_std: 0.0 },
        Case { means: two.clone(), std: 0.6, data: data.clone(), data_std: 0.0 },
        Case { means: two, std: 0.6, data, data_std: 0.3 },
    ]
}

const NORMAL: ([Point; 1], f32) = ([[0.0, 0.0]], 1.0);

fn from_normal(schedule: Schedule, data: &[Point], data_std: f32) -> MarginalField {
    MarginalField::new(schedule, (NORMAL.0.to_vec(), NORMAL.1), (data.to_vec(), data_std)).unwrap()
}

/// What defines u and p: for any function f, E[f(x_t)] = ∫ f p and E[f(x_t) dx_t/dt] = ∫ f p u. Left: pairs
/// as they are drawn. Right: the closed form on a grid. f is a Gaussian bump as wide as a component of p_t.
#[test]
fn means_over_drawn_pairs_are_integrals_of_the_closed_form() {
    let n = 40_000;
    for (which, case) in cases().iter().enumerate() {
        let mut rng = Rng::new(11, Stream::Data);
        let mut draw = |points: &[Point], std: f32| -> [f64; 2] {
            let at = points[rng.index(points.len())];
            let z = rng.normals(2);
            [f64::from(at[0] + std * z[0]), f64::from(at[1] + std * z[1])]
        };
        let pairs: Vec<_> =
            (0..n).map(|_| (draw(&case.means, case.std), draw(&case.data, case.data_std))).collect();
        for schedule in Schedule::all() {
            for t in [0.1, 0.5, 0.9] {
                let c = schedule.at(t);
                let std = (c.alpha * f64::from(case.data_std)).hypot(c.sigma * f64::from(case.std));
                let x_t = |(x0, x1): &([f64; 2], [f64; 2])| [0, 1].map(|i| c.alpha * x1[i] + c.sigma * x0[i]);
                let center = x_t(&pairs[3]);
                let f = |x: [f64; 2]| {
                    (-((x[0] - center[0]).powi(2) + (x[1] - center[1]).powi(2)) / (2.0 * std * std)).exp()
                };
                // f, f u_x, f u_y of each pair: mean and standard error.
                let (mut sums, mut squares) = ([0.0; 3], [0.0; 3]);
                for pair in &pairs {
                    let u = [0, 1].map(|i| c.d_alpha * pair.1[i] + c.d_sigma * pair.0[i]);
                    let f = f(x_t(pair));
                    for (i, v) in [f, f * u[0], f * u[1]].into_iter().enumerate() {
                        sums[i] += v;
                        squares[i] += v * v;
                    }
                }
                // ±6 widths in steps of 0.1 width: the integrand is smooth on that scale, so the sum over a
                // grid is exact to far below the sampling error.
                let field = case.field(schedule);
                let (side, step) = (121, 0.1 * std);
                let mut integrals = [0.0; 3];
                for cell in 0..side * side {
                    let at = |k: usize| (k as f64 - 60.0) * step;
                    let x = [center[0] + at(cell % side), center[1] + at(cell / side)];
                    let mass = f(x) * field.log_density(x, t).exp() * step * step;
                    let u = field.velocity(x, t);
                    for (i, v) in [1.0, u[0], u[1]].into_iter().enumerate() {
                        integrals[i] += mass * v;
                    }
                }
                for i in 0..3 {
                    let mean = sums[i] / n as f64;
                    let error = ((squares[i] / n as f64 - mean * mean) / n as f64).sqrt();
                    // 135 comparisons: one beyond 5 standard errors has a chance of 1e-4. The seed is fixed.
                    assert!(
                        (mean - integrals[i]).abs() < 5.0 * error,
                        "case {which}, {schedule:?} at {t}, part {i}: drawn {mean} ± {error}, closed form {}",
                        integrals[i]
                    );
                }
            }
        }
    }
}

/// ∂p/∂t + ∇·(p u) = 0, divided by p: ∂ ln p/∂t + u·∇ ln p + ∇·u = 0.
#[test]
fn probability_is_conserved() {
    let mut rng = Rng::new(12, Stream::Particles);
    for (which, case) in cases().iter().enumerate() {
        for schedule in Schedule::all() {
            let field = case.field(schedule);
            for t in [0.05, 0.2, 0.4, 0.6, 0.8, 0.95] {
                for _ in 0..4 {
                    let c = schedule.at(t);
                    let std = (c.alpha * f64::from(case.data_std)).hypot(c.sigma * f64::from(case.std));
                    let (z, i) = (rng.normals(2), rng.index(4));
                    let m = case.means[0];
                    let x = [0, 1].map(|k| {
                        c.alpha * f64::from(case.data[i][k])
                            + c.sigma * f64::from(m[k])
                            + std * f64::from(z[k])
                    });
                    // Steps small against the width of a component, and against the time left: truncation is
                    // some h² ~ 1e-7 of the terms, rounding 1e-16 / h.
                    let (dx, dt) = (3e-4 * std, 1e-5);
                    let slope = |f: &dyn Fn(f64) -> f64, h: f64| (f(h) - f(-h)) / (2.0 * h);
                    let rate = slope(&|h| field.log_density(x, t + h), dt);
                    let u = field.velocity(x, t);
                    let (mut flow, mut spread) = (0.0, 0.0);
                    for (k, u) in u.iter().enumerate() {
                        let beside = |h: f64| if k == 0 { [x[0] + h, x[1]] } else { [x[0], x[1] + h] };
                        flow += u * slope(&|h| field.log_density(beside(h), t), dx);
                        spread += slope(&|h| field.velocity(beside(h), t)[k], dx);
                    }
                    let size = 1.0 + rate.abs() + flow.abs() + spread.abs();
                    assert!(
                        (rate + flow + spread).abs() < 1e-5 * size,
                        "case {which}, {schedule:?} at {t}, {x:?}: {rate} + {flow} + {spread}"
                    );
                }
            }
        }
    }
}

/// (x1 − (1 − sigma_min) x) / (1 − (1 − sigma_min) t): Lipman et al. 2022, eq. 21.
#[test]
fn one_data_point_leaves_the_conditional_velocity() {
    let (x1, x) = ([0.75f32, -1.5], [2.0, 0.5]);
    for sigma_min in [0.0, 0.1, 0.5] {
        let field = from_normal(Schedule::CondOt { sigma_min }, &[x1], 0.0);
        for t in [0.0, 0.3, 0.9, 0.999] {
            let u = field.velocity(x, t);
            for k in 0..2 {
                let keep = 1.0 - sigma_min;
                let expected = (f64::from(x1[k]) - keep * x[k]) / (1.0 - keep * t);
                // Double precision, magnified by 1/(1 − t) at most.
                assert!((u[k] - expected).abs() < 1e-11, "{sigma_min} at {t}: {u:?}");
            }
        }
    }
}

/// x0 ~ N(0, 1), x1 ~ N(m, s²) in each coordinate:
/// u = m + (t s² − (1 − t)) / ((1 − t)² + t² s²) · (x − t m).
#[test]
fn gaussian_to_gaussian() {
    let (m, s) = ([1.5f32, -0.5], 0.4f32);
    let field = from_normal(Schedule::CondOt { sigma_min: 0.0 }, &[m], s);
    let s2 = f64::from(s).powi(2);
    for t in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let x = [0.3, -2.0];
        let u = field.velocity(x, t);
        for k in 0..2 {
            let m = f64::from(m[k]);
            let v = (1.0 - t).powi(2) + t * t * s2;
            let expected = m + (t * s2 - (1.0 - t)) / v * (x[k] - t * m);
            assert!((u[k] - expected).abs() < 1e-12, "at {t}: {u:?}, not {expected}");
        }
    }
}

/// Bayes' rule with plain densities, at a place where none of them under- or overflows.
#[test]
fn pulls_are_posterior_probabilities() {
    let (x, t) = ([0.4, 0.2], 0.4);
    for case in cases() {
        for schedule in Schedule::all() {
            let c = schedule.at(t);
            let v = (c.alpha * f64::from(case.data_std)).powi(2) + (c.sigma * f64::from(case.std)).powi(2);
            let density = |d: &Point| -> f64 {
                let one = |m: &Point| {
                    let gap = |k: usize| x[k] - c.alpha * f64::from(d[k]) - c.sigma * f64::from(m[k]);
                    (-(gap(0).powi(2) + gap(1).powi(2)) / (2.0 * v)).exp()
                };
                case.means.iter().map(one).sum()
            };
            let whole: f64 = case.data.iter().map(density).sum();
            assert!(whole > 1e-200, "the oracle itself underflows under {schedule:?}");
            let pull = case.field(schedule).pull(x, t);
            for (w, d) in pull.iter().zip(&case.data) {
                assert!((w - density(d) / whole).abs() < 1e-12, "{schedule:?}: {w}");
            }
        }
    }
}

#[test]
fn pulls_sum_to_one_and_follow_their_points() {
    let case = &cases()[1];
    let order = [2, 0, 3, 1];
    for schedule in Schedule::all() {
        let field = case.field(schedule);
        let moved = Case { data: order.map(|i| case.data[i]).to_vec(), means: case.means.clone(), ..*case };
        let moved = moved.field(schedule);
        for t in [0.0, 0.5, 0.99, 1.0] {
            for x in [[0.1, 0.2], [-3.0, 2.0], [40.0, -7.0]] {
                let (a, b) = (field.pull(x, t), moved.pull(x, t));
                assert!((a.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{schedule:?} at {t}: {a:?}");
                for (k, &i) in order.iter().enumerate() {
                    assert!((b[k] - a[i]).abs() < 1e-12, "{schedule:?} at {t}: {a:?} {b:?}");
                }
                let (u, w) = (field.velocity(x, t), moved.velocity(x, t));
                // Sums in another order round differently, magnified by 1/sigma² where little noise is left.
                let size = 1.0 + u[0].abs().max(u[1].abs());
                assert!(
                    (0..2).all(|k| (u[k] - w[k]).abs() < 1e-9 * size),
                    "{schedule:?} at {t}: {u:?} {w:?}"
                );
            }
        }
    }
}

#[test]
fn far_away_everything_stays_finite() {
    for case in cases() {
        for schedule in Schedule::all() {
            let field = case.field(schedule);
            for t in [0.0, 0.5, 0.999_999, 1.0] {
                for x in [[1e6, -1e6], [-1e10, 3.0], [0.0, 1e3]] {
                    let u = field.velocity(x, t);
                    let pull = field.pull(x, t);
                    assert!(u.iter().chain(&pull).all(|v| v.is_finite()), "{schedule:?} at {t}: {u:?}");
                    assert!((pull.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{schedule:?} at {t}: {pull:?}");
                }
            }
        }
    }
}

/// Without noise at t = 1, p_1 is the data set, and on a data point d the mean velocity is what is left of
/// alpha' x1 + sigma' x0 when x1 = d says nothing about x0: d − (1 − sigma_min) × mean of the source there.
#[test]
fn at_the_end_of_a_noiseless_path_the_nearest_point_decides() {
    let case = &cases()[1];
    let field = case.field(Schedule::CondOt { sigma_min: 0.0 });
    let d = case.data[2].map(f64::from);
    let mean = [-0.1, 0.15]; // of (−1.0, 0.5) and (0.8, −0.2)
    let u = field.velocity(d, 1.0);
    assert!((0..2).all(|k| (u[k] - (d[k] - mean[k])).abs() < 1e-6), "{u:?}");
    assert_eq!(field.pull(d, 1.0), [0.0, 0.0, 1.0, 0.0]);
    assert_eq!(field.velocity([d[0] + 0.1, d[1]], 1.0), u, "beside it, the same point decides");
    assert_eq!(field.log_density(d, 1.0), f64::INFINITY);
    assert_eq!(field.log_density([d[0] + 0.1, d[1]], 1.0), f64::NEG_INFINITY);
    // The cosine path ends with sigma = cos(π/2), which rounds to 6e-17: the same rule.
    let cosine = from_normal(Schedule::Cosine, &case.data, 0.0);
    assert!(
        cosine.velocity([0.0, 0.0], 1.0).iter().all(|v| v.abs() < 1e-9),
        "alpha' is 0 and so is the mean"
    );
}

#[test]
fn many_points_at_once_are_the_same_points() {
    let field = cases()[2].field(Schedule::Cosine);
    let x: Vec<Point> = vec![[0.5, 0.25], [-1.0, 2.0], [3.0, -0.125]];
    for (x, u) in x.iter().zip(field.velocities(&x, 0.6)) {
        assert_eq!(field.velocity(x.map(f64::from), 0.6).map(|v| v as f32), u);
    }
}

#[test]
fn what_makes_no_field_is_refused() {
    let make = |means: Vec<Point>, std: f32, data: Vec<Point>, data_std: f32| {
        MarginalField::new(Schedule::Cosine, (means, std), (data, data_std)).map(|_| ()).map_err(|e| e.kind())
    };
    let one = || vec![[0.0, 1.0]];
    assert_eq!(make(one(), 1.0, one(), 0.0), Ok(()));
    assert_eq!(make(vec![], 1.0, one(), 0.0), Err(Kind::Data));
    assert_eq!(make(one(), 1.0, vec![], 0.0), Err(Kind::Data));
    assert_eq!(make(one(), 1.0, vec![[f32::NAN, 0.0]], 0.0), Err(Kind::Data));
    assert_eq!(make(one(), 0.0, one(), 0.0), Err(Kind::Config));
    assert_eq!(make(one(), 1.0, one(), -0.1), Err(Kind::Config));
    assert_eq!(make(one(), f32::INFINITY, one(), 0.0), Err(Kind::Config));
    let schedule = Schedule::CondOt { sigma_min: 1.0 };
    let refused = MarginalField::new(schedule, (one(), 1.0), (one(), 0.0)).unwrap_err();
    assert_eq!(refused.kind(), Kind::Config);
}
