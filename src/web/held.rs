//! What of the core JavaScript holds, and what it is given: one form for all.

use super::thrown;
use crate::error::{Error, Result};
use crate::points::Point;
use js_sys::{Float32Array, Float64Array, Object, Reflect, Uint8Array};
use std::cell::{RefCell, RefMut};
use wasm_bindgen::prelude::*;

/// Something of the core that JavaScript drives, one call at a time: a second call meanwhile gets a sentence.
///
/// wasm-bindgen throws where a method that takes `&mut self` is entered twice, and async methods can be; so methods take
/// `&self`, and this lets one in.
pub(super) struct Held<T>(RefCell<T>);

impl<T> Held<T> {
    pub(super) fn new(held: T) -> Self {
        Self(RefCell::new(held))
    }

    /// The thing, until the guard goes; throws a `ConfigError` while another call has it.
    pub(super) fn turn(&self) -> std::result::Result<RefMut<'_, T>, JsValue> {
        let busy = |_| thrown(&Error::config("this is computing; await that first"));
        self.0.try_borrow_mut().map_err(busy)
    }
}

/// What a method gives.
pub(super) type Answer = std::result::Result<JsValue, JsValue>;

/// Turns a result of the core into what JavaScript gets.
pub(super) fn answer(result: Result<JsValue>) -> Answer {
    result.map_err(|e| thrown(&e))
}

/// A plain object.
pub(super) fn object<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (key, value) in fields {
        Reflect::set(&object, &key.into(), &value).expect("a new object takes any key");
    }
    object.into()
}

pub(super) fn number(value: f64) -> JsValue {
    value.into()
}

pub(super) fn floats(values: &[f32]) -> JsValue {
    Float32Array::from(values).into()
}

pub(super) fn doubles(values: &[f64]) -> JsValue {
    Float64Array::from(values).into()
}

pub(super) fn bytes(values: &[u8]) -> JsValue {
    Uint8Array::from(values).into()
}

/// x and y of each point in turn.
pub(super) fn plane(x: &[Point]) -> JsValue {
    floats(x.as_flattened())
}
