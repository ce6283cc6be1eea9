//! What JavaScript sees: thin exports of `session`, `lab`, `race` and `roads`. No arithmetic here.

mod digits;
mod distillation;
mod held;
mod lab;
mod plane;
mod race;

pub use digits::{Frame, JsEngine, JsRun};
pub use distillation::JsDistillation;
pub use lab::JsLab;
pub use plane::{decode_points, encode_points, read_csv_bytes, two_roads};
pub use race::JsRace;

use crate::data::plane::Distribution;
use crate::error::Error;
use crate::session::MAX_DIGITS;
use crate::solver::Solver;
use js_sys::Error as JsError;
use wasm_bindgen::prelude::*;

fn thrown(error: &Error) -> JsValue {
    let thrown = JsError::new(&error.to_string());
    thrown.set_name(&format!("{:?}Error", error.kind()));
    thrown.into()
}

/// Runs static constructors and makes a panic readable in the console. Runs by itself when the module starts.
#[wasm_bindgen(start)]
pub fn start() {
    crate::device::run_constructors();
    console_error_panic_hook::set_once();
}

/// Ids, labels and limits that the page's controls are made from, as JSON; said here once.
#[wasm_bindgen]
pub fn catalog() -> String {
    let solvers: Vec<_> = Solver::ALL
        .into_iter()
        .map(|s| {
            serde_json::json!({
                "id": s.id(), "label": s.label(), "adaptive": s.is_adaptive(),
                "stages": s.tableau().stages(), "order": s.tableau().order,
            })
        })
        .collect();
    let distributions: Vec<_> =
        Distribution::NAMED.iter().map(|d| serde_json::json!({ "id": d.id(), "label": d.label() })).collect();
    serde_json::json!({
        "solvers": solvers, "distributions": distributions, "maxDigits": MAX_DIGITS,
        "webgpu": cfg!(feature = "webgpu"),
    })
    .to_string()
}
