//! The 2-D lab.

use super::held::{Answer, Held, answer, bytes, doubles, floats, number, object, plane};
use super::plane::FLOORS;
use super::thrown;
use crate::error::{Error, Result};
use crate::lab::{EarlierRate, Flow, Lab, Sampling};
use crate::points;
use crate::solver::Solver;
use wasm_bindgen::prelude::*;

/// A flow in training; one call at a time.
#[wasm_bindgen(js_name = Lab)]
pub struct JsLab(Held<Lab>);

fn flow_object(flow: &Flow) -> JsValue {
    object([("times", doubles(&flow.times)), ("x", plane(&flow.x)), ("nfe", number(flow.nfe as f64))])
}

fn solver(id: &str) -> Result<Solver> {
    Solver::from_id(id).ok_or_else(|| Error::config(format!("no solver is called {id}")))
}

impl JsLab {
    pub(super) fn new(lab: Lab) -> Self {
        Self(Held::new(lab))
    }
}

// A borrow across an await is safe here: a second call meanwhile is refused by `turn`.
#[allow(clippy::await_holding_refcell_ref)]
#[wasm_bindgen(js_class = Lab)]
impl JsLab {
    /// Steps made.
    #[wasm_bindgen(getter)]
    pub fn step(&self) -> std::result::Result<f64, JsValue> {
        Ok(self.0.turn()?.step() as f64)
    }

    /// Numbers that the network has.
    #[wasm_bindgen(getter)]
    pub fn parameters(&self) -> std::result::Result<f64, JsValue> {
        Ok(self.0.turn()?.parameters() as f64)
    }

    /// Makes `steps` steps: `{step, losses}`.
    pub async fn train(&self, steps: usize) -> Answer {
        let mut lab = self.0.turn()?;
        let losses = lab.train(steps).await;
        answer(losses.map(|l| object([("step", number(lab.step() as f64)), ("losses", floats(&l))])))
    }

    /// Changes the learning rate from the next step on; the rates before it as `{rates, untils}`.
    #[wasm_bindgen(js_name = setRate)]
    pub fn set_rate(&self, rate: f64) -> Answer {
        let mut lab = self.0.turn()?;
        answer(lab.set_rate(rate).map(|()| {
            let column =
                |f: fn(&EarlierRate) -> f64| doubles(&lab.config().earlier.iter().map(f).collect::<Vec<_>>());
            object([("rates", column(|e| e.rate)), ("untils", column(|e| e.until as f64))])
        }))
    }

    /// The next step taken apart: `{step, t, x0, x1, xt, ut, predicted, losses}`.
    pub async fn stages(&self, pairs: usize) -> Answer {
        let lab = self.0.turn()?;
        let stages = lab.stages(pairs).await;
        answer(stages.map(|s| {
            object([
                ("step", number(s.step as f64)),
                ("t", floats(&s.t)),
                ("x0", plane(&s.x0)),
                ("x1", plane(&s.x1)),
                ("xt", plane(&s.x_t)),
                ("ut", plane(&s.u_t)),
                ("predicted", plane(&s.predicted)),
                ("losses", floats(&s.losses)),
            ])
        }))
    }

    /// `n` draws from `source` or `target`.
    pub fn samples(&self, which: &str, n: usize, seed: u32) -> Answer {
        let lab = self.0.turn()?;
        let target = match which {
            "source" => false,
            "target" => true,
            other => return answer(Err(Error::config(format!("no end is called {other}")))),
        };
        answer(lab.samples(target, n, u64::from(seed)).map(|x| plane(&x)))
    }

    /// The learned flow of `particles`: `{times, x, nfe}`, frame after frame; `noise` is the level of what is added on the way.
    pub async fn flow(&self, particles: usize, solver_id: String, steps: usize, noise: f64) -> Answer {
        let lab = self.0.turn()?;
        let solver = solver(&solver_id).map_err(|e| thrown(&e))?;
        answer(lab.flow(particles, Sampling { solver, steps, noise }).await.map(|f| flow_object(&f)))
    }

    /// The learned flow from `starts`; negative steps run from the end to t = 0.
    pub async fn trace(&self, starts: Vec<f32>, solver_id: String, steps: i32) -> Answer {
        let lab = self.0.turn()?;
        let solver = solver(&solver_id).map_err(|e| thrown(&e))?;
        super::plane::whole(&starts)?;
        let flow = lab.trace(points::from_flat(&starts), solver, steps.unsigned_abs() as usize, steps < 0);
        answer(flow.await.map(|f| flow_object(&f)))
    }

    /// Conditional paths of `n` pairs at `frames` times: `{times, x, nfe: 0}`.
    pub fn conditional(&self, n: usize, frames: usize) -> Answer {
        let lab = self.0.turn()?;
        answer(lab.conditional(n, frames).map(|f| flow_object(&f)))
    }

    /// The learned velocity on a grid at each of `times`.
    pub async fn field(&self, side: usize, times: Vec<f64>, half: f64) -> Answer {
        let lab = self.0.turn()?;
        answer(lab.field(side, &times, half).await.map(|u| plane(&u)))
    }

    /// The exact marginal field on a grid at each of `times`, and the learned one's error at `t`:
    /// `{field, error, errorDeviation, scale, draws, t}`.
    pub async fn exact(&self, side: usize, times: Vec<f64>, half: f64, t: f64) -> Answer {
        let lab = self.0.turn()?;
        answer(lab.exact(side, &times, half, t).await.map(|e| {
            object([
                ("field", plane(&e.field)),
                ("error", number(e.error)),
                ("errorDeviation", number(e.error_deviation)),
                ("scale", number(e.scale)),
                ("draws", number(e.draws as f64)),
                ("t", number(e.t)),
            ])
        }))
    }

    /// Which data points pull at (x, y): `{points, weights, velocity}`.
    pub fn pull(&self, x: f32, y: f32, t: f64, top: usize) -> Answer {
        let lab = self.0.turn()?;
        answer(lab.pull([x, y], t, top).map(|p| {
            object([
                ("points", plane(&p.points)),
                ("weights", doubles(&p.weights)),
                ("velocity", floats(&p.velocity)),
            ])
        }))
    }

    /// Measurements of `samples` particles.
    pub async fn figures(&self, samples: usize, solver_id: String, steps: usize, noise: f64) -> Answer {
        let lab = self.0.turn()?;
        let solver = solver(&solver_id).map_err(|e| thrown(&e))?;
        let both = lab.figures(samples, Sampling { solver, steps, noise }).await;
        answer(both.and_then(|f| Ok((f, lab.floor(samples, FLOORS)?))).map(|(f, (floor, deviation))| {
            object([
                ("w2", number(f.w2)),
                ("sliced", number(f.sliced)),
                ("floor", number(floor)),
                ("floorDeviation", number(deviation)),
                ("pathEnergy", number(f.path_energy)),
                ("normalizedPathEnergy", number(f.normalized_path_energy)),
                ("straightness", number(f.straightness)),
                ("nfe", number(f.nfe as f64)),
            ])
        }))
    }

    /// W2 at each number of evaluations; NaN where the solver cannot make that many.
    #[wasm_bindgen(js_name = w2ByNfe)]
    pub async fn w2_by_nfe(&self, samples: usize, solver_id: String, noise: f64, nfes: Vec<u32>) -> Answer {
        let lab = self.0.turn()?;
        let solver = solver(&solver_id).map_err(|e| thrown(&e))?;
        let nfes: Vec<usize> = nfes.into_iter().map(|n| n as usize).collect();
        let sampling = Sampling { solver, steps: 1, noise };
        answer(lab.w2_by_nfe(samples, sampling, &nfes).await.map(|w2| doubles(&w2)))
    }

    /// The density of the learned flow in the rows from `first` to before `end`: `{logDensity, mass, bitsPerDim, heldOut, nfe}`.
    pub async fn likelihood(&self, side: usize, half: f64, steps: usize, first: usize, end: usize) -> Answer {
        let lab = self.0.turn()?;
        answer(lab.likelihood(side, half, steps, first..end).await.map(|l| {
            object([
                ("logDensity", floats(&l.log_density)),
                ("mass", number(l.mass)),
                ("bitsPerDim", number(l.bits_per_dim)),
                ("heldOut", number(l.held_out as f64)),
                ("nfe", number(l.nfe as f64)),
            ])
        }))
    }

    /// Theorem 2 on this network: `{cosines, deviations, conditional, marginal}`, an entry a batch size.
    pub async fn theorem(&self, batches: Vec<u32>) -> Answer {
        let lab = self.0.turn()?;
        let sizes: Vec<usize> = batches.into_iter().map(|n| n as usize).collect();
        answer(lab.theorem(&sizes).await.map(|rows| {
            let column =
                |f: fn(&crate::lab::Theorem) -> f64| doubles(&rows.iter().map(f).collect::<Vec<_>>());
            object([
                ("cosines", column(|r| r.cosine)),
                ("deviations", column(|r| r.deviation)),
                ("conditional", column(|r| r.conditional)),
                ("marginal", column(|r| r.marginal)),
            ])
        }))
    }

    /// A weights file.
    pub async fn weights(&self) -> Answer {
        let lab = self.0.turn()?;
        answer(lab.weights().await.map(|file| bytes(&file)))
    }

    /// Goes on from a weights file; on an error everything stays.
    #[wasm_bindgen(js_name = loadWeights)]
    pub fn load_weights(&self, bytes: &[u8]) -> Answer {
        answer(self.0.turn()?.load(bytes).map(|()| JsValue::UNDEFINED))
    }
}

/// The experiment that a weights file of the lab was made with, as JSON.
#[wasm_bindgen(js_name = labConfigOf)]
pub fn lab_config_of(bytes: &[u8]) -> std::result::Result<String, JsValue> {
    let config = Lab::config_of(bytes).map_err(|e| thrown(&e))?;
    serde_json::to_string(&config).map_err(|e| thrown(&Error::weights(e.to_string())))
}
