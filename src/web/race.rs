//! Few-step models in the plane.

use super::held::{Answer, Held, answer, doubles, floats, number, object, plane};
use super::plane::FLOORS;
use crate::race::Race;
use wasm_bindgen::prelude::*;

/// A race in training; one call at a time.
#[wasm_bindgen(js_name = Race)]
pub struct JsRace(Held<Race>);

impl JsRace {
    pub(super) fn new(race: Race) -> Self {
        Self(Held::new(race))
    }
}

// A borrow across an await is safe here: a second call meanwhile is refused by `turn`.
#[allow(clippy::await_holding_refcell_ref)]
#[wasm_bindgen(js_class = Race)]
impl JsRace {
    /// `[{id, label}]` of who takes part, in the order of training, as JSON.
    pub fn contestants(&self) -> Result<String, JsValue> {
        let race = self.0.turn()?;
        let list: Vec<_> = race
            .methods()
            .into_iter()
            .map(|m| serde_json::json!({ "id": m.id(), "label": m.label() }))
            .collect();
        Ok(serde_json::Value::from(list).to_string())
    }

    /// Up to `steps` steps of a contestant, after those that it learns from: `{contestant, step, pairs, losses}`;
    /// undefined where it is done.
    pub async fn train(&self, contestant: usize, steps: u32) -> Answer {
        let mut race = self.0.turn()?;
        let progress = race.train_one(contestant, u64::from(steps)).await;
        answer(progress.map(|p| {
            p.map_or(JsValue::UNDEFINED, |p| {
                object([
                    ("contestant", number(p.contestant as f64)),
                    ("step", number(p.step as f64)),
                    ("pairs", number(p.pairs)),
                    ("losses", floats(&p.losses)),
                ])
            })
        }))
    }

    /// `n` particles of a contestant at `nfe` evaluations: `{times, x, w2, straightness}`.
    pub async fn run(&self, contestant: usize, n: usize, nfe: usize) -> Answer {
        let race = self.0.turn()?;
        answer(race.run(contestant, n, nfe).await.map(|run| {
            object([
                ("times", doubles(&run.times)),
                ("x", plane(&run.x)),
                ("w2", number(run.w2)),
                ("straightness", number(run.straightness)),
            ])
        }))
    }

    /// `n` fresh data.
    pub fn data(&self, n: usize) -> Answer {
        answer(self.0.turn()?.data(n).map(|x| plane(&x)))
    }

    /// W2 between two sets of `n` fresh data: `{mean, deviation}` over some pairs of sets.
    pub fn floor(&self, n: usize) -> Answer {
        answer(
            self.0
                .turn()?
                .floor(n, FLOORS)
                .map(|(mean, deviation)| object([("mean", number(mean)), ("deviation", number(deviation))])),
        )
    }
}
