//! Every solver goes through every law. Oracles are closed forms in f64.
#![cfg(feature = "cli")]

use flow_lab::error::Kind;
use flow_lab::solver::{Integrator, Method, Solver, TimeGrid, Tolerance};
use pollster::block_on;

type Field = fn(&Vec<f64>, f64) -> Vec<f64>;
type Solution = fn(f64) -> f64;

/// y' = y cos t; y' = y (1 − y); y' = −y + sin 3t, with their solutions.
const PROBLEMS: [(&str, Field, Solution); 3] = [
    ("y cos t", |y, t| vec![y[0] * t.cos()], |t| t.sin().exp()),
    ("logistic", |y, _| vec![y[0] * (1.0 - y[0])], |t| 1.0 / (1.0 + 4.0 * (-t).exp())),
    (
        "forced decay",
        |y, t| vec![-y[0] + (3.0 * t).sin()],
        |t| {
            // y(0) = 1: particular solution (sin 3t − 3 cos 3t)/10, homogeneous 1.3 e^−t.
            ((3.0 * t).sin() - 3.0 * (3.0 * t).cos()) / 10.0 + 1.3 * (-t).exp()
        },
    ),
];

fn solve(solver: Solver, method: Method, x: Vec<f64>, field: Field) -> (Vec<f64>, usize) {
    block_on(Integrator::new(solver, method, x).unwrap().finish(field)).unwrap()
}

fn uniform(from: f64, to: f64, steps: usize) -> Method {
    Method::Fixed(TimeGrid::uniform(from, to, steps).unwrap())
}

/// A step onward that is undone: with corrections the end of a way back leads to where it began, and the nearer the more there are.
#[test]
fn a_corrected_way_back_is_undone_by_the_same_steps_onward() {
    for solver in Solver::ALL.into_iter().filter(|solver| !solver.is_adaptive()) {
        for (name, field, _) in PROBLEMS {
            let back = |corrections: usize, until: f64| {
                let back = Integrator::new(solver, uniform(1.0, 0.0, 6), vec![0.7]).unwrap();
                block_on(back.corrected(corrections, until).finish(field)).unwrap()
            };
            let missed = |corrections: usize, until: f64| {
                let (start, nfe) = back(corrections, until);
                let (end, onward) = solve(solver, uniform(0.0, 1.0, 6), start, field);
                ((end[0] - 0.7).abs(), nfe, onward)
            };
            let (plain, nfe, onward) = missed(0, 1.0);
            let (once, ..) = missed(1, 1.0);
            let (often, more, _) = missed(10, 1.0);
            assert!(
                once < 0.4 * plain && often < 1e-6 * plain + 1e-14,
                "{} {name}: {plain} {once} {often}",
                solver.id()
            );
            assert_eq!(more, nfe + 10 * onward, "{} {name}", solver.id());
            // Steps that begin later than the limit stay as they are; those before it are undone.
            let (half, some, _) = missed(10, 0.5);
            assert!(often < half, "{} {name}: {often} {half}", solver.id());
            let (middle, _) = solve(solver, uniform(1.0, 0.5, 3), vec![0.7], field);
            let (again, _) = solve(solver, uniform(0.0, 0.5, 3), back(10, 0.5).0, field);
            let left = (again[0] - middle[0]).abs();
            assert!(left < 1e-6 * plain + 1e-14, "{} {name}: {plain} {left}", solver.id());
            assert_eq!(some, nfe + 10 * onward / 2, "{} {name}", solver.id());
        }
    }
}

#[test]
fn tableaux_are_consistent() {
    for solver in Solver::ALL {
        assert_eq!(solver.tableau().defect(), None, "{}", solver.id());
        assert_eq!(Solver::from_id(solver.id()), Some(solver));
    }
}

/// The validator must see each kind of damage: a test that cannot fail proves nothing.
#[test]
fn damaged_tableaux_are_found() {
    let mut t = *Solver::Heun.tableau();
    t.b = &[0.5, 0.6];
    assert!(t.defect().unwrap().contains("b sums"));
    let mut t = *Solver::Heun.tableau();
    t.c = &[0.0, 0.9];
    assert!(t.defect().unwrap().contains("row 1"));
    let mut t = *Solver::Heun.tableau();
    t.a = &[&[], &[0.5, 0.5]];
    assert!(t.defect().unwrap().contains("explicit"));
    let mut t = *Solver::Rk4.tableau();
    t.first_same_as_last = true;
    assert!(t.defect().unwrap().contains("last stage"));
    let mut t = *Solver::Dopri5.tableau();
    t.error = Some(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert!(t.defect().unwrap().contains("error weights"));
}

/// The slope of log error over log n is the order. The band of ±0.15 holds the spread of these problems
/// (0.95–1.01, 1.88–2.09, 1.97–2.00, 3.98–4.04) at n = 16…128; Dormand–Prince reaches rounding there, so
/// its grid is coarser and its band wider.
#[test]
fn converges_at_its_order() {
    for solver in Solver::ALL {
        let (sizes, band) = match solver {
            Solver::Dopri5 => ([2, 4, 8, 16], 0.6),
            _ => ([16, 32, 64, 128], 0.15),
        };
        for (name, field, solution) in PROBLEMS {
            let error = |n| {
                let (y, _) = solve(solver, uniform(0.0, 1.0, n), vec![solution(0.0)], field);
                (y[0] - solution(1.0)).abs()
            };
            let (first, last) = (sizes[0], sizes[3]);
            let slope = (error(first) / error(last)).ln() / (last as f64 / first as f64).ln();
            let order = solver.tableau().order as f64;
            assert!((slope - order).abs() < band, "{} on {name}: slope {slope}", solver.id());
        }
    }
}

#[test]
fn backwards_undoes_forwards() {
    for solver in Solver::ALL {
        for (name, field, solution) in PROBLEMS {
            let start = vec![solution(0.0)];
            let (there, _) = solve(solver, uniform(0.0, 1.0, 200), start.clone(), field);
            let (back, _) = solve(solver, uniform(1.0, 0.0, 200), there, field);
            // Euler's global error at h = 1/200 is below 1/200 on each way for these problems.
            let limit = if solver == Solver::Euler { 1e-2 } else { 1e-4 };
            assert!((back[0] - start[0]).abs() < limit, "{} on {name}: {back:?}", solver.id());
        }
    }
}

#[test]
fn counts_its_evaluations() {
    for solver in Solver::ALL {
        let mut calls = 0;
        let integrator = Integrator::new(solver, uniform(0.0, 1.0, 7), vec![1.0]).unwrap();
        let (_, nfe) = block_on(integrator.finish(|y: &Vec<f64>, _| {
            calls += 1;
            y.clone()
        }))
        .unwrap();
        assert_eq!(nfe, calls, "{}", solver.id());
        let stages = solver.tableau().stages();
        let reused = if solver.tableau().first_same_as_last { 6 } else { 0 };
        assert_eq!(nfe, 7 * stages - reused, "{}", solver.id());
    }
}

/// A constant velocity, the conditional path itself, is solved exactly in one step by every method.
#[test]
fn a_straight_path_needs_one_step() {
    for solver in Solver::ALL {
        let (y, _) = solve(solver, uniform(0.0, 1.0, 1), vec![1.0, -2.0], |_, _| vec![3.0, 0.5]);
        assert!((y[0] - 4.0).abs() < 1e-12 && (y[1] + 1.5).abs() < 1e-12, "{}: {y:?}", solver.id());
    }
}

/// x0 ~ N(0, 1), x1 ~ N(m, s²): the marginal velocity has a closed form and x(1) = m + s x(0).
#[test]
fn the_gaussian_flow_ends_where_it_must() {
    const M: f64 = 1.5;
    const S: f64 = 0.4;
    let field: Field = |x, t| {
        let slope = (t * S * S - (1.0 - t)) / ((1.0 - t).powi(2) + t * t * S * S);
        x.iter().map(|x| M + slope * (x - t * M)).collect()
    };
    for solver in Solver::ALL {
        let (x, _) = solve(solver, uniform(0.0, 1.0, 256), vec![-1.0, 0.3, 2.0], field);
        for (x0, x1) in [-1.0, 0.3, 2.0].into_iter().zip(x) {
            // Euler at h = 1/256; the others are far below.
            let limit = if solver == Solver::Euler { 2e-2 } else { 1e-3 };
            assert!((x1 - (M + S * x0)).abs() < limit, "{}: {x1}", solver.id());
        }
    }
}

#[test]
fn tolerance_is_kept_in_both_directions() {
    for (name, field, solution) in PROBLEMS {
        for (from, to) in [(0.0, 1.0), (1.0, 0.0)] {
            let mut before = 0;
            for tolerance in [1e-3, 1e-6, 1e-9] {
                let tolerance = Tolerance { absolute: tolerance, relative: tolerance };
                let method = Method::Adaptive { from, to, tolerance };
                let (y, nfe) = solve(Solver::Dopri5, method, vec![solution(from)], field);
                // Local errors add up over some ten steps.
                let error = (y[0] - solution(to)).abs();
                assert!(error < 20.0 * tolerance.absolute, "{name}: {error}");
                assert!(nfe >= before, "a finer tolerance cannot need less: {nfe} < {before}");
                before = nfe;
            }
        }
    }
}

/// A step that is rejected is tried again smaller: a field that switches on suddenly costs evaluations, not
/// accuracy. The integral of a logistic switch at 1/2 over [0, 1] is 1/2 by symmetry.
#[test]
fn adaptive_steps_shrink_where_the_field_is_sharp() {
    let field: Field = |_, t| vec![1.0 / (1.0 + (-(t - 0.5) / 0.005).exp())];
    let tolerance = Tolerance { absolute: 1e-8, relative: 0.0 };
    let method = Method::Adaptive { from: 0.0, to: 1.0, tolerance };
    let mut run = Integrator::new(Solver::Dopri5, method, vec![0.0]).unwrap();
    let mut steps = Vec::new();
    while let Some(p) = block_on(run.advance(field)).unwrap() {
        steps.push(p.t - p.t_before);
    }
    assert!((run.state()[0] - 0.5).abs() < 1e-6, "{:?}", run.state());
    let (short, long) = steps.iter().fold((1.0f64, 0.0f64), |(s, l), &h| (s.min(h), l.max(h)));
    assert!(long > 5.0 * short, "steps ranged from {short} to {long} only");
    assert!(run.is_done() && run.time() == 1.0);
}

#[test]
fn progress_reports_every_step_and_the_end() {
    let mut run = Integrator::new(Solver::Heun, uniform(0.0, 1.0, 4), vec![1.0]).unwrap();
    let mut seen = Vec::new();
    while let Some(p) = block_on(run.advance(|y: &Vec<f64>, _| y.clone())).unwrap() {
        seen.push((p.t_before, p.t, p.nfe, p.done));
    }
    let expected =
        [(0.0, 0.25, 2, false), (0.25, 0.5, 4, false), (0.5, 0.75, 6, false), (0.75, 1.0, 8, true)];
    assert_eq!(seen, expected);
}

#[test]
fn quadratic_steps_are_equal_in_the_root_of_t() {
    for (from, to) in [(0.0, 1.0), (1.0, 0.0), (0.36, 1.0), (0.7, 0.1)] {
        let grid = TimeGrid::quadratic(from, to, 5).unwrap();
        assert_eq!((grid.times()[0], grid.times()[5]), (from, to));
        for two in grid.times().windows(2) {
            let step = (to.sqrt() - from.sqrt()) / 5.0;
            assert!((two[1].sqrt() - two[0].sqrt() - step).abs() < 1e-12, "{:?}", grid.times());
        }
    }
    assert!(TimeGrid::quadratic(-0.1, 1.0, 4).is_err() && TimeGrid::quadratic(0.0, f64::NAN, 4).is_err());
}

/// dx/dt = x / (2√t + ε) is steep at noise: there the same number of steps comes nearer with those equal in √t.
#[test]
fn quadratic_steps_return_nearer_where_the_field_is_steep_at_noise() {
    let round_trip = |grid: fn(f64, f64, usize) -> flow_lab::error::Result<TimeGrid>| {
        let field: Field = |x, t| x.iter().map(|x| x / (2.0 * t.sqrt() + 1e-3)).collect();
        let there = solve(Solver::Midpoint, Method::Fixed(grid(1.0, 0.0, 12).unwrap()), vec![1.0], field).0;
        let back = solve(Solver::Midpoint, Method::Fixed(grid(0.0, 1.0, 12).unwrap()), there, field).0;
        (back[0] - 1.0).abs()
    };
    let (uniform, quadratic) = (round_trip(TimeGrid::uniform), round_trip(TimeGrid::quadratic));
    assert!(quadratic < 0.5 * uniform, "{quadratic} against {uniform}");
}

#[test]
fn bad_settings_are_refused() {
    let refused = |times: Vec<f64>| TimeGrid::new(times).unwrap_err().kind() == Kind::Config;
    assert!(refused(vec![]) && refused(vec![0.0]) && refused(vec![0.0, 0.5, 0.5]));
    assert!(refused(vec![0.0, 0.6, 0.5]) && refused(vec![0.0, f64::NAN]));
    assert!(TimeGrid::new(vec![1.0, 0.4, 0.0]).is_ok());
    assert!(TimeGrid::uniform(0.0, 1.0, 0).is_err());

    let adaptive = |solver, absolute| {
        let tolerance = Tolerance { absolute, relative: 0.0 };
        Integrator::new(solver, Method::Adaptive { from: 0.0, to: 1.0, tolerance }, vec![0.0]).err()
    };
    assert_eq!(adaptive(Solver::Euler, 1e-3).unwrap().kind(), Kind::Config);
    assert_eq!(adaptive(Solver::Dopri5, 0.0).unwrap().kind(), Kind::Config);
    assert!(adaptive(Solver::Dopri5, 1e-3).is_none());
}

#[test]
fn a_field_that_explodes_is_an_error_not_a_hang() {
    let run = |field: Field| {
        let method = Method::Adaptive { from: 0.0, to: 2.0, tolerance: Tolerance::default() };
        block_on(Integrator::new(Solver::Dopri5, method, vec![1.0]).unwrap().finish(field)).unwrap_err()
    };
    // y' = y² from 1 reaches infinity at t = 1.
    assert_eq!(run(|y, _| vec![y[0] * y[0]]).kind(), Kind::Numeric);
    assert_eq!(run(|_, _| vec![f64::NAN]).kind(), Kind::Numeric);
}
