//! Distributions of the plane against closed forms and other implementations, points and tables both ways.
#![cfg(feature = "cli")]

#[path = "plane/supports.rs"]
mod supports;
#[path = "plane/table.rs"]
mod table;
#[path = "plane/written.rs"]
mod written;

use flow_lab::data::plane::{Distribution, PointSet, PublishedSet, Sampler};
use flow_lab::points::{Point, finite};
use flow_lab::rng::{Rng, Stream};
use std::f64::consts::{FRAC_2_PI, PI};

fn text(text: &str) -> Distribution {
    Distribution::Text { text: text.into() }
}

fn points(points: &[Point]) -> Distribution {
    Distribution::Points { points: PointSet::new(points.to_vec()).unwrap().encode() }
}

fn published(set: PublishedSet) -> Distribution {
    Distribution::Published { set }
}

fn draw(distribution: &Distribution, n: usize, seed: u64) -> Vec<Point> {
    distribution.sampler().unwrap().draw(n, &mut Rng::new(seed, Stream::Data))
}

type Moments = (Distribution, [f64; 2], [f64; 3]);

/// Every distribution, with the mean [x, y] and covariance [xx, xy, yy] of its documentation.
fn documented() -> Vec<Moments> {
    let (h, third) = (FRAC_2_PI - 0.25, 2.25 / (3.0 * PI));
    let half_circles = [0.75, -h / 2.0, 0.5 - FRAC_2_PI * FRAC_2_PI + h * h];
    let [xx, xy, yy] = half_circles;
    let shared = 0.2f64.powi(2) / 12.0;
    let (k, r2) = (6.0 * PI, 4.5f64 * 4.5);
    let (cos, sin) = (6.0 * r2 / (k * k), 2.0 * r2 * (6.0 / k.powi(3) - 1.0 / k));
    // Standardized over both coordinates: half the trace and half the squared distance of the means make 1.
    let wide = (xx + yy) / 2.0 + 0.01 + 0.125f64.powi(2);
    let corner = 7.0 * 0.125 / wide.sqrt();
    let drawn = [[1.0, 2.0], [-3.0, 2.0], [1.0, 2.0], [5.0, -6.0]];
    vec![
        (Distribution::Gaussian, [0.0, 0.0], [1.0, 0.0, 1.0]),
        (Distribution::EightGaussians, [0.0, 0.0], [12.5 + 0.1f64.sqrt(), 0.0, 12.5 + 0.1f64.sqrt()]),
        (Distribution::Moons, [0.8, 0.05], half_circles.map(|c| 9.0 * (c + shared))),
        (
            Distribution::SCurve,
            [0.0, 0.0],
            [1.125 + 0.075f64.powi(2), -third, 3.375 + 4.0 * third + 0.075f64.powi(2)],
        ),
        (
            Distribution::Spirals,
            [0.0, 0.0],
            [(r2 / 2.0 + cos) / 2.0 + 0.01, sin / 2.0, (r2 / 2.0 - cos) / 2.0 + 0.01],
        ),
        (Distribution::Checkerboard, [0.0, 0.0], [16.0 / 3.0, 1.0, 16.0 / 3.0]),
        (Distribution::Rings, [0.0, 0.0], [5.01, 0.0, 5.01]),
        (Distribution::Pinwheel, [0.0, 0.0], [3.4375, 0.0, 3.4375]),
        // The hyphen of the font is a bar of 6 × 1 pixels.
        (text(" - "), [0.0, 0.0], [100.0 / 12.0, 0.0, 100.0 / 36.0 / 12.0]),
        // The encoding moves a coordinate by at most 0.0015, a quarter of a standard error of its mean.
        (points(&drawn), [1.0, 0.0], [8.0 + 0.0025, -8.0, 12.0 + 0.0025]),
        // A corner, which the encoding keeps: what is left is the jitter.
        (points(&[[6.0, -6.0]]), [6.0, -6.0], [0.0025, 0.0, 0.0025]),
        (published(PublishedSet::Moons), [0.0, 0.5], [4.0 * xx + 0.01, 4.0 * xy, 4.0 * yy + 0.01]),
        (published(PublishedSet::EightGaussians), [0.0, 0.0], [13.5, 0.0, 13.5]),
        (
            published(PublishedSet::WideMoons),
            [corner, -corner],
            [49.0 / wide * (xx + 0.01), 49.0 / wide * xy, 49.0 / wide * (yy + 0.01)],
        ),
        (published(PublishedSet::WideEightGaussians), [0.0, 0.0], [74.25, 0.0, 74.25]),
    ]
}

/// Mean of `values` and its standard error.
fn mean(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values: Vec<f64> = values.collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    (mean, (variance / n).sqrt())
}

fn double(p: &Point) -> [f64; 2] {
    p.map(f64::from)
}

#[test]
fn the_list_of_documented_moments_is_complete() {
    let ids: Vec<_> = documented().iter().map(|(d, ..)| d.clone()).collect();
    assert!(Distribution::NAMED.iter().all(|d| ids.contains(d)));
    assert!(PublishedSet::ALL.iter().all(|&set| ids.contains(&published(set))));
}

#[test]
fn moments_are_the_documented_ones() {
    for (distribution, center, covariance) in documented() {
        let x = draw(&distribution, 200_000, 1);
        assert!(finite(&x));
        // Five standard errors: a false alarm in one of 1.7 million tests.
        let check = |what: &str, (found, error): (f64, f64), expected: f64| {
            assert!(
                (found - expected).abs() < 5.0 * error,
                "{distribution:?} {what}: {found} {expected} {error}"
            );
        };
        let d = |p: &Point| [double(p)[0] - center[0], double(p)[1] - center[1]];
        check("mean x", mean(x.iter().map(|p| double(p)[0])), center[0]);
        check("mean y", mean(x.iter().map(|p| double(p)[1])), center[1]);
        check("xx", mean(x.iter().map(|p| d(p)[0] * d(p)[0])), covariance[0]);
        check("xy", mean(x.iter().map(|p| d(p)[0] * d(p)[1])), covariance[1]);
        check("yy", mean(x.iter().map(|p| d(p)[1] * d(p)[1])), covariance[2]);
    }
}

/// Third moments E x³, E x²y, E xy², E y³ and their standard errors; scikit-learn 1.9.1, numpy 2.4.6, r =
/// default_rng(0), n = 4,000,000, printed to four places:
/// 3 * (make_moons(n, noise=None)[0] + 0.2 * r.random((n, 1))) - 1;
/// m = 2 * make_moons(n, noise=0.05, random_state=0)[0]; m[:, 0] -= 1;
/// m = make_moons(n, noise=0.1, random_state=0)[0]; 7 * (m - m.mean()) / m.std()
#[test]
fn moons_have_the_third_moments_of_scikit_learn() {
    let printed = [
        (Distribution::Moons, [16.7849, -2.3653, 1.6124, 0.3349], [0.0242, 0.0052, 0.0027, 0.0031]),
        (
            published(PublishedSet::Moons),
            [-0.0004, 1.5050, -0.7730, 1.6051],
            [0.0060, 0.0016, 0.0011, 0.0014],
        ),
        (
            published(PublishedSet::WideMoons),
            [260.3163, -131.8273, 74.4800, -88.2843],
            [0.7309, 0.1848, 0.1152, 0.1310],
        ),
    ];
    for (distribution, expected, theirs) in printed {
        let x: Vec<[f64; 2]> = draw(&distribution, 200_000, 3).iter().map(double).collect();
        for k in 0..4i32 {
            let (found, ours) = mean(x.iter().map(|p| p[0].powi(3 - k) * p[1].powi(k)));
            let (expected, theirs) = (expected[k as usize], theirs[k as usize]);
            assert!(
                (found - expected).abs() < 5.0 * ours.hypot(theirs),
                "{distribution:?} {k}: {found} {expected}"
            );
        }
    }
}

/// E x⁴, E x³y, E x²y², E xy³, E y⁴ and standard errors of
/// 1.5 * make_s_curve(4_000_000, noise=0.05, random_state=0)[0][:, [0, 2]], scikit-learn 1.9.1.
#[test]
fn the_s_curve_has_the_fourth_moments_of_scikit_learn() {
    let expected =
        [(1.9360, 0.0010), (-0.4525, 0.0016), (3.9126, 0.0017), (-0.2828, 0.0054), (29.4691, 0.0149)];
    let x: Vec<[f64; 2]> = draw(&Distribution::SCurve, 200_000, 3).iter().map(double).collect();
    for (k, (expected, theirs)) in (0i32..).zip(expected) {
        let (found, ours) = mean(x.iter().map(|p| p[0].powi(4 - k) * p[1].powi(k)));
        assert!((found - expected).abs() < 5.0 * ours.hypot(theirs), "{k}: {found} {expected}");
    }
}

/// E z⁵ of z = x + iy, which has the handedness: numpy 2.4.6, hermegauss(80) in both normals,
/// (2.5 * (f + 1j * g) * exp(-0.25j * exp(f))) ** 5.
#[test]
fn the_pinwheel_turns_clockwise() {
    let fifth = |p: &Point| {
        let (r, a) = (f64::from(p[0]).hypot(f64::from(p[1])), f64::from(p[1]).atan2(f64::from(p[0])));
        (r.powi(5) * (5.0 * a).cos(), r.powi(5) * (5.0 * a).sin())
    };
    let x = draw(&Distribution::Pinwheel, 400_000, 3);
    let (re, re_error) = mean(x.iter().map(|p| fifth(p).0));
    let (im, im_error) = mean(x.iter().map(|p| fifth(p).1));
    assert!((re - 1.1322).abs() < 5.0 * re_error, "{re} {re_error}");
    assert!((im - 85.3277).abs() < 5.0 * im_error, "{im} {im_error}");
}

/// All eight cells, and all eight Gaussians, have an eighth.
#[test]
fn parts_are_equally_likely() {
    let n = 80_000;
    // Five standard errors of a count of n/8: √(n/8 · 7/8) = 93.5.
    let equal = |name: &str, counts: [i64; 8]| {
        assert!(counts.iter().all(|c| (c - 10_000).abs() < 468), "{name} {counts:?}");
    };
    let mut cells = [0; 8];
    for [x, y] in draw(&Distribution::Checkerboard, n, 4) {
        let (column, row) = (((x + 4.0) / 2.0) as usize, ((y + 4.0) / 2.0) as usize);
        cells[2 * row.min(3) + column.min(3) / 2] += 1;
    }
    equal("cells", cells);
    let mut circle = [0; 8];
    for [x, y] in draw(&Distribution::EightGaussians, n, 4) {
        let eighth = (f64::from(y).atan2(f64::from(x)) / (PI / 4.0)).round() as i32;
        circle[eighth.rem_euclid(8) as usize] += 1;
    }
    equal("Gaussians", circle);
}

#[test]
fn mixtures_are_what_is_drawn() {
    for (distribution, center, covariance) in documented() {
        let sampler: Sampler = distribution.sampler().unwrap();
        let Some(mixture) = sampler.mixture() else {
            let shape = !matches!(
                distribution,
                Distribution::Gaussian | Distribution::EightGaussians | Distribution::Points { .. }
            );
            assert!(shape && sampler.support().is_none(), "{distribution:?}");
            continue;
        };
        let means: Vec<[f64; 2]> = mixture.means.iter().map(double).collect();
        let variance = f64::from(mixture.std).powi(2);
        let d = |p: &[f64; 2]| [p[0] - center[0], p[1] - center[1]];
        let average =
            |f: &dyn Fn([f64; 2]) -> f64| means.iter().map(|p| f(d(p))).sum::<f64>() / means.len() as f64;
        // Single precision, and half a step of the encoding of points up to 6 away.
        let close = |a: f64, b: f64| assert!((a - b).abs() < 0.02, "{distribution:?} {a} {b}");
        close(average(&|p| p[0]), 0.0);
        close(average(&|p| p[1]), 0.0);
        close(average(&|p| p[0] * p[0]) + variance, covariance[0]);
        close(average(&|p| p[0] * p[1]), covariance[1]);
        close(average(&|p| p[1] * p[1]) + variance, covariance[2]);
        let points = matches!(distribution, Distribution::Points { .. });
        assert_eq!(sampler.support(), points.then_some(mixture.means.as_slice()));
    }
}

#[test]
fn a_seed_gives_the_same_points_and_more_begin_with_fewer() {
    for (distribution, ..) in documented() {
        let x = draw(&distribution, 100, 5);
        assert_eq!(x, draw(&distribution, 100, 5), "{distribution:?}");
        assert_eq!(x[..40], draw(&distribution, 40, 5), "{distribution:?}");
        assert_ne!(x, draw(&distribution, 100, 6), "{distribution:?}");
        assert_eq!(draw(&distribution, 0, 5), [] as [Point; 0]);
    }
}

/// Pins the draws themselves: a shared link must show the same experiment after an upgrade.
#[test]
fn draws_stay_as_they_are() {
    let drawn: Vec<Point> = Distribution::NAMED.iter().map(|d| draw(d, 3, 1)[2]).collect();
    let pinned = [
        [0.45913234, -2.4842203],
        [3.793724, -4.9325123],
        [-0.3422506, 0.07750416],
        [-0.78447545, -2.9430528],
        [3.7388551, -2.0217671],
        [3.7892184, 2.6890817],
        [3.1669588, -2.411588],
        [1.9020683, -0.8347124],
    ];
    for (distribution, (a, b)) in Distribution::NAMED.iter().zip(drawn.iter().zip(pinned)) {
        // The last digits of a sine are the platform's.
        assert!((a[0] - b[0]).abs() < 1e-5 && (a[1] - b[1]).abs() < 1e-5, "{distribution:?}: {drawn:?}");
    }
}
