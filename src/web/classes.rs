//! Class-conditional flows in the plane and their guidance.

use super::held::{Answer, Held, answer, floats, number, object, plane};
use super::thrown;
use crate::classes::{Classes, Guide};
use crate::error::from_json;
use wasm_bindgen::prelude::*;

/// Three networks in training; one call at a time.
#[wasm_bindgen(js_name = Classes)]
pub struct JsClasses(Held<Classes>);

impl JsClasses {
    pub(super) fn new(classes: Classes) -> Self {
        Self(Held::new(classes))
    }
}

// A borrow across an await is safe here: a second call meanwhile is refused by `turn`.
#[allow(clippy::await_holding_refcell_ref)]
#[wasm_bindgen(js_class = Classes)]
impl JsClasses {
    /// Makes `steps` steps: `{step, losses}`.
    pub async fn train(&self, steps: usize) -> Answer {
        let mut classes = self.0.turn()?;
        let losses = classes.train(steps).await;
        answer(losses.map(|l| object([("step", number(classes.step() as f64)), ("losses", floats(&l))])))
    }

    /// `n` particles, classes in turn, by `steps` Euler steps under the guidance of `guide` (see [`Guide`]): `{x, recognized, w2, spread}`.
    pub async fn run(&self, n: usize, guide: &str, weight: f64, steps: usize) -> Answer {
        let guide: Guide = from_json("the guidance", &format!("{guide:?}")).map_err(|e| thrown(&e))?;
        let classes = self.0.turn()?;
        answer(classes.run(n, guide, weight, steps).await.map(|run| {
            object([
                ("x", plane(&run.x)),
                ("recognized", number(run.recognized)),
                ("w2", number(run.w2)),
                ("spread", number(run.spread)),
            ])
        }))
    }

    /// `n` fresh draws, classes in turn.
    pub fn data(&self, n: usize) -> Answer {
        answer(self.0.turn()?.data(n).map(|x| plane(&x)))
    }
}
