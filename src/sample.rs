//! Sampling: a network, a start, a condition and a solver make a trajectory, one frame at a pull.

use crate::error::{Error, Result};
pub use crate::field::Guidance;
use crate::field::{Condition, FlowMap, Guided, VelocityField, with_and_without};
use crate::inpaint::Known;
use crate::ops::combine::combine;
use crate::path::{AffinePath, Prediction};
use crate::solver::{Integrator, Method, Progress, Solver, TimeGrid, Tolerance};
use burn::tensor::{Tensor, TensorData, Transaction};
use serde::Deserialize;

/// How the steps of a fixed-step method divide the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spacing {
    /// Equal steps of t.
    #[default]
    Uniform,
    /// Equal steps of √t, [`TimeGrid::quadratic`]: for carrying images to their noise and back, where the field is steepest near noise.
    Quadratic,
}

/// How to solve the ODE.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleConfig {
    /// The method.
    pub solver: Solver,
    /// Steps of a fixed-step method; ignored by an adaptive one.
    pub steps: usize,
    /// Where they lie; ignored by an adaptive method.
    pub spacing: Spacing,
    /// Accuracy of an adaptive method; ignored by a fixed-step one.
    pub tolerance: Tolerance,
    /// How strongly, and when, samples are pushed toward their class.
    pub guidance: Guidance,
    /// How often each step of a fixed-step method from data to noise is corrected, 0 to 8: see [`Integrator::corrected`]. Nearer to data than
    /// t = 0.8 none is, because the field is too steep for it there.
    pub corrections: usize,
}

/// Until when steps back are corrected.
const STEEP: f64 = 0.8;

/// One moment of a trajectory.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Its time.
    pub t: f64,
    /// Samples at `t`, `[n, dim]`.
    pub x: Tensor<2>,
    /// How x1 follows from x and the velocity: x1 = a x + b u; `None` at the end.
    ahead: Option<(f64, f64, Tensor<2>)>,
    /// Evaluations of the field so far, the one behind `x1` included.
    pub nfe: usize,
    /// Whether this is the end.
    pub done: bool,
}

impl Frame {
    /// The mean of x1 that the velocity at (x, t) implies, `[n, dim]`; at the end it is x.
    pub fn x1(&self) -> Tensor<2> {
        match &self.ahead {
            None => self.x.clone(),
            Some((a, b, u)) => combine(&[(*a, &self.x), (*b, u)]),
        }
    }
}

/// A running integration of samples from noise to data.
#[derive(Debug, Clone)]
pub struct Sampler {
    integrator: Integrator<Tensor<2>>,
    condition: Option<Condition>,
    /// The condition, and none, as guidance needs them.
    both: Option<Condition>,
    guidance: Guidance,
    path: AffinePath,
    known: Option<Known>,
    last: Option<Progress<Tensor<2>>>,
}

impl SampleConfig {
    /// Checks the domains: 1 to 1000 steps, at most 8 corrections, and those of [`Guidance`].
    pub fn validate(&self) -> Result<()> {
        steps_within(self.steps)?;
        if self.corrections > 8 {
            return Err(Error::config(format!("corrections must be 0 to 8, not {}", self.corrections)));
        }
        self.guidance.validate().map(|_| ())
    }

    fn method(&self, from: f64, to: f64) -> Result<Method> {
        Ok(if self.solver.is_adaptive() {
            Method::Adaptive { from, to, tolerance: self.tolerance }
        } else {
            Method::Fixed(match self.spacing {
                Spacing::Uniform => TimeGrid::uniform(from, to, self.steps)?,
                Spacing::Quadratic => TimeGrid::quadratic(from, to, self.steps)?,
            })
        })
    }
}

fn steps_within(steps: usize) -> Result<()> {
    if (1..=1000).contains(&steps) {
        return Ok(());
    }
    Err(Error::config(format!("steps must be 1 to 1000, not {steps}")))
}

impl Sampler {
    /// Starts from standard normal draws `noise`, scaled to the path's source.
    ///
    /// # Shapes
    /// - noise: `[n, dim]`
    /// - condition: `[n, classes]`
    pub fn new(
        config: SampleConfig,
        path: AffinePath,
        noise: Tensor<2>,
        condition: Option<Condition>,
    ) -> Result<Self> {
        let x0 = noise * path.schedule().at(0.0).sigma;
        Self::between(config, path, x0, [0.0, path.schedule().t_max()], condition)
    }

    /// Carries `data` back to the noise that leads to it: the same equation from the end to t = 0. Its last frame
    /// divided by the path's source scale is what [`Self::new`] takes.
    ///
    /// # Shapes
    /// - data: `[n, dim]`
    /// - condition: `[n, classes]`
    pub fn backward(
        config: SampleConfig,
        path: AffinePath,
        data: Tensor<2>,
        condition: Option<Condition>,
    ) -> Result<Self> {
        Self::between(config, path, data, [path.schedule().t_max(), 0.0], condition)
    }

    /// Carries samples at time `from` to time `to`, onward or back.
    ///
    /// # Shapes
    /// - x: `[n, dim]`
    /// - condition: `[n, classes]`
    pub fn between(
        config: SampleConfig,
        path: AffinePath,
        x: Tensor<2>,
        [from, to]: [f64; 2],
        condition: Option<Condition>,
    ) -> Result<Self> {
        config.validate()?;
        let integrator =
            Integrator::new(config.solver, config.method(from, to)?, x)?.corrected(config.corrections, STEEP);
        Ok(Self {
            integrator,
            condition,
            both: None,
            guidance: config.guidance,
            path,
            known: None,
            last: None,
        })
    }

    /// Leads the samples to what is known of them. Errors where its sizes do not fit.
    pub fn inpainting(mut self, known: Known) -> Result<Self> {
        let [n, pixels] = self.integrator.state().dims();
        self.known = Some(known.validate(n, pixels)?);
        Ok(self)
    }

    /// The next frame: the first is the noise, the last the samples; `None` after it. A frame before the
    /// last is known only once the step from it was made, because its x1 needs the velocity there.
    pub async fn next(&mut self, net: &impl VelocityField) -> Result<Option<Frame>> {
        let condition = self.condition.clone();
        let (guidance, known, path) = (self.guidance, self.known.clone(), self.path);
        if guidance.weight != 1.0 && self.both.is_none() {
            self.both = condition.clone().map(with_and_without);
        }
        let both = self.both.clone();
        let u = |x: &Tensor<2>, t: f64| {
            let field = Guided { field: net, weight: guidance.at(t), both: both.clone() };
            let at = Tensor::<1>::full([x.dims()[0]], t, &x.device());
            let u = field.velocity(x.clone(), at, condition.clone());
            match &known {
                Some(known) => known.bend(&path, x, u, t),
                None => u,
            }
        };
        let before = self.integrator.state().clone();
        if let Some(progress) = self.integrator.advance(u).await? {
            let t = progress.t_before;
            let [of_x, of_u] = self.path.prediction_weights(Prediction::Data, t);
            let frame = Frame {
                t,
                ahead: Some((of_x, of_u, progress.velocity.clone())),
                x: before,
                nfe: progress.nfe,
                done: false,
            };
            self.last = Some(progress);
            return Ok(Some(frame));
        }
        Ok(self.last.take().map(|p| Frame { t: p.t, x: p.x, ahead: None, nfe: p.nfe, done: true }))
    }

    /// Runs to the end without keeping frames; the samples and the number of evaluations.
    pub async fn finish(mut self, net: &impl VelocityField) -> Result<(Tensor<2>, usize)> {
        loop {
            if let Some(Frame { x, nfe, done: true, .. }) = self.next(net).await? {
                return Ok((x, nfe));
            }
        }
    }
}

/// One step of a flow map from t to s, `[n, dim]`: exact where the map is.
///
/// # Shapes
/// - x: `[n, dim]`
pub fn map_step(map: &impl FlowMap, x: Tensor<2>, t: f64, s: f64) -> Tensor<2> {
    let at = |t: f64| Tensor::full([x.dims()[0]], t, &x.device());
    x.clone() + map.average_velocity(x.clone(), at(t), at(s)) * (s - t)
}

/// Equal steps of a flow map from noise to data, one frame at a pull; frames as a [`Sampler`]'s, with the end that the
/// step from each leads toward as its x1.
#[derive(Debug, Clone)]
pub struct MapSampler {
    x: Tensor<2>,
    from: f64,
    steps: usize,
    made: usize,
    done: bool,
}

impl MapSampler {
    /// Starts from samples at time `from`: standard normal draws at 0. Errors where steps are not 1 to 1000, or `from` is not in [0, 1).
    ///
    /// # Shapes
    /// - x: `[n, dim]`
    pub fn new(x: Tensor<2>, from: f64, steps: usize) -> Result<Self> {
        steps_within(steps)?;
        if !(0.0..1.0).contains(&from) {
            return Err(Error::config(format!(
                "a run begins at a time from 0 to less than 1, not at {from}"
            )));
        }
        Ok(Self { x, from, steps, made: 0, done: false })
    }

    /// The next frame: the first is the noise, the last the samples; `None` after it.
    pub fn next(&mut self, map: &impl FlowMap) -> Option<Frame> {
        let at = |k: usize| self.from + (1.0 - self.from) * (k as f64 / self.steps as f64);
        let (t, x) = (at(self.made), self.x.clone());
        if self.made == self.steps {
            return (!std::mem::replace(&mut self.done, true)).then(|| Frame {
                t,
                x,
                ahead: None,
                nfe: self.steps,
                done: true,
            });
        }
        let s = at(self.made + 1);
        self.x = map_step(map, x.clone(), t, s);
        self.made += 1;
        // The end that the step leads toward: x + (x_s − x) (1 − t) / (s − t).
        let ahead = (1.0 - t) / (s - t);
        Some(Frame { t, x, ahead: Some((1.0 - ahead, ahead, self.x.clone())), nfe: self.made, done: false })
    }
}

/// `steps` equal steps of a flow map from t = 0 to 1, `[n, dim]`.
pub fn map_steps(map: &impl FlowMap, x0: Tensor<2>, steps: usize) -> Tensor<2> {
    let at = |k: usize| k as f64 / steps as f64;
    (0..steps).fold(x0, |x, k| map_step(map, x, at(k), at(k + 1)))
}

/// Reads a batch back to the host; errors where the device failed or a value is not finite.
pub async fn read(x: Tensor<2>) -> Result<Vec<f32>> {
    let [values] = read_all([x]).await?;
    Ok(values)
}

/// As [`read`] for several batches, all in one round trip.
pub async fn read_all<const N: usize>(batches: [Tensor<2>; N]) -> Result<[Vec<f32>; N]> {
    let transaction = batches.into_iter().fold(Transaction::default(), |all, x| all.register(x));
    let data: Vec<TensorData> = transaction.execute_async().await.map_err(|e| {
        Error::device(format!("results could not be read back from the device: {e:?}")).because(e)
    })?;
    let values: Vec<Vec<f32>> = data.iter().map(|data| data.iter::<f32>().collect()).collect();
    if values.iter().flatten().any(|v| !v.is_finite()) {
        return Err(Error::numeric("the samples are not finite; use more steps or less guidance"));
    }
    Ok(values.try_into().expect("as many as were registered"))
}
