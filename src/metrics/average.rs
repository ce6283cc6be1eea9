//! What is said of repeated measurements.

/// Mean and sample standard deviation of `values`; deviation 0 for one value, NaN for none.
pub fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    (mean, variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_sums_by_hand() {
        assert_eq!(mean_and_deviation(&[1.0, 2.0, 3.0, 4.0]), (2.5, (5.0f64 / 3.0).sqrt()));
        assert_eq!(mean_and_deviation(&[7.0]), (7.0, 0.0));
    }
}
