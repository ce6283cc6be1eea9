//! What a solver moves along the field.

use crate::error::{Error, Result};
use crate::ops::combine::combine;
use burn::tensor::Tensor;

/// A vector space element with an error norm that may have to wait for a device.
pub trait State: Clone {
    /// self + Σ weight × term.
    fn plus(&self, terms: &[(f64, &Self)]) -> Self;

    /// Root mean square of error / (absolute + relative max(|before|, |after|)), Hairer, Nørsett & Wanner,
    /// eq. 4.11: at most 1 means the step is accurate enough.
    fn error_ratio(
        error: &Self,
        before: &Self,
        after: &Self,
        absolute: f64,
        relative: f64,
    ) -> impl Future<Output = Result<f64>>;

    /// 0 × self.
    fn zero(&self) -> Self;
}

impl<const D: usize> State for Tensor<D> {
    fn plus(&self, terms: &[(f64, &Self)]) -> Self {
        combine(&[(1.0, self)].into_iter().chain(terms.iter().copied()).collect::<Vec<_>>())
    }

    async fn error_ratio(e: &Self, before: &Self, after: &Self, absolute: f64, relative: f64) -> Result<f64> {
        let scale = before.clone().abs().max_pair(after.clone().abs()) * relative + absolute;
        let ratio = (e.clone() / scale).square().mean().sqrt();
        let value: f32 = ratio.into_scalar_async().await.map_err(|e| {
            Error::device(format!("the error estimate could not be read back: {e:?}")).because(e)
        })?;
        Ok(f64::from(value))
    }

    fn zero(&self) -> Self {
        self.zeros_like()
    }
}

impl State for Vec<f64> {
    fn plus(&self, terms: &[(f64, &Self)]) -> Self {
        (0..self.len()).map(|i| self[i] + terms.iter().map(|(w, x)| w * x[i]).sum::<f64>()).collect()
    }

    async fn error_ratio(e: &Self, before: &Self, after: &Self, absolute: f64, relative: f64) -> Result<f64> {
        let sum: f64 = (0..e.len())
            .map(|i| (e[i] / (absolute + relative * before[i].abs().max(after[i].abs()))).powi(2))
            .sum();
        Ok((sum / e.len() as f64).sqrt())
    }

    fn zero(&self) -> Self {
        vec![0.0; self.len()]
    }
}
