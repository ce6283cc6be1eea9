//! Stochastic sampling, held to closed forms.
//!
//! A Gaussian that a linear equation moves stays Gaussian, so it is carried exactly: as its mean and its coefficients on independent standard
//! normals, of which each step brings a new one. What is tested then has no sampling error.
#![cfg(feature = "cli")]

use flow_lab::data::plane::Distribution;
use flow_lab::device;
use flow_lab::marginal::MarginalField;
use flow_lab::path::{AffinePath, Schedule, Stochastic};
use flow_lab::points;
use flow_lab::rng::{Rng, Stream};
use flow_lab::solver::{Scheme, Solver, State};

use burn::tensor::{Tensor, TensorData};

const SCHEMES: [Scheme; 2] = [Scheme::EulerMaruyama, Scheme::Heun];

/// A Gaussian: `[mean, coefficients…]`.
type Gaussian = Vec<f64>;

fn variance(x: &Gaussian) -> f64 {
    x[1..].iter().map(|c| c * c).sum()
}

/// The Gaussian with a place for the noise of each of `steps` steps.
fn gaussian(mean: f64, variance: f64, steps: usize) -> Gaussian {
    let mut x = vec![0.0; steps + 2];
    (x[0], x[1]) = (mean, variance.sqrt());
    x
}

/// dx = (by x + plus) dt + g dW from `from` to `to`, with by, plus and g of t.
fn solve(
    scheme: Scheme,
    x: Gaussian,
    [from, to]: [f64; 2],
    steps: usize,
    drift: impl Fn(f64) -> [f64; 2],
    g: impl Fn(f64) -> f64,
) -> Gaussian {
    let h = (to - from) / steps as f64;
    (0..steps).fold(x, |x, k| {
        let f = |x: &Gaussian, t: f64| {
            let [by, plus] = drift(t);
            let mut out: Gaussian = x.iter().map(|x| by * x).collect();
            out[0] += plus;
            out
        };
        let mut z = x.zero();
        z[k + 2] = 1.0;
        scheme.step(f, &g, &x, [from + k as f64 * h, h], &z)
    })
}

/// dx = −a x dt + e^(c t) dW: mean m e^(−a T), variance v e^(−2 a T) + (e^(2 c T) − e^(−2 a T)) / (2 (a + c)).
#[test]
fn moments_converge_at_the_weak_order() {
    let (a, c, end) = (1.3, 0.6, 1.0f64);
    let (m, v) = (2.0, 0.7);
    let decay = (-2.0 * a * end).exp();
    let mean = m * decay.sqrt();
    let wanted = v * decay + ((2.0 * c * end).exp() - decay) / (2.0 * (a + c));
    for (scheme, order) in SCHEMES.into_iter().zip([1.0, 2.0]) {
        let errors = [20, 40, 80].map(|steps| {
            let x = gaussian(m, v, steps);
            let x = solve(scheme, x, [0.0, end], steps, |_| [-a, 0.0], |t| (c * t).exp());
            [(x[0] - mean).abs(), (variance(&x) - wanted).abs()]
        });
        for moment in 0..2 {
            for pair in errors.windows(2) {
                let found = (pair[0][moment] / pair[1][moment]).log2();
                assert!((found - order).abs() < 0.15, "{scheme:?}, moment {}: order {found}", moment + 1);
            }
        }
    }
}

/// u = alpha' m + k (x − alpha m) with k = (alpha alpha' s² + sigma sigma') / (alpha² s² + sigma²), where x1 is drawn from N(m, s²).
fn marginal_velocity(schedule: Schedule, t: f64, [m, s]: [f64; 2]) -> [f64; 2] {
    let c = schedule.at(t);
    let k = (c.alpha * c.d_alpha * s * s + c.sigma * c.d_sigma) / ((c.alpha * s).powi(2) + c.sigma.powi(2));
    [k, c.d_alpha * m - k * c.alpha * m]
}

#[test]
fn the_marginals_are_those_of_the_flow_at_every_noise_level() {
    let (data, steps) = ([1.5, 0.4], 600);
    for schedule in Schedule::all() {
        let path = AffinePath::new(schedule).unwrap();
        let moments = |t: f64| {
            let c = schedule.at(t);
            [c.alpha * data[0], (c.alpha * data[1]).powi(2) + c.sigma.powi(2)]
        };
        for noise in [0.0, 0.5, 4.0] {
            let drift = |t: f64| {
                let (Stochastic { of_x, of_u, .. }, [by, plus]) =
                    (path.stochastic(t, noise), marginal_velocity(schedule, t, data));
                [of_x + of_u * by, of_u * plus]
            };
            for end in [0.1, 0.3, 0.5, 0.7, 0.9] {
                let [mean, v] = moments(0.0);
                let x = gaussian(mean, v, steps);
                let x =
                    solve(Scheme::Heun, x, [0.0, end], steps, drift, |t| path.stochastic(t, noise).diffusion);
                let [mean, v] = moments(end);
                let (off, ratio) = ((x[0] - mean).abs() / v.sqrt(), variance(&x) / v);
                assert!(
                    off < 1e-3 && (ratio - 1.0).abs() < 2e-3,
                    "{schedule:?}, noise {noise}, t {end}: {off} {ratio}"
                );
            }
        }
    }
}

/// s = −(x − alpha m) / (alpha² s² + sigma²).
#[test]
fn the_score_of_a_gaussian_is_its_closed_form() {
    let (m, s) = (0.8, 0.5);
    let x = [-1.0f32, 0.2, 1.7];
    let column = |values: Vec<f32>| {
        let n = values.len();
        Tensor::<2>::from_data(TensorData::new(values, [n, 1]), &device::cpu())
    };
    for schedule in Schedule::all() {
        let path = AffinePath::new(schedule).unwrap();
        for t in [0.1, 0.5, 0.9] {
            let c = schedule.at(t);
            let [by, plus] = marginal_velocity(schedule, t, [m, s]);
            let u = x.map(|x| (by * f64::from(x) + plus) as f32).to_vec();
            let score = path.score_from_velocity(column(x.to_vec()), column(u), t).unwrap();
            let v = (c.alpha * s).powi(2) + c.sigma.powi(2);
            for (x, found) in x.iter().zip(score.into_data().iter::<f32>()) {
                let wanted = -(f64::from(*x) - c.alpha * m) / v;
                let tolerance = 2e-3 * (1.0 + wanted.abs());
                assert!((f64::from(found) - wanted).abs() < tolerance, "{schedule:?} {t}: {found} {wanted}");
            }
        }
    }
    let path = AffinePath::new(Schedule::CondOt { sigma_min: 0.0 }).unwrap();
    assert!(path.score_from_velocity(column(vec![0.0]), column(vec![0.0]), 1.0).is_err());
}

fn read(x: &Tensor<2>) -> Vec<points::Point> {
    points::from_flat(&x.to_data().iter::<f32>().collect::<Vec<_>>())
}

/// Eight separate Gaussians: each gets an eighth of the samples, with their own deviation, from the exact field.
#[test]
fn several_modes_keep_their_shares() {
    let (n, steps, noise) = (4000, 150, 3.0);
    let path = AffinePath::new(Schedule::CondOt { sigma_min: 0.0 }).unwrap();
    let target = Distribution::EightGaussians.sampler().unwrap().mixture().unwrap();
    let field =
        MarginalField::new(path.schedule(), (vec![[0.0; 2]], 1.0), (target.means.clone(), target.std))
            .unwrap();
    let mut rng = Rng::new(4, Stream::Noise);
    let mut normals = || points::to_tensor(&points::from_flat(&rng.normals(2 * n)), &device::cpu());
    let mut x = normals();
    let h = 1.0 / steps as f64;
    for k in 0..steps {
        let z = normals();
        let f = |x: &Tensor<2>, t: f64| {
            let u = points::to_tensor(&field.velocities(&read(x), t), &device::cpu());
            let Stochastic { of_x, of_u, .. } = path.stochastic(t, noise);
            x.clone() * of_x + u * of_u
        };
        x = Scheme::EulerMaruyama.step(f, |t| path.stochastic(t, noise).diffusion, &x, [k as f64 * h, h], &z);
    }
    let mut counts = [0.0; 8];
    let mut squares = 0.0;
    for x in read(&x) {
        let distance = |m: &[f32; 2]| (x[0] - m[0]).powi(2) + (x[1] - m[1]).powi(2);
        let nearest = (0..8)
            .min_by(|&a, &b| distance(&target.means[a]).total_cmp(&distance(&target.means[b])))
            .unwrap();
        counts[nearest] += 1.0;
        squares += f64::from(distance(&target.means[nearest]));
    }
    // Five standard errors of a share of an eighth.
    let limit = 5.0 * (0.125f64 * 0.875 / n as f64).sqrt();
    for count in counts {
        assert!((count / n as f64 - 0.125).abs() < limit, "{counts:?}");
    }
    let deviation = (squares / (2 * n) as f64).sqrt();
    assert!((deviation / f64::from(target.std) - 1.0).abs() < 0.1, "{deviation} {}", target.std);
}

/// Without noise a scheme is the solver that it is named after.
#[test]
fn without_noise_it_is_the_solver() {
    let f = |x: &Vec<f64>, t: f64| vec![x[0] * t.cos() + x[1], -x[0]];
    let x = vec![1.0, 0.5];
    for (scheme, solver) in SCHEMES.into_iter().zip([Solver::Euler, Solver::Heun]) {
        assert_eq!(Scheme::of(solver), Some(scheme));
        assert_eq!(scheme.evaluations(), solver.tableau().stages());
        let found = scheme.step(f, |_| 0.0, &x, [0.3, 0.1], &vec![5.0, -5.0]);
        let grid = flow_lab::solver::TimeGrid::uniform(0.3, 0.4, 1).unwrap();
        let method = flow_lab::solver::Method::Fixed(grid);
        let run = flow_lab::solver::Integrator::new(solver, method, x.clone()).unwrap();
        let (wanted, _) = pollster::block_on(run.finish(f)).unwrap();
        for (found, wanted) in found.iter().zip(&wanted) {
            assert!((found - wanted).abs() < 1e-12, "{scheme:?}");
        }
    }
    for solver in [Solver::Midpoint, Solver::Rk4, Solver::Dopri5] {
        assert_eq!(Scheme::of(solver), None);
    }
}
