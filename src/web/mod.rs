//! What JavaScript sees: thin exports of `session`, `lab`, `classes`, `latent`, `race` and `comparison`. No arithmetic here.

mod classes;
mod digits;
mod distillation;
mod held;
mod lab;
mod latent;
mod plane;
mod race;

pub use classes::JsClasses;
pub use digits::{Frame, JsEngine, JsRun};
pub use distillation::JsDistillation;
pub use lab::JsLab;
pub use latent::JsLatent;
pub use plane::{compare_paths, decode_points, encode_points, read_csv_bytes, schedule_of};
pub use race::JsRace;

use crate::error::Error;
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
