//! Distillation of the digit network.

use super::held::{Answer, Held, answer, bytes, floats, number, object};
use crate::distillation::Distillation;
use wasm_bindgen::prelude::*;

/// A distillation in progress; one call at a time.
#[wasm_bindgen(js_name = Distillation)]
pub struct JsDistillation(Held<Distillation>);

impl JsDistillation {
    pub(super) fn new(distillation: Distillation) -> Self {
        Self(Held::new(distillation))
    }
}

// A borrow across an await is safe here: a second call meanwhile is refused by `turn`.
#[allow(clippy::await_holding_refcell_ref)]
#[wasm_bindgen(js_class = Distillation)]
impl JsDistillation {
    /// Draws up to `n` more of the digits to train on: how many there are now.
    pub async fn draw(&self, n: usize) -> Answer {
        let mut it = self.0.turn()?;
        let drawn = it.draw(n).await;
        answer(drawn.map(|()| number(it.drawn() as f64)))
    }

    /// Makes up to `steps` steps: `{step, losses}`.
    pub async fn train(&self, steps: u32) -> Answer {
        let mut it = self.0.turn()?;
        let losses = it.train(u64::from(steps)).await;
        answer(losses.map(|l| object([("step", number(it.step() as f64)), ("losses", floats(&l))])))
    }

    /// A digit for each label after `nfe` steps of the network as it stands.
    pub async fn sample(&self, labels: Vec<u8>, nfe: usize, seed: u32) -> Answer {
        let it = self.0.turn()?;
        answer(it.sample(&labels, nfe, seed).await.map(|x| floats(&x)))
    }

    /// A weights file.
    pub async fn weights(&self) -> Answer {
        let it = self.0.turn()?;
        answer(it.weights().await.map(|file| bytes(&file)))
    }
}
