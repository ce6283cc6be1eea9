//! Two probability paths against closed forms, a brute-force flow and what they must have in common.
#![cfg(feature = "cli")]

use flow_lab::comparison::{Answer, Diffusion, PIECES, PathResult, Request, compare};
use flow_lab::error::Kind;
use flow_lab::path::Schedule;
use flow_lab::points::Point;

const X0: Point = [-0.5, 0.75];
const X1: Point = [2.0, 0.25];

fn pair(diffusion: Diffusion, sigma_min: f64, steps: usize) -> Request {
    Request { x0: vec![X0], x1: vec![X1], diffusion, sigma_min, steps }
}

fn set(diffusion: Diffusion, sigma_min: f64, steps: usize) -> Request {
    let x0 = vec![X0, [0.1, -1.0], [-1.5, 0.2]];
    Request { x0, x1: vec![X1, [1.5, -1.25], [-1.0, 1.5]], diffusion, sigma_min, steps }
}

fn ask(request: &Request) -> Answer {
    compare(request).unwrap()
}

fn wide(p: Point) -> [f64; 2] {
    p.map(f64::from)
}

fn apart(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// a X1 + b X0.
fn mix(a: f64, b: f64) -> [f64; 2] {
    [0, 1].map(|i| a * wide(X1)[i] + b * wide(X0)[i])
}

fn end(path: &PathResult, i: usize) -> [f64; 2] {
    wide(*path.trajectories[i].exact.last().unwrap())
}

fn lands(path: &PathResult, i: usize) -> [f64; 2] {
    wide(*path.trajectories[i].euler.last().unwrap())
}

/// Coordinates are handed over in single precision, 1.2e-7 at 2.
const SINGLE: f64 = 5e-7;

#[test]
fn one_pair_and_a_straight_path_need_one_step() {
    for sigma_min in [0.0, 0.2, 0.9] {
        for steps in [1, 2, 3, 8, 64] {
            let path = ask(&pair(Diffusion::Cosine, sigma_min, steps)).straight;
            // x1 + sigma_min x0, story and Lipman et al. 2022, eq. 22.
            assert!(apart(lands(&path, 0), mix(1.0, sigma_min)) < SINGLE, "{sigma_min}, {steps} steps");
            assert!(apart(end(&path, 0), mix(1.0, sigma_min)) < SINGLE, "{sigma_min}");
            assert!(path.error < 1e-6 && path.trajectories[0].error == path.error, "{}", path.error);
            assert!(path.ladder.iter().all(|rung| rung.error < 1e-6), "{:?}", path.ladder);
            assert!((path.trajectories[0].reach.unwrap() - 1.0).abs() < 1e-6);
            assert_eq!(path.nfe, steps);
            for &ahead in path.trajectories[0].ahead.iter().chain(&path.trajectories[0].euler_ahead) {
                assert!(apart(wide(ahead), mix(1.0, sigma_min)) < 1e-5, "{ahead:?} points elsewhere");
            }
        }
    }
}

/// x0 = X0 is the state at t = 0, where a variance preserving path has alpha = exp(−20.1/4), not 0: its noise
/// is (x0 − alpha(0) x1) / sigma(0).
#[test]
fn one_pair_is_the_conditional_path() {
    let vp = Schedule::VariancePreserving { beta_min: 0.1, beta_max: 20.0 };
    for (diffusion, schedule) in [(Diffusion::Vp, vp), (Diffusion::Cosine, Schedule::Cosine)] {
        let path = ask(&pair(diffusion, 0.0, 1)).diffusion;
        let start = schedule.at(0.0);
        assert_eq!(path.trajectories[0].exact.len(), PIECES + 1);
        assert!(path.trajectories[0].conditional.is_empty());
        for (k, &x) in path.trajectories[0].exact.iter().enumerate() {
            let c = schedule.at(schedule.t_max() * k as f64 / PIECES as f64);
            let noise = c.sigma / start.sigma;
            let expected = mix(c.alpha - noise * start.alpha, noise);
            // The solver's tolerance is 1e-8 a step, some thousand steps; then single precision.
            assert!(apart(wide(x), expected) < 2e-6, "{diffusion:?} at {k}: {x:?}, not {expected:?}");
        }
    }
}

/// The overshoot. The cosine path leaves x0 in the direction of x1 with speed π/2: one step lands on
/// x0 + π/2 x1.
#[test]
fn one_step_along_the_cosine_arc_goes_too_far() {
    let path = ask(&pair(Diffusion::Cosine, 0.0, 1)).diffusion;
    let landing = mix(std::f64::consts::FRAC_PI_2, 1.0);
    assert!(apart(lands(&path, 0), landing) < SINGLE);
    assert!((path.error - apart(landing, wide(X1))).abs() < SINGLE, "{}", path.error);
    // (landing − x0)·(x1 − x0) / |x1 − x0|² = π/2 (|x1|² − x0·x1) / |x1 − x0|².
    let reach = std::f64::consts::FRAC_PI_2 * (4.0625 + 1.0 - 0.1875) / 6.5;
    assert!((path.trajectories[0].reach.unwrap() - reach).abs() < SINGLE && reach > 1.1, "{reach}");
}

/// And what the papers' variance preserving path does with one step: almost nothing. Its velocity at t = 0 is
/// alpha' x1 + sigma' noise with alpha' = 10 alpha and sigma' = −10 alpha² / sigma, alpha = exp(−20.1/4).
#[test]
fn one_step_along_the_variance_preserving_arc_hardly_moves() {
    let path = ask(&pair(Diffusion::Vp, 0.0, 1)).diffusion;
    let alpha = (-20.1f64 / 4.0).exp();
    let noise = -10.0 * alpha * alpha / (1.0 - alpha * alpha);
    let h = 1.0 - 1e-5;
    let landing = mix(h * (10.0 * alpha - noise * alpha), 1.0 + h * noise);
    assert!(apart(lands(&path, 0), landing) < SINGLE, "{:?}, not {landing:?}", lands(&path, 0));
    assert!(path.trajectories[0].reach.unwrap() < 0.07);
}

/// With one data point Euler's method is a recursion for the weights of x1 and x0 in its state.
#[test]
fn euler_on_one_pair_is_a_recursion() {
    let vp = Schedule::VariancePreserving { beta_min: 0.1, beta_max: 20.0 };
    for (diffusion, schedule) in [(Diffusion::Vp, vp), (Diffusion::Cosine, Schedule::Cosine)] {
        for steps in [2, 4, 16] {
            let path = ask(&pair(diffusion, 0.0, steps)).diffusion;
            let h = schedule.t_max() / steps as f64;
            let (mut a, mut b) = (0.0, 1.0);
            for (k, &x) in path.trajectories[0].euler.iter().enumerate() {
                assert!(apart(wide(x), mix(a, b)) < SINGLE, "{diffusion:?}, {steps} steps, point {k}");
                let c = schedule.at(h * k as f64);
                let pull = c.d_sigma / c.sigma;
                (a, b) = (a * (1.0 + h * pull) + h * (c.d_alpha - c.alpha * pull), b * (1.0 + h * pull));
            }
            assert_eq!(path.trajectories[0].euler.len(), steps + 1);
            assert_eq!((path.trajectories[0].euler_ahead.len(), path.nfe), (steps, steps));
        }
    }
}

/// The posterior-weighted mean of alpha' x1 + sigma' x0 written out plainly, followed by 36,000 midpoint steps
/// to t = 0.9: nearer the end plain steps are not accurate enough.
#[test]
fn the_exact_flow_of_a_set_is_the_brute_force_one() {
    let vp = Schedule::VariancePreserving { beta_min: 0.1, beta_max: 20.0 };
    let n = 36_000;
    for (diffusion, winding) in [(Diffusion::Vp, vp), (Diffusion::Cosine, Schedule::Cosine)] {
        let request = set(diffusion, 0.1, 4);
        let answer = ask(&request);
        let straight = Schedule::CondOt { sigma_min: 0.1 };
        for (path, schedule) in [(&answer.straight, straight), (&answer.diffusion, winding)] {
            let u = |x: [f64; 2], t: f64| {
                let c = schedule.at(t);
                let (mut whole, mut sum) = (0.0, [0.0; 2]);
                for &x1 in &request.x1 {
                    let x0 = [0, 1].map(|i| (x[i] - c.alpha * wide(x1)[i]) / c.sigma);
                    let w = (-apart(x0, [0.0, 0.0]).powi(2) / 2.0).exp();
                    whole += w;
                    (0..2).for_each(|i| sum[i] += w * (c.d_alpha * wide(x1)[i] + c.d_sigma * x0[i]));
                }
                sum.map(|s| s / whole)
            };
            let h = 0.9 * schedule.t_max() / n as f64;
            for (i, &start) in request.x0.iter().enumerate() {
                let mut x = wide(start);
                for k in 0..n {
                    let t = k as f64 * h;
                    let v = u(x, t);
                    let v = u([x[0] + 0.5 * h * v[0], x[1] + 0.5 * h * v[1]], t + 0.5 * h);
                    x = [x[0] + h * v[0], x[1] + h * v[1]];
                    if (k + 1) % (n / 9) == 0 {
                        let shown = wide(path.trajectories[i].exact[10 * (k + 1) / (n / 9)]);
                        assert!(
                            apart(shown, x) < 2e-6,
                            "{schedule:?}, start {i}, step {k}: {shown:?}, not {x:?}"
                        );
                    }
                }
            }
        }
    }
}

/// z = x / sigma is the same function of alpha / sigma on every path from the same z (see the module). At
/// t = 1/2 both alpha / sigma are 1, with sigma = 1/2 and √½; at the end there is no noise and both are in the
/// same data point.
#[test]
fn both_paths_lead_to_the_same_place() {
    let request = set(Diffusion::Cosine, 0.0, 1);
    let both = ask(&request);
    for i in 0..request.x0.len() {
        let at = |path: &PathResult| wide(path.trajectories[i].exact[PIECES / 2]);
        let scaled = at(&both.straight).map(|v| v * 2f64.sqrt());
        assert!(apart(at(&both.diffusion), scaled) < 2e-6, "start {i} at t = 1/2");
        let (a, b) = (end(&both.straight, i), end(&both.diffusion, i));
        assert!(apart(a, b) < 2e-6, "start {i}: {a:?} and {b:?}");
        assert!(request.x1.iter().any(|&x1| apart(wide(x1), a) < 2e-6), "{a:?} is no data point");
    }
}

#[test]
fn a_set_bends_the_straight_road_too() {
    let both = ask(&set(Diffusion::Vp, 0.0, 1));
    // At t = 0 every data point is as likely as any other, so that one step lands on their mean.
    let mean = [(2.0 + 1.5 - 1.0) / 3.0, (0.25 - 1.25 + 1.5) / 3.0];
    for i in 0..3 {
        assert!(apart(lands(&both.straight, i), mean) < SINGLE, "{:?}", lands(&both.straight, i));
        // Off the line from start to end by more than anything numerical.
        let way = &both.straight.trajectories[i].exact;
        let (a, b) = (wide(way[0]), wide(way[PIECES]));
        let bend = way.iter().map(|&p| {
            let p = wide(p);
            ((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])).abs() / apart(a, b)
        });
        assert!(bend.fold(0.0, f64::max) > 0.02, "start {i} runs straight");
        assert_eq!(both.straight.trajectories[i].conditional.len(), 3);
    }
    assert!(both.straight.error > 0.5);
    for path in [&both.straight, &both.diffusion] {
        let [few, .., many] = &path.ladder[..] else { panic!("no ladder") };
        assert_eq!((few.steps, many.steps), (1, 16));
        assert!(few.error == path.error && many.error < 0.25 * few.error, "{:?}", path.ladder);
    }
    // On the conditional paths: from x0 to x1, straight on the straight path.
    let paths = &both.straight.trajectories[0].conditional;
    assert_eq!((paths[1][0], *paths[1].last().unwrap()), (X0, [1.5, -1.25]));
    let middle = paths[1][paths[1].len() / 2];
    assert!(apart(wide(middle), [0.5, -0.25]) < SINGLE, "{middle:?}");
}

/// Starts between two data points are decided late or never; the solver must not give up on them.
#[test]
fn undecided_starts_still_arrive() {
    for off in [0.0, 1e-7, 1e-4, 1e-2] {
        for diffusion in [Diffusion::Vp, Diffusion::Cosine] {
            let x0 = vec![[off, 0.5], [-off, -0.5]];
            let x1 = vec![[-2.0, 0.0], [2.0, 0.0]];
            let both = ask(&Request { x0, x1, diffusion, sigma_min: 0.0, steps: 16 });
            for path in [&both.straight, &both.diffusion] {
                for trajectory in &path.trajectories {
                    assert!(
                        trajectory.exact.iter().chain(&trajectory.ahead).flatten().all(|v| v.is_finite())
                    );
                }
                if off >= 1e-4 {
                    assert!(
                        apart(end(path, 0), [2.0, 0.0]) < 5e-3,
                        "{diffusion:?} {off}: {:?}",
                        end(path, 0)
                    );
                    assert!(
                        apart(end(path, 1), [-2.0, 0.0]) < 5e-3,
                        "{diffusion:?} {off}: {:?}",
                        end(path, 1)
                    );
                }
            }
        }
    }
}

#[test]
fn requests_come_and_answers_go_as_json() {
    let json =
        r#"{"x0": [[-0.5, 0.75]], "x1": [[2, 0.25]], "diffusion": "cosine", "sigma_min": 0, "steps": 2}"#;
    let answer = ask(&serde_json::from_str(json).unwrap());
    let got: serde_json::Value = serde_json::to_value(&answer).unwrap();
    let euler = got["diffusion"]["trajectories"][0]["euler"].as_array().unwrap();
    assert_eq!((euler.len(), euler[0][0].as_f64()), (3, Some(-0.5)));
    assert_eq!(got["straight"]["ladder"][4]["steps"], 16);
    assert!(got["straight"]["error"].as_f64().unwrap() < 1e-6);
}

#[test]
fn bad_requests_get_a_sentence() {
    let good = || pair(Diffusion::Vp, 0.0, 1);
    let refused = |request: Request, word: &str| {
        let error = compare(&request).unwrap_err();
        assert_eq!(error.kind(), Kind::Config);
        assert!(error.to_string().contains(word), "{error}");
    };
    refused(Request { x0: vec![], ..good() }, "1 to 8 start points, not 0");
    refused(Request { x1: vec![X1; 9], ..good() }, "1 to 8 data points, not 9");
    refused(Request { x1: vec![[f32::NAN, 0.0]], ..good() }, "coordinate of a data point");
    refused(Request { x0: vec![[0.0, 1e9]], ..good() }, "coordinate of a start point");
    refused(Request { steps: 0, ..good() }, "steps must be 1 to 64, not 0");
    refused(Request { steps: 65, ..good() }, "not 65");
    refused(Request { sigma_min: 1.0, ..good() }, "sigma_min < 1");
    refused(Request { sigma_min: f64::NAN, ..good() }, "sigma_min < 1");
    let more = |field: &str| {
        let json = r#"{"x0":[[0,0]],"x1":[[1,1]],"diffusion":"vp","sigma_min":0,"steps":1}"#
            .replace("\"steps\"", field);
        serde_json::from_str::<Request>(&json)
    };
    assert!(more("\"steps\"").is_ok());
    assert!(more("\"t\":0,\"steps\"").unwrap_err().to_string().contains("unknown field `t`"));
    assert!(more("\"step\"").is_err());
}
