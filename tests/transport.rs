//! Assignment and couplings against brute force, scipy and POT.
#![cfg(feature = "cli")]

use flow_lab::assignment::{solve, squared_distances};
use flow_lab::coupling::{Coupling, sinkhorn};
use flow_lab::error::Kind;
use flow_lab::points::Point;
use flow_lab::rng::{Rng, Stream};

fn random_points(n: usize, seed: u64) -> Vec<Point> {
    let mut rng = Rng::new(seed, Stream::Data);
    (0..n).map(|_| [rng.normal(), rng.normal()]).collect()
}

fn total(cost: &[f32], columns: &[usize]) -> f64 {
    let n = columns.len();
    columns.iter().enumerate().map(|(i, &j)| f64::from(cost[i * n + j])).sum()
}

fn is_permutation(columns: &[usize]) -> bool {
    let mut seen = vec![false; columns.len()];
    columns.iter().for_each(|&j| seen[j] = true);
    seen.into_iter().all(|s| s)
}

/// The least cost over all permutations, by trying them.
fn brute_force(cost: &[f32], n: usize, row: usize, used: u32) -> f64 {
    if row == n {
        return 0.0;
    }
    (0..n)
        .filter(|j| used & (1 << j) == 0)
        .map(|j| f64::from(cost[row * n + j]) + brute_force(cost, n, row + 1, used | (1 << j)))
        .fold(f64::INFINITY, f64::min)
}

#[test]
fn assignment_equals_brute_force() {
    for n in 0..=7 {
        for seed in 0..20 {
            let mut rng = Rng::new(seed, Stream::Data);
            // Few different costs make many ties.
            let levels = if seed % 2 == 0 { 4 } else { 100_000 };
            let cost: Vec<f32> = (0..n * n).map(|_| rng.index(levels) as f32 - 2.0).collect();
            let assignment = solve(&cost, n).unwrap();
            assert!(is_permutation(&assignment.columns));
            assert_eq!(total(&cost, &assignment.columns), brute_force(&cost, n, 0, 0), "n {n}, seed {seed}");
        }
    }
}

/// (7919 i + 104729 j + 31 i j) mod 1009.
fn formula(n: usize) -> Vec<f32> {
    (0..n * n)
        .map(|k| {
            let (i, j) = (k / n, k % n);
            ((7919 * i + 104_729 * j + 31 * i * j) % 1009) as f32
        })
        .collect()
}

/// scipy 1.17.1: `r, k = linear_sum_assignment(c); c[r, k].sum()` on the formula's matrix.
#[test]
fn assignment_equals_scipy() {
    for (n, least) in [(12, 2053.0), (60, 1574.0), (256, 2064.0)] {
        let cost = formula(n);
        let assignment = solve(&cost, n).unwrap();
        assert!(is_permutation(&assignment.columns));
        assert_eq!(total(&cost, &assignment.columns), least);
        let bound: f64 = assignment.u.iter().chain(&assignment.v).sum();
        // The duals prove it: integers below 2^20 in f64 leave rounding far below this.
        assert!((bound - least).abs() < 1e-6, "{bound}");
        for (k, c) in cost.iter().enumerate() {
            assert!(assignment.u[k / n] + assignment.v[k % n] <= f64::from(*c) + 1e-6);
        }
    }
}

#[test]
fn bad_costs_are_refused() {
    assert_eq!(solve(&[1.0; 5], 2).unwrap_err().kind(), Kind::Config);
    assert_eq!(solve(&[1.0, f32::NAN, 0.0, 1.0], 2).unwrap_err().kind(), Kind::Numeric);
    for epsilon in [0.0, -1.0, f64::NAN] {
        assert_eq!(sinkhorn::plan(&[1.0; 4], 2, epsilon, 1e-6).unwrap_err().kind(), Kind::Config);
    }
    let few = random_points(3, 0);
    let more = random_points(4, 0);
    for coupling in Coupling::all() {
        let error = coupling.pair(&few, &more, &mut Rng::new(0, Stream::Coupling)).unwrap_err();
        assert_eq!(error.kind(), Kind::Config);
    }
}

/// POT 0.9.7: `ot.sinkhorn(a, a, c, 0.1, method="sinkhorn_log", stopThr=1e-13)` with a = 1/6 and c the formula's
/// 6 × 6 matrix over 1009: rows 0 and 3.
#[test]
fn the_entropic_plan_equals_pot() {
    let cost: Vec<f32> = formula(6).into_iter().map(|c| c / 1009.0).collect();
    let plan = sinkhorn::plan(&cost, 6, 0.1, 1e-12).unwrap();
    let rows = [
        (0, [0.15021689, 0.00024436, 0.00076439, 0.00204263, 0.00459272, 0.00880568]),
        (3, [0.00204263, 0.02911739, 0.03623665, 0.03852386, 0.03446033, 0.02628582]),
    ];
    for (row, printed) in rows {
        for (j, expected) in printed.into_iter().enumerate() {
            // Costs are f32 here (6e-8 of 0.1 in the exponent), the printed values have eight decimals.
            assert!((plan[6 * row + j] - expected).abs() < 2e-7, "{row} {j} {}", plan[6 * row + j]);
        }
    }
}

#[test]
fn plans_keep_both_marginals_and_lie_between_exact_and_independent() {
    let n = 40;
    let (a, b) = (random_points(n, 1), random_points(n, 2));
    let cost = squared_distances(&a, &b);
    let spent = |plan: &[f64]| plan.iter().zip(&cost).map(|(p, c)| p * f64::from(*c)).sum::<f64>();
    let exact = total(&cost, &solve(&cost, n).unwrap().columns) / n as f64;
    let independent = cost.iter().map(|c| f64::from(*c)).sum::<f64>() / (n * n) as f64;
    let mut before = exact;
    for epsilon in [0.05, 0.2, 1.0, 10.0, 1e4] {
        let plan = sinkhorn::plan(&cost, n, epsilon, 1e-4).unwrap();
        let row = |i: usize| plan[n * i..n * (i + 1)].iter().sum::<f64>();
        let column = |j: usize| plan.iter().skip(j).step_by(n).sum::<f64>();
        let off: f64 =
            (0..n).map(|i| (row(i) - 1.0 / n as f64).abs() + (column(i) - 1.0 / n as f64).abs()).sum();
        assert!(off <= 1.01e-4, "epsilon {epsilon}: marginals are off by {off}");
        // More entropy never makes transport cheaper; 1e-4 of the mass misplaced over distances² of about 10.
        assert!(spent(&plan) >= before - 1e-3, "epsilon {epsilon}");
        before = spent(&plan);
    }
    let sharp = spent(&sinkhorn::plan(&cost, n, 0.05, 1e-4).unwrap());
    // The entropic plan costs at most epsilon ln n more than the exact one.
    assert!(sharp - exact <= 0.05 * (n as f64).ln() + 1e-3, "{sharp} {exact}");
    assert!((before - independent).abs() < 1e-3 * independent, "{before} {independent}");
}

#[test]
fn every_coupling_uses_each_source_point_once() {
    let n = 64;
    let (a, b) = (random_points(n, 3), random_points(n, 4));
    let cost = squared_distances(&a, &b);
    for coupling in Coupling::all() {
        let pairs = coupling.pair(&a, &b, &mut Rng::new(5, Stream::Coupling)).unwrap();
        assert!(pairs.iter().enumerate().all(|(k, &(i, _))| i == k), "{coupling:?}");
        let columns: Vec<usize> = pairs.iter().map(|&(_, j)| j).collect();
        assert_eq!(columns.len(), n);
        match coupling {
            Coupling::Sinkhorn { .. } => assert!(columns.iter().all(|&j| j < n)),
            _ => assert!(is_permutation(&columns), "{coupling:?}"),
        }
        let again = coupling.pair(&a, &b, &mut Rng::new(5, Stream::Coupling)).unwrap();
        assert_eq!(again, pairs);
        if coupling == Coupling::Exact {
            assert_eq!(total(&cost, &columns), total(&cost, &solve(&cost, n).unwrap().columns));
        }
    }
}

/// 24-bit numbers that Python makes just as easily (Knuth's MMIX generator).
fn lcg(mut state: u64) -> impl FnMut() -> u32 {
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as u32
    }
}

/// scipy 1.17.1 on a thousand points each, whole coordinates below 2048 (squared distances are exact in f32),
/// `g = lcg(seed); np.array([[next(g) % 2048, next(g) % 2048] for _ in range(1000)])` with seeds 1 and 2, and on
/// the products (i + 1)(j + 1) mod 1009: many ties.
#[test]
fn a_thousand_points_equal_scipy() {
    let n = 1000;
    let lattice = |seed| -> Vec<Point> {
        let mut next = lcg(seed);
        (0..n).map(|_| [(next() % 2048) as f32, (next() % 2048) as f32]).collect()
    };
    let distances = squared_distances(&lattice(1), &lattice(2));
    let products: Vec<f32> = (0..n * n).map(|k| ((k / n + 1) * (k % n + 1) % 1009) as f32).collect();
    for (cost, least) in [(distances, 7_996_411.0), (products, 1139.0)] {
        let assignment = solve(&cost, n).unwrap();
        assert!(is_permutation(&assignment.columns));
        assert_eq!(total(&cost, &assignment.columns), least);
    }
}

/// Costs that are hard for auctions, for shortest paths, or for floating point: the duals prove each.
#[test]
fn awkward_costs_are_assigned() {
    let n = 120;
    let near = random_points(n, 1);
    let far: Vec<Point> = random_points(n, 2).iter().map(|p| [p[0] + 1000.0, p[1]]).collect();
    let clumps: Vec<Point> = (0..n).map(|i| [(i % 3) as f32, 0.0]).collect();
    let mut rng = Rng::new(3, Stream::Data);
    let awkward: [Vec<f32>; 6] = [
        vec![-3.5; n * n],
        (0..n * n).map(|k| ((k / n + 1) * (k % n + 1)) as f32).collect(),
        (0..n * n).map(|k| ((k / n) as f32 - (k % n) as f32).powi(2)).collect(),
        squared_distances(&near, &far),
        squared_distances(&clumps, &clumps),
        (0..n * n).map(|_| 10f32.powf(8.0 * rng.normal())).collect(), // over sixty orders of magnitude
    ];
    for (case, cost) in awkward.iter().enumerate() {
        let assignment = solve(cost, n).unwrap();
        assert!(is_permutation(&assignment.columns), "{case}");
        let largest = cost.iter().fold(0.0, |m: f64, c| m.max(f64::from(c.abs())));
        for (k, &c) in cost.iter().enumerate() {
            let slack = f64::from(c) - assignment.u[k / n] - assignment.v[k % n];
            let paired = assignment.columns[k / n] == k % n;
            // Duals are sums of a few costs in f64, once for each time that one changed.
            assert!(slack >= -1e-11 * largest, "{case}: {slack}");
            assert!(!paired || slack <= 1e-11 * largest, "{case}: {slack}");
        }
    }
}

/// Two points each: the plan is ½ (p, 1 − p; 1 − p, p) with p / (1 − p) = exp((c01 + c10 − c00 − c11) / (2 ε)).
#[test]
fn the_plan_of_two_points_is_the_closed_form() {
    for cost in [[0.0f32, 1.0, 2.0, 0.5], [3.0, 1.0, 0.25, 7.0], [2.0; 4], [100.0, 101.5, 102.0, 100.0]] {
        for epsilon in [1e-3, 0.05, 0.3, 1.0, 1e4] {
            let gain = f64::from(cost[1] + cost[2] - cost[0] - cost[3]) / (2.0 * epsilon);
            let p = 1.0 / (1.0 + (-gain).exp());
            let plan = sinkhorn::plan(&cost, 2, epsilon, 1e-6).unwrap();
            for (got, expected) in plan.iter().zip([p, 1.0 - p, 1.0 - p, p]) {
                // Scaling keeps the cross ratio; the marginals are off by 1e-6 in all.
                assert!((got - expected / 2.0).abs() < 1e-6, "{cost:?} {epsilon}: {plan:?}");
            }
        }
    }
}

/// A training run draws thousands of batches: one without a plan would end it.
#[test]
fn batches_of_every_size_have_a_plan_down_to_small_epsilon() {
    for n in [1, 2, 5, 8, 32, 33, 64] {
        for seed in 0..40 {
            let a = random_points(n, 2 * seed);
            let b: Vec<Point> =
                random_points(n, 2 * seed + 1).iter().map(|p| [3.0 * p[0].signum(), p[1]]).collect();
            for epsilon in [0.1, 0.01, 1e-3, 1e-4] {
                let pairs =
                    Coupling::Sinkhorn { epsilon }.pair(&a, &b, &mut Rng::new(seed, Stream::Coupling));
                assert!(pairs.is_ok(), "n {n}, seed {seed}, epsilon {epsilon}: {pairs:?}");
            }
        }
    }
}

#[test]
fn a_plan_out_of_reach_says_what_to_change() {
    let cost = squared_distances(&random_points(100, 1), &random_points(100, 2));
    for epsilon in [1e-3, 1e-300] {
        let error = sinkhorn::plan(&cost, 100, epsilon, 1e-15).unwrap_err();
        assert_eq!(error.kind(), Kind::Config);
        assert!(error.to_string().contains("raise epsilon"), "{error}");
    }
    assert_eq!(sinkhorn::plan(&[1.0; 5], 2, 1.0, 1e-3).unwrap_err().kind(), Kind::Config);
    assert_eq!(sinkhorn::plan(&[f32::NAN], 1, 1.0, 1e-3).unwrap_err().kind(), Kind::Numeric);
}

/// Each data point is as frequent as any other: the marginal that a flow has to reach.
#[test]
fn couplings_keep_the_data_marginal() {
    let (n, batches) = (12, 3000);
    let (a, b) = (random_points(n, 3), random_points(n, 4));
    for coupling in Coupling::all() {
        let mut rng = Rng::new(5, Stream::Coupling);
        let mut count = vec![0.0f64; n];
        for _ in 0..batches {
            coupling.pair(&a, &b, &mut rng).unwrap().into_iter().for_each(|(_, j)| count[j] += 1.0);
        }
        // n draws a batch, probabilities that sum to 1: the variance is at most 1 a batch. Five standard
        // errors, and the plan's tolerance of 1e-3 of all pairs.
        let expected = f64::from(batches);
        let allowed = 5.0 * expected.sqrt() + 1e-3 * n as f64 * expected;
        assert!(count.iter().all(|c| (c - expected).abs() < allowed), "{coupling:?}: {count:?}");
    }
}

#[test]
fn sinkhorn_pairs_are_draws_from_the_plan() {
    let (n, batches, epsilon) = (5, 20_000, 1.0);
    let (a, b) = (random_points(n, 7), random_points(n, 8));
    let plan = sinkhorn::plan(&squared_distances(&a, &b), n, epsilon, 1e-9).unwrap();
    let mut rng = Rng::new(9, Stream::Coupling);
    let mut frequency = vec![0.0; n * n];
    for _ in 0..batches {
        for (i, j) in (Coupling::Sinkhorn { epsilon }).pair(&a, &b, &mut rng).unwrap() {
            frequency[i * n + j] += 1.0 / f64::from(batches);
        }
    }
    for (got, p) in frequency.iter().zip(plan.iter().map(|p| p * n as f64)) {
        // Five standard errors, and 1e-3, the tolerance of the plan that pairs are drawn from, times n.
        let allowed = 5.0 * (p * (1.0 - p) / f64::from(batches)).sqrt() + 1e-3 * n as f64;
        assert!((got - p).abs() < allowed, "{got} {p}");
    }
}
