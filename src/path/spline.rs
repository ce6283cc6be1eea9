//! A monotone curve through values at equal times.

/// Times of the values, 0 and 1 among them.
const KNOTS: usize = 5;

/// Value and slope at `t` in [0, 1] of the piecewise cubic through `knots` at 0, 1/4, …, 1, which rises or falls as they do: a cubic Hermite
/// spline whose slope at a knot is the harmonic mean of the slopes of the lines beside it (Fritsch & Butland 1984), and at an end that of the
/// line there. Knots that rise strictly give a slope above 0 at both ends.
pub(super) fn monotone(knots: [f64; KNOTS], t: f64) -> (f64, f64) {
    let last = KNOTS - 2;
    let h = 1.0 / (KNOTS - 1) as f64;
    let line = |i: usize| (knots[i + 1] - knots[i]) / h;
    let slope = |i: usize| match i {
        0 => line(0),
        _ if i > last => line(last),
        _ => 2.0 * line(i - 1) * line(i) / (line(i - 1) + line(i)),
    };
    let i = ((t / h) as usize).min(last);
    let s = t / h - i as f64;
    // What is left of the straight line's slope at either end of the piece; the rest of a cubic.
    let (a, b) = (h * (slope(i) - line(i)), h * (slope(i + 1) - line(i)));
    let value = knots[i] + h * line(i) * s + s * (1.0 - s) * (a * (1.0 - s) - b * s);
    let rest = a * (1.0 - s) * (1.0 - 3.0 * s) + b * s * (3.0 * s - 2.0);
    (value, line(i) + rest / h)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The four Hermite basis polynomials, written out.
    fn hermite(knots: [f64; 5], slopes: [f64; 5], t: f64) -> f64 {
        let i = ((t * 4.0) as usize).min(3);
        let s = t * 4.0 - i as f64;
        (2.0 * s.powi(3) - 3.0 * s * s + 1.0) * knots[i]
            + (s.powi(3) - 2.0 * s * s + s) * 0.25 * slopes[i]
            + (-2.0 * s.powi(3) + 3.0 * s * s) * knots[i + 1]
            + (s.powi(3) - s * s) * 0.25 * slopes[i + 1]
    }

    #[test]
    fn it_is_the_hermite_spline_of_its_slopes() {
        let knots = [0.0, 0.1, 0.6, 0.7, 1.0];
        // Lines of slope 0.4, 2, 0.4, 1.2; harmonic means between them.
        let slopes = [0.4, 2.0 * 0.8 / 2.4, 2.0 * 0.8 / 2.4, 2.0 * 0.48 / 1.6, 1.2];
        for k in 0..=1000 {
            let t = f64::from(k) / 1000.0;
            assert!((monotone(knots, t).0 - hermite(knots, slopes, t)).abs() < 1e-12, "{t}");
            let h = 1e-6;
            let (low, high) = ((t - h).max(0.0), (t + h).min(1.0));
            let difference = (monotone(knots, high).0 - monotone(knots, low).0) / (high - low);
            assert!((monotone(knots, t).1 - difference).abs() < 1e-4, "{t}");
        }
    }

    #[test]
    fn it_never_turns_back_and_a_line_stays_a_line() {
        let mut seed = 1u64;
        let mut draw = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 40) as f64 / f64::from(1 << 24)
        };
        for _ in 0..1000 {
            let mut inner = [draw(), draw(), draw()];
            inner.sort_by(f64::total_cmp);
            let knots = [0.0, inner[0], inner[1], inner[2], 1.0];
            for k in 0..=200 {
                let (value, slope) = monotone(knots, f64::from(k) / 200.0);
                assert!(
                    (-1e-12..=1.0 + 1e-12).contains(&value) && slope >= -1e-9,
                    "{knots:?} at {k}: {value} {slope}"
                );
            }
        }
        for k in 0..=20 {
            let t = f64::from(k) / 20.0;
            let (value, slope) = monotone([1.0, 0.75, 0.5, 0.25, 0.0], t);
            assert!((value - (1.0 - t)).abs() < 1e-12 && (slope + 1.0).abs() < 1e-12);
        }
    }
}
