//! Distillation of the digit network.

use super::lab::{floats, number};
use super::{Answer, answer, busy, object};
use crate::distillation::Distillation;
use js_sys::Uint8Array;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

/// A distillation in progress. One call at a time: a second one meanwhile gets a sentence.
#[wasm_bindgen(js_name = Distillation)]
pub struct JsDistillation(RefCell<Distillation>);

impl JsDistillation {
    pub(super) fn new(distillation: Distillation) -> Self {
        Self(RefCell::new(distillation))
    }
}

// A borrow across an await is safe here: a second call meanwhile is refused by `busy`.
#[allow(clippy::await_holding_refcell_ref)]
#[wasm_bindgen(js_class = Distillation)]
impl JsDistillation {
    /// Draws up to `n` more of the digits to train on: how many there are now.
    pub async fn draw(&self, n: usize) -> Answer {
        let mut it = self.0.try_borrow_mut().map_err(busy)?;
        let drawn = it.draw(n).await;
        answer(drawn.map(|()| number(it.drawn() as f64)))
    }

    /// Makes up to `steps` steps: `{step, losses}`.
    pub async fn train(&self, steps: u32) -> Answer {
        let mut it = self.0.try_borrow_mut().map_err(busy)?;
        let losses = it.train(u64::from(steps)).await;
        answer(losses.map(|l| object([("step", number(it.step() as f64)), ("losses", floats(&l))])))
    }

    /// A digit for each label after `nfe` steps of the network as it stands.
    pub async fn sample(&self, labels: Vec<u8>, nfe: usize, seed: u32) -> Answer {
        let it = self.0.try_borrow().map_err(busy)?;
        answer(it.sample(&labels, nfe, seed).await.map(|x| floats(&x)))
    }

    /// A weights file.
    pub async fn weights(&self) -> Answer {
        let it = self.0.try_borrow().map_err(busy)?;
        answer(it.weights().await.map(|bytes| Uint8Array::from(bytes.as_slice()).into()))
    }
}
