//! The velocity field: what a network approximates and a solver follows.

use crate::error::{Error, Result};
use crate::ops::combine::combine;
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// Class labels for a batch, as one-hot rows `[n, classes]`. A row of zeros means "no class": it is
/// what label dropout trains and what classifier-free guidance subtracts (Ho & Salimans 2022).
pub type Condition = Tensor<2>;

/// A time-dependent velocity u(x, t | c); t = 0 is noise, t = 1 is data.
pub trait VelocityField {
    /// Velocity at `x` and `t`.
    ///
    /// # Shapes
    /// - x: `[n, dim]`
    /// - t: `[n]`, in [0, 1]
    /// - condition: `[n, classes]`, or `None` where the field has no classes
    /// - output: `[n, dim]`, in units of x per unit of t
    fn velocity(&self, x: Tensor<2>, t: Tensor<1>, condition: Option<Condition>) -> Tensor<2>;
}

/// A field whose divergence is known, for likelihoods.
pub trait Divergence {
    /// Velocity and Σ_k ∂u_k/∂x_k at `x`, all at time `t`.
    ///
    /// # Shapes
    /// - x: `[n, dim]`
    /// - output: `[n, dim]`, `[n]`
    fn velocity_and_divergence(&self, x: Tensor<2>, t: f64) -> (Tensor<2>, Tensor<1>);
}

/// Where a flow leads: its mean velocity between two times, from which one step follows exactly,
/// x_s = x_t + (s − t) u(x_t, t, s). Few-step models learn it (Boffi et al. 2024 call it a flow map).
pub trait FlowMap {
    /// The mean velocity from t to s ≥ t of the trajectory through x at t; where s = t, the velocity.
    ///
    /// # Shapes
    /// - x: `[n, dim]`
    /// - t, s: `[n]`, in [0, 1]
    /// - output: `[n, dim]`
    fn average_velocity(&self, x: Tensor<2>, t: Tensor<1>, s: Tensor<1>) -> Tensor<2>;
}

/// A flow map with a derivative in forward mode.
pub trait FlowMapJvp: FlowMap {
    /// The mean velocity, and its rate of change where (x, t, s) move at the rates (dx, dt, ds).
    ///
    /// # Shapes
    /// - as [`FlowMap::average_velocity`]; each rate as what it belongs to
    /// - output: `[n, dim]`, `[n, dim]`
    fn average_velocity_jvp(
        &self,
        x: Tensor<2>,
        t: Tensor<1>,
        s: Tensor<1>,
        rates: (Tensor<2>, Tensor<1>, Tensor<1>),
    ) -> (Tensor<2>, Tensor<2>);
}

/// Classifier-free guidance: u = u(x, t | none) + w (u(x, t | c) − u(x, t | none)), Ho & Salimans 2022,
/// eq. 6 written for velocities with w = 1 + their w. At w = 1 it is the conditional field and costs one
/// evaluation a sample; at any other w it evaluates both in one doubled batch.
#[derive(Debug, Clone)]
pub struct Guided<'a, F> {
    /// The field that knows classes and the empty class.
    pub field: &'a F,
    /// The guidance weight w.
    pub weight: f64,
    /// [`with_and_without`] of the condition, made once for a run; `None` makes it at each evaluation.
    pub both: Option<Condition>,
}

/// The rows of a condition, then as many of no class: what guidance evaluates together.
///
/// # Shapes
/// - c: `[n, classes]`
/// - output: `[2 n, classes]`
pub fn with_and_without(c: Condition) -> Condition {
    Tensor::cat(vec![c.clone(), c.zeros_like()], 0)
}

impl<F: VelocityField> VelocityField for Guided<'_, F> {
    fn velocity(&self, x: Tensor<2>, t: Tensor<1>, condition: Option<Condition>) -> Tensor<2> {
        let Some(c) = condition.clone().filter(|_| self.weight != 1.0) else {
            return self.field.velocity(x, t, condition);
        };
        let n = x.dims()[0];
        let condition = self.both.clone().unwrap_or_else(|| with_and_without(c));
        let both = self.field.velocity(x.repeat_dim(0, 2), t.repeat_dim(0, 2), Some(condition));
        let with = both.clone().slice(0..n);
        let without = both.slice(n..2 * n);
        combine(&[(self.weight, &with), (1.0 - self.weight, &without)])
    }
}

/// Classifier-free guidance by `weight` while t lies in [from, to], and by 1 (none) outside: strong guidance
/// at high noise costs diversity and near the data it changes little (Kynkäänniemi et al. 2024, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guidance {
    /// See [`Guided`]; 1 is none.
    pub weight: f64,
    /// First time at which it holds.
    pub from: f64,
    /// Last time at which it holds.
    pub to: f64,
}

impl Guidance {
    /// No guidance: the conditional field alone.
    pub const NONE: Self = Self { weight: 1.0, from: 0.0, to: 1.0 };

    /// What the shipped velocity network is measured and shown with.
    pub const PRESET: Self = Self { weight: 2.0, from: 0.2, to: 0.45 };

    /// Checks the domains: a weight within ±100, 0 ≤ from ≤ to ≤ 1.
    pub fn validate(self) -> Result<Self> {
        let Self { weight, from, to } = self;
        if !weight.is_finite() || weight.abs() > 100.0 {
            return Err(Error::config(format!("guidance must be between -100 and 100, not {weight}")));
        }
        if !(0.0 <= from && from <= to && to <= 1.0) {
            return Err(Error::config(format!(
                "guidance holds from a time to a later one in [0, 1], not from {from} to {to}"
            )));
        }
        Ok(self)
    }

    /// The weight at time `t`.
    pub fn at(self, t: f64) -> f64 {
        if (self.from..=self.to).contains(&t) { self.weight } else { 1.0 }
    }
}

/// One-hot rows; a label of `None` is a row of zeros, "no class". Errors where a label is not a class.
///
/// # Shapes
/// - output: `[labels.len(), classes]`
pub fn one_hot(labels: &[Option<u8>], classes: usize, device: &Device) -> Result<Condition> {
    let labels: Vec<_> = labels.iter().map(|label| label.as_ref().map(std::slice::from_ref)).collect();
    one_hot_groups(&labels, &[classes], device)
}

/// The same where a label is a class in each group, the groups behind each other; a shorter one says nothing of the last groups. Errors
/// where a label has more classes than there are groups, or one that does not exist.
///
/// # Shapes
/// - output: `[labels.len(), groups' classes in all]`
pub fn one_hot_groups(labels: &[Option<&[u8]>], groups: &[usize], device: &Device) -> Result<Condition> {
    let width: usize = groups.iter().sum();
    let mut rows = vec![0f32; labels.len() * width];
    for (mut row, label) in rows.chunks_mut(width.max(1)).zip(labels) {
        let Some(classes) = *label else { continue };
        if classes.len() > groups.len() {
            return Err(Error::config(format!(
                "{} classes are more than one in each of {} groups",
                classes.len(),
                groups.len()
            )));
        }
        for (class, group) in classes.iter().zip(groups) {
            let (part, rest) = row.split_at_mut(*group);
            set_class(part, *class)?;
            row = rest;
        }
    }
    Ok(Tensor::from_data(TensorData::new(rows, [labels.len(), width]), device))
}

/// Makes a row of zeros the row of a class. Errors where there is no such class.
pub(crate) fn set_class(row: &mut [f32], class: u8) -> Result<()> {
    let last = row.len().saturating_sub(1);
    let place = row
        .get_mut(usize::from(class))
        .ok_or_else(|| Error::config(format!("class {class} does not exist; classes are 0 to {last}")))?;
    *place = 1.0;
    Ok(())
}
