//! What wgpu does not do about a browser's `navigator.gpu`: wait for it with patience that ends, tell the adapter's name,
//! and use adapters without timestamp queries.

use crate::error::{Error, Result};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Object, Promise, Reflect, Set};
use std::pin::pin;
use std::task::Poll;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Milliseconds after which a browser that has not answered is not going to.
const PATIENCE: u32 = 10_000;

/// What a browser said of its adapter. While it lives, the browser gives this adapter to whoever asks.
pub(super) struct Found {
    name: String,
    gpu: JsValue,
    _answer: Closure<dyn Fn() -> Promise>,
}

impl Found {
    /// What the adapter calls itself.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Found {
    fn drop(&mut self) {
        // What was there before, its prototype's, shows again.
        let _ = Reflect::delete_property(self.gpu.unchecked_ref::<Object>(), &"requestAdapter".into());
    }
}

/// Awaits a future; errors where it is not ready in time.
pub(super) async fn within<F: Future>(what: &str, future: F) -> Result<F::Output> {
    let (mut future, mut timer) = (pin!(future), pin!(TimeoutFuture::new(PATIENCE)));
    std::future::poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        timer.as_mut().poll(context).map(|()| {
            let seconds = PATIENCE / 1000;
            Err(Error::device(format!(
                "the browser was asked to {what} and did not answer in {seconds} seconds"
            )))
        })
    })
    .await
}

fn get(of: &JsValue, key: &str) -> JsValue {
    Reflect::get(of, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

fn text(of: &JsValue, key: &str) -> String {
    get(of, key).as_string().unwrap_or_default()
}

/// `navigator`, of a page or of a worker.
fn navigator() -> JsValue {
    if let Some(window) = web_sys::window() {
        return window.navigator().into();
    }
    match js_sys::global().dyn_into::<web_sys::WorkerGlobalScope>() {
        Ok(worker) => worker.navigator().into(),
        Err(global) => get(&global, "navigator"),
    }
}

/// Asks the browser for its adapter, once: wgpu, which asks again, gets the same.
pub(super) async fn find_adapter() -> Result<Found> {
    let gpu = get(&navigator(), "gpu");
    let Ok(request) = get(&gpu, "requestAdapter").dyn_into::<Function>() else {
        return Err(Error::device("this browser has no WebGPU"));
    };
    let refused = |e: JsValue| Error::device(format!("the browser refused the GPU: {e:?}"));
    let options = Object::new();
    Reflect::set(&options, &"powerPreference".into(), &"high-performance".into()).map_err(refused)?;
    let promise = request.call1(&gpu, &options).map_err(refused)?;
    let adapter = within("find a GPU", JsFuture::from(Promise::resolve(&promise))).await?.map_err(refused)?;
    if adapter.is_null() || adapter.is_undefined() {
        return Err(Error::device("the browser found no GPU it can use"));
    }
    pretend_timestamps(&adapter).map_err(refused)?;
    let name = name(&get(&adapter, "info"));
    let answer = Closure::<dyn Fn() -> Promise>::new(move || Promise::resolve(&adapter));
    Reflect::set(&gpu, &"requestAdapter".into(), answer.as_ref()).map_err(refused)?;
    Ok(Found { name, gpu, _answer: answer })
}

fn name(info: &JsValue) -> String {
    let parts = [text(info, "vendor"), text(info, "architecture")].join(" ");
    let known = [text(info, "description"), text(info, "device"), parts.trim().to_string()];
    known.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| "an adapter without a name".into())
}

/// CubeCL 0.11 panics at its first stream where an adapter has no timestamp queries, although only profiling would use
/// them and nothing profiles here. So the adapter's list names them; the device is requested without.
fn pretend_timestamps(adapter: &JsValue) -> std::result::Result<(), JsValue> {
    let features = get(adapter, "features");
    let names = Set::new(&Array::from(&features));
    let timestamps = JsValue::from("timestamp-query");
    if names.has(&timestamps) {
        return Ok(());
    }
    names.add(&timestamps);
    let property = Object::new();
    Reflect::set(&property, &"value".into(), &names)?;
    Reflect::define_property(adapter.unchecked_ref::<Object>(), &"features".into(), &property)?;
    Ok(())
}
