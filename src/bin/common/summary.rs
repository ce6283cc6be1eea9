//! What programs that repeat over seeds print.

/// "mean ± sample standard deviation" of `values`; ± 0 for one value.
pub fn mean_and_deviation(values: &[f64]) -> String {
    let (mean, deviation) = flow_lab::metrics::mean_and_deviation(values);
    format!("{mean:.3} ± {deviation:.3}")
}
