//! How far and how straight particles travel.
//!
//! Trajectories are frames: `times` are k ≥ 2 strictly increasing or strictly decreasing times, `x` holds the
//! positions at them, flat, frame after frame: k × n × 2. Between frames a particle moves straight at a constant
//! speed. That is exactly what Euler's method does when every step is a frame; of a curve it is an inscribed
//! polygon, whose energy falls short by O(step²).
//!
//! Time is rescaled to run over one unit, as in the papers; a path from 0 to 1 is left as it is.

use crate::points::Point;

/// Mean over particles of ∫₀¹ ‖dx/dt‖² dt: the kinetic energy, without the factor ½, that dynamic optimal
/// transport minimizes (Benamou & Brenier 2000). In squared units of the
/// points. At least the mean of ‖x(1) − x(0)‖², with equality for straight lines at constant speed; that in
/// turn is at least W2² between the first frame and the last.
///
/// NaN where a position is not finite or there are no particles. Panics where the frames are not as above.
pub fn path_energy(times: &[f64], x: &[f32]) -> f64 {
    mean_integral(times, x, |velocity, _| velocity[0].powi(2) + velocity[1].powi(2))
}

/// |path energy − W2²| / W2², where `w2` is the 2-Wasserstein distance between source and target: 0 where the
/// flow is the optimal transport (Tong et al. 2023, section 5.1, NPE). A flow that does not reach the
/// target may have too little energy as well as too much.
///
/// `w2` is a distance, not its square, as [`wasserstein2`](super::wasserstein2) gives it. Infinite or NaN where
/// it is 0. Otherwise as [`path_energy`].
pub fn normalized_path_energy(times: &[f64], x: &[f32], w2: f64) -> f64 {
    let least = w2 * w2;
    (path_energy(times, x) - least).abs() / least
}

/// Mean over particles of ∫₀¹ ‖(x(1) − x(0)) − dx/dt‖² dt (Liu et al. 2022, "Flow straight and fast", section
/// 2.2 and theorem 3.7, S(Z)): 0 only for straight lines at constant speed, which one Euler step follows. In
/// squared units of the points. It is a property of the flow, not of the conditional paths it was
/// trained on.
///
/// NaN and panics as for [`path_energy`].
pub fn straightness(times: &[f64], x: &[f32]) -> f64 {
    mean_integral(times, x, |velocity, chord| {
        (velocity[0] - chord[0]).powi(2) + (velocity[1] - chord[1]).powi(2)
    })
}

/// Mean over particles of ∫₀¹ integrand(dx/dt, x(1) − x(0)) dt.
fn mean_integral(times: &[f64], x: &[f32], integrand: impl Fn([f64; 2], [f64; 2]) -> f64) -> f64 {
    let monotone = times.is_sorted_by(|a, b| a < b) || times.is_sorted_by(|a, b| a > b);
    assert!(times.len() >= 2 && monotone, "times of frames must rise or fall: {times:?}");
    let (points, rest) = x.as_chunks::<2>();
    let n = points.len() / times.len();
    assert!(
        rest.is_empty() && n * times.len() == points.len(),
        "{} coordinates are not {} frames of points",
        x.len(),
        times.len()
    );
    let between = |from: &Point, to: &Point, duration: f64| {
        [0, 1].map(|k| (f64::from(to[k]) - f64::from(from[k])) / duration)
    };
    let span = times[times.len() - 1] - times[0];
    let mut sum = 0.0;
    for (step, t) in times.windows(2).enumerate() {
        let duration = (t[1] - t[0]) / span;
        for i in 0..n {
            let velocity = between(&points[step * n + i], &points[(step + 1) * n + i], duration);
            let chord = between(&points[i], &points[points.len() - n + i], 1.0);
            sum += duration * integrand(velocity, chord);
        }
    }
    sum / n as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// Frames of curves given by functions of t, at k times that are not equally spaced.
    fn frames(k: usize, curves: &[&dyn Fn(f64) -> [f64; 2]]) -> (Vec<f64>, Vec<f32>) {
        let times: Vec<f64> = (0..k).map(|i| (i as f64 / (k - 1) as f64).powf(1.5)).collect();
        let x = times.iter().flat_map(|&t| curves.iter().flat_map(move |c| c(t))).map(|v| v as f32);
        let x = x.collect();
        (times, x)
    }

    #[test]
    fn a_straight_line_at_constant_speed_costs_its_distance_and_is_straight() {
        let lines: [&dyn Fn(f64) -> [f64; 2]; 2] = [&|t| [3.0 * t, 1.0 - 4.0 * t], &|t| [t, 2.0]];
        for k in [2, 3, 40] {
            let (times, x) = frames(k, &lines);
            // f32 rounding of positions over steps down to 0.004: relative 1e-7 / 0.004.
            assert!((path_energy(&times, &x) - 13.0).abs() < 1e-3, "{}", path_energy(&times, &x));
            assert!(straightness(&times, &x) < 1e-6, "{}", straightness(&times, &x));
            // Distances² 25 and 1 against a transport of distance 2.
            assert!((normalized_path_energy(&times, &x, 2.0) - 9.0 / 4.0).abs() < 1e-3);
        }
    }

    /// A half circle of radius r at constant speed π r: energy π² r². Its chord is 2 r, and since ∫ dx/dt is the
    /// chord, straightness is π² r² − 4 r².
    #[test]
    fn a_half_circle_has_its_closed_form() {
        let r = 1.5;
        let (times, x) = frames(400, &[&|t: f64| [r * (PI * t).cos(), r * (PI * t).sin()]]);
        // The polygon's shortfall (π · largest step)² / 12 ≈ 1.2e-5, relative.
        let energy = path_energy(&times, &x);
        assert!((energy - (PI * r).powi(2)).abs() < 1e-3, "{energy}");
        let got = straightness(&times, &x);
        assert!((got - (PI * PI - 4.0) * r * r).abs() < 1e-3, "{got}");
    }

    /// A line walked at uneven speed, x = t²: ∫ (2t)² = 4/3, and ∫ (1 − 2t)² = 1/3. Straight as a curve, but one
    /// Euler step does not follow it.
    #[test]
    fn uneven_speed_is_not_straight() {
        let (times, x) = frames(400, &[&|t: f64| [t * t, 0.0]]);
        assert!((path_energy(&times, &x) - 4.0 / 3.0).abs() < 1e-4);
        assert!((straightness(&times, &x) - 1.0 / 3.0).abs() < 1e-4);
    }

    #[test]
    fn backwards_and_over_another_interval_are_the_same() {
        let curve: &dyn Fn(f64) -> [f64; 2] = &|t| [t.sin(), (2.0 * t).cos()];
        let (times, x) = frames(30, &[curve]);
        let backwards: Vec<f32> = x.as_chunks::<2>().0.iter().rev().flatten().copied().collect();
        let reversed: Vec<f64> = times.iter().rev().copied().collect();
        let longer: Vec<f64> = times.iter().map(|t| 2.0 + 3.0 * t).collect();
        for measure in [path_energy, straightness] {
            let expected = measure(&times, &x);
            assert!((measure(&reversed, &backwards) - expected).abs() < 1e-12 * expected);
            assert!((measure(&longer, &x) - expected).abs() < 1e-9 * expected);
        }
    }

    #[test]
    fn is_nan_without_particles_or_with_broken_ones() {
        assert!(path_energy(&[0.0, 1.0], &[]).is_nan());
        assert!(straightness(&[0.0, 1.0], &[0.0, 0.0, f32::NAN, 0.0]).is_nan());
    }

    #[test]
    #[should_panic(expected = "must rise or fall")]
    fn times_that_stand_still_are_refused() {
        path_energy(&[0.0, 0.5, 0.5], &[0.0; 6]);
    }

    #[test]
    #[should_panic(expected = "are not 2 frames")]
    fn half_a_frame_is_refused() {
        path_energy(&[0.0, 1.0], &[0.0; 6]);
    }
}
