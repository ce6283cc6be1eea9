//! The 2-D lab.

use super::{Answer, answer, object, thrown};
use crate::error::{Error, Result};
use crate::lab::{EarlierRate, Flow, Lab};
use crate::points::{self, Point};
use crate::solver::Solver;
use js_sys::{Float32Array, Float64Array, Uint8Array};
use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::*;

/// A flow in training. Every method but the getters returns a promise; one at a time.
#[wasm_bindgen(js_name = Lab)]
pub struct JsLab {
    lab: RefCell<Lab>,
    busy: Cell<bool>,
}

/// Marks a lab as busy while it lives.
struct Turn<'a>(&'a Cell<bool>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

pub(super) fn floats(values: &[f32]) -> JsValue {
    Float32Array::from(values).into()
}

pub(super) fn plane(x: &[Point]) -> JsValue {
    floats(x.as_flattened())
}

pub(super) fn number(value: f64) -> JsValue {
    value.into()
}

pub(super) fn times(t: &[f64]) -> JsValue {
    Float64Array::from(t).into()
}

fn flow_object(flow: &Flow) -> JsValue {
    object([("times", times(&flow.times)), ("x", plane(&flow.x)), ("nfe", number(flow.nfe as f64))])
}

fn solver(id: &str) -> Result<Solver> {
    Solver::from_id(id).ok_or_else(|| Error::config(format!("no solver is called {id}")))
}

impl JsLab {
    pub(super) fn new(lab: Lab) -> Self {
        Self { lab: RefCell::new(lab), busy: Cell::new(false) }
    }

    fn turn(&self) -> std::result::Result<Turn<'_>, JsValue> {
        if self.busy.replace(true) {
            return Err(thrown(&Error::config("this lab is computing; await that first")));
        }
        Ok(Turn(&self.busy))
    }
}

// A borrow across an await is safe here: `turn` lets one method in at a time.
#[allow(clippy::await_holding_refcell_ref)]
#[wasm_bindgen(js_class = Lab)]
impl JsLab {
    /// Steps made.
    #[wasm_bindgen(getter)]
    pub fn step(&self) -> f64 {
        self.lab.borrow().step() as f64
    }

    /// Numbers that the network has.
    #[wasm_bindgen(getter)]
    pub fn parameters(&self) -> f64 {
        self.lab.borrow().parameters() as f64
    }

    /// Makes `steps` steps: `{step, losses}`.
    pub async fn train(&self, steps: usize) -> Answer {
        let _turn = self.turn()?;
        let mut lab = self.lab.borrow_mut();
        let losses = lab.train(steps).await;
        answer(losses.map(|l| object([("step", number(lab.step() as f64)), ("losses", floats(&l))])))
    }

    /// Changes the learning rate from the next step on; the rates before it as `{rates, untils}`.
    #[wasm_bindgen(js_name = setRate)]
    pub fn set_rate(&self, rate: f64) -> Answer {
        let _turn = self.turn()?;
        let mut lab = self.lab.borrow_mut();
        answer(lab.set_rate(rate).map(|()| {
            let column =
                |f: fn(&EarlierRate) -> f64| times(&lab.config().earlier.iter().map(f).collect::<Vec<_>>());
            object([("rates", column(|e| e.rate)), ("untils", column(|e| e.until as f64))])
        }))
    }

    /// The next step taken apart: `{step, t, x0, x1, xt, ut, predicted, losses}`.
    pub async fn stages(&self, pairs: usize) -> Answer {
        let _turn = self.turn()?;
        let stages = self.lab.borrow().stages(pairs).await;
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
        let _turn = self.turn()?;
        let target = match which {
            "source" => false,
            "target" => true,
            other => return answer(Err(Error::config(format!("no end is called {other}")))),
        };
        answer(self.lab.borrow().samples(target, n, u64::from(seed)).map(|x| plane(&x)))
    }

    /// The learned flow of `particles`: `{times, x, nfe}`, frame after frame.
    pub async fn flow(&self, particles: usize, solver_id: String, steps: usize) -> Answer {
        let _turn = self.turn()?;
        let solver = solver(&solver_id).map_err(|e| thrown(&e))?;
        answer(self.lab.borrow().flow(particles, solver, steps).await.map(|f| flow_object(&f)))
    }

    /// The learned flow from `starts`; negative steps run from the end to t = 0.
    pub async fn trace(&self, starts: Vec<f32>, solver_id: String, steps: i32) -> Answer {
        let _turn = self.turn()?;
        let solver = solver(&solver_id).map_err(|e| thrown(&e))?;
        super::plane::whole(&starts)?;
        let lab = self.lab.borrow();
        let flow = lab.trace(points::from_flat(&starts), solver, steps.unsigned_abs() as usize, steps < 0);
        answer(flow.await.map(|f| flow_object(&f)))
    }

    /// Conditional paths of `n` pairs at `frames` times: `{times, x, nfe: 0}`.
    pub fn conditional(&self, n: usize, frames: usize) -> Answer {
        let _turn = self.turn()?;
        answer(self.lab.borrow().conditional(n, frames).map(|f| flow_object(&f)))
    }

    /// The learned velocity on a grid at each of `times`.
    pub async fn field(&self, side: usize, times: Vec<f64>, half: f64) -> Answer {
        let _turn = self.turn()?;
        answer(self.lab.borrow().field(side, &times, half).await.map(|u| plane(&u)))
    }

    /// The exact marginal field on a grid at each of `times`, and the learned one's error at `t`:
    /// `{field, error, scale}`.
    pub async fn exact(&self, side: usize, times: Vec<f64>, half: f64, t: f64) -> Answer {
        let _turn = self.turn()?;
        answer(self.lab.borrow().exact(side, &times, half, t).await.map(|e| {
            object([("field", plane(&e.field)), ("error", number(e.error)), ("scale", number(e.scale))])
        }))
    }

    /// Which data points pull at (x, y): `{points, weights, velocity}`.
    pub fn pull(&self, x: f32, y: f32, t: f64, top: usize) -> Answer {
        let _turn = self.turn()?;
        answer(self.lab.borrow().pull([x, y], t, top).map(|p| {
            object([
                ("points", plane(&p.points)),
                ("weights", times(&p.weights)),
                ("velocity", floats(&p.velocity)),
            ])
        }))
    }

    /// Measurements of `samples` particles.
    pub async fn figures(&self, samples: usize, solver_id: String, steps: usize) -> Answer {
        let _turn = self.turn()?;
        let solver = solver(&solver_id).map_err(|e| thrown(&e))?;
        answer(self.lab.borrow().figures(samples, solver, steps).await.map(|f| {
            object([
                ("w2", number(f.w2)),
                ("sliced", number(f.sliced)),
                ("floor", number(f.floor)),
                ("pathEnergy", number(f.path_energy)),
                ("normalisedPathEnergy", number(f.normalised_path_energy)),
                ("straightness", number(f.straightness)),
                ("nfe", number(f.nfe as f64)),
            ])
        }))
    }

    /// W2 at each number of evaluations; NaN where the solver cannot make that many.
    #[wasm_bindgen(js_name = w2ByNfe)]
    pub async fn w2_by_nfe(&self, samples: usize, solver_id: String, nfes: Vec<u32>) -> Answer {
        let _turn = self.turn()?;
        let solver = solver(&solver_id).map_err(|e| thrown(&e))?;
        let nfes: Vec<usize> = nfes.into_iter().map(|n| n as usize).collect();
        answer(self.lab.borrow().w2_by_nfe(samples, solver, &nfes).await.map(|w2| times(&w2)))
    }

    /// The density of the learned flow: `{logDensity, mass, bitsPerDim, heldOut, nfe}`.
    pub async fn likelihood(&self, side: usize, half: f64, steps: usize) -> Answer {
        let _turn = self.turn()?;
        answer(self.lab.borrow().likelihood(side, half, steps).await.map(|l| {
            object([
                ("logDensity", floats(&l.log_density)),
                ("mass", number(l.mass)),
                ("bitsPerDim", number(l.bits_per_dim)),
                ("heldOut", number(l.held_out as f64)),
                ("nfe", number(l.nfe as f64)),
            ])
        }))
    }

    /// Theorem 2 on this network: `{cosines, conditional, marginal}`, an entry a batch size.
    pub async fn theorem(&self, batches: Vec<u32>) -> Answer {
        let _turn = self.turn()?;
        let sizes: Vec<usize> = batches.into_iter().map(|n| n as usize).collect();
        answer(self.lab.borrow().theorem(&sizes).await.map(|rows| {
            let column = |f: fn(&crate::lab::Theorem) -> f64| times(&rows.iter().map(f).collect::<Vec<_>>());
            object([
                ("cosines", column(|r| r.cosine)),
                ("conditional", column(|r| r.conditional)),
                ("marginal", column(|r| r.marginal)),
            ])
        }))
    }

    /// A weights file.
    pub async fn weights(&self) -> Answer {
        let _turn = self.turn()?;
        answer(self.lab.borrow().weights().await.map(|bytes| Uint8Array::from(bytes.as_slice()).into()))
    }

    /// Goes on from a weights file; on an error everything stays.
    #[wasm_bindgen(js_name = loadWeights)]
    pub fn load_weights(&self, bytes: &[u8]) -> Answer {
        let _turn = self.turn()?;
        answer(self.lab.borrow_mut().load(bytes).map(|()| JsValue::UNDEFINED))
    }
}

/// The experiment that a weights file of the lab was made with, as JSON.
#[wasm_bindgen(js_name = labConfigOf)]
pub fn lab_config_of(bytes: &[u8]) -> std::result::Result<String, JsValue> {
    let config = Lab::config_of(bytes).map_err(|e| thrown(&e))?;
    serde_json::to_string(&config).map_err(|e| thrown(&Error::weights(e.to_string())))
}
