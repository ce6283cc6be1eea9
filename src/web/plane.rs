//! Points, CSV data and the comparison of two paths: functions that need no engine.

use super::held::{doubles, object};
use super::thrown;
use crate::comparison::{self, Request};
use crate::data::plane::{Column, PointSet, Table, read_csv};
use crate::error::{Error, from_json};
use crate::lab::LabConfig;
use crate::points;
use js_sys::Float32Array;
use wasm_bindgen::prelude::*;

/// Pairs of data sets that a floor is the mean of.
pub(super) const FLOORS: usize = 5;

/// Steps of a schedule that is drawn.
const SCHEDULE_STEPS: usize = 64;

/// Errors where the last point has no y.
pub(super) fn whole(x: &[f32]) -> Result<(), JsValue> {
    if x.len().is_multiple_of(2) {
        return Ok(());
    }
    Err(thrown(&Error::config(format!("{} numbers are not whole points", x.len()))))
}

/// Points as the text that stands in a link.
#[wasm_bindgen(js_name = encodePoints)]
pub fn encode_points(x: &[f32]) -> Result<String, JsValue> {
    whole(x)?;
    PointSet::new(points::from_flat(x)).map(|set| set.encode()).map_err(|e| thrown(&e))
}

/// The points of such a text.
#[wasm_bindgen(js_name = decodePoints)]
pub fn decode_points(text: &str) -> Result<Float32Array, JsValue> {
    let set = PointSet::decode(text).map_err(|e| thrown(&e))?;
    Ok(Float32Array::from(set.points().as_flattened()))
}

/// Two columns of numbers as points: `{points, x, count, kept, center, scale, note, columns, used}`; or, where it is not plain which
/// columns are the coordinates and `used` does not say, `{columns}`. A column is `{name, numeric}`; `used`: two of them, from 0.
#[wasm_bindgen(js_name = readCsv)]
pub fn read_csv_bytes(bytes: &[u8], used: Option<Vec<u32>>) -> Result<JsValue, JsValue> {
    let used = match used.as_deref() {
        None => None,
        Some(&[a, b]) => Some([a as usize, b as usize]),
        Some(other) => {
            return Err(thrown(&Error::config(format!("two columns are needed, not {}", other.len()))));
        }
    };
    let csv = match read_csv(bytes, used).map_err(|e| thrown(&e))? {
        Table::Choose(columns) => return Ok(object([("columns", named(&columns))])),
        Table::Points(csv) => csv,
    };
    Ok(object([
        ("points", csv.points.encode().into()),
        ("x", Float32Array::from(csv.points.points().as_flattened()).into()),
        ("count", (csv.rows as f64).into()),
        ("kept", (csv.points.points().len() as f64).into()),
        ("center", js_sys::Float64Array::from(csv.center.as_slice()).into()),
        ("scale", csv.scale.into()),
        ("note", csv.note.into()),
        ("columns", named(&csv.columns)),
        ("used", csv.used.iter().map(|&c| JsValue::from(c as f64)).collect::<js_sys::Array>().into()),
    ]))
}

fn named(columns: &[Column]) -> JsValue {
    let column = |c: &Column| object([("name", c.name.as_str().into()), ("numeric", c.numeric.into())]);
    columns.iter().map(column).collect::<js_sys::Array>().into()
}

/// The path of an experiment at equal times from 0 to 1: `{t, alpha, sigma}`.
#[wasm_bindgen(js_name = scheduleOf)]
pub fn schedule_of(experiment: &str) -> Result<JsValue, JsValue> {
    let path = LabConfig::from_json(experiment).and_then(|config| config.path()).map_err(|e| thrown(&e))?;
    let t: Vec<f64> = (0..=SCHEDULE_STEPS).map(|k| k as f64 / SCHEDULE_STEPS as f64).collect();
    let at: Vec<_> = t.iter().map(|&t| path.schedule().at(t)).collect();
    Ok(object([
        ("t", doubles(&t)),
        ("alpha", doubles(&at.iter().map(|c| c.alpha).collect::<Vec<_>>())),
        ("sigma", doubles(&at.iter().map(|c| c.sigma).collect::<Vec<_>>())),
    ]))
}

/// Two probability paths compared: request and answer in JSON (see [`comparison`](crate::comparison)).
#[wasm_bindgen(js_name = comparePaths)]
pub fn compare_paths(request: &str) -> Result<String, JsValue> {
    let answer = from_json::<Request>("the request", request).and_then(|r| comparison::compare(&r));
    let answer = answer.map_err(|e| thrown(&e))?;
    serde_json::to_string(&answer).map_err(|e| thrown(&Error::numeric(e.to_string())))
}
