//! What programs that repeat over seeds print.

/// "mean ± sample standard deviation" of `values`; ± 0 for one value.
pub fn mean_and_deviation(values: &[f64]) -> String {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    format!("{mean:.3} ± {:.3}", variance.sqrt())
}
