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
use crate::ops::product::fused;
use js_sys::Error as JsError;
use wasm_bindgen::prelude::*;

fn thrown(error: &Error) -> JsValue {
    let thrown = JsError::new(&error.to_string());
    thrown.set_name(&format!("{:?}Error", error.kind()));
    thrown.into()
}

/// Lets products use `tile`, which `src/ops/product/tile.wat` exports, made for this module's memory. Each product and its sum are then rounded
/// once: faster, and the last bits of results differ. Throws where it is no function of a WebAssembly module.
#[wasm_bindgen(js_name = useTile)]
pub fn use_tile(tile: &js_sys::Function) -> Result<(), JsValue> {
    let table: js_sys::WebAssembly::Table = wasm_bindgen::function_table().unchecked_into();
    table.set(fused::slot() as u32, tile)?;
    fused::install();
    Ok(())
}

/// Runs static constructors and makes a panic readable in the console. Runs by itself when the module starts.
#[wasm_bindgen(start)]
pub fn start() {
    crate::device::run_constructors();
    console_error_panic_hook::set_once();
}
