//! Engines and the digits they make.

use super::held::Held;
use super::thrown;
use super::{classes::JsClasses, distillation::JsDistillation, lab::JsLab, latent::JsLatent, race::JsRace};
use crate::classes::{Classes, ClassesConfig};
use crate::device::Engine;
use crate::distillation::{Distillation, DistillationConfig};
use crate::lab::{Lab, LabConfig};
use crate::latent::Latent;
use crate::race::{Race, RaceConfig};
use crate::session::{HostFrame, Keep, Request, Run, Session, Start};
use js_sys::Float32Array;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

/// An engine with, once loaded, a network.
#[wasm_bindgen(js_name = Engine)]
pub struct JsEngine(RefCell<Session>);

impl JsEngine {
    fn begin(&self, request: &str, start: Start, keep: Option<Keep>) -> Result<JsRun, JsValue> {
        let run =
            Request::from_json(request).and_then(|request| self.0.borrow().begin(&request, start, keep));
        run.map(|run| JsRun(Held::new(run))).map_err(|e| thrown(&e))
    }
}

#[wasm_bindgen(js_class = Engine)]
impl JsEngine {
    /// Opens the engine called `id`: `cpu` or `webgpu`. Rejects with a `DeviceError` where it cannot.
    pub async fn open(id: String) -> Result<JsEngine, JsValue> {
        let engine = Engine::from_id(&id).map_err(|e| thrown(&e))?;
        Ok(Self(RefCell::new(Session::open(engine).await.map_err(|e| thrown(&e))?)))
    }

    /// The device as it calls itself.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.0.borrow().opened().name.clone()
    }

    /// Loads a weights file. Rejects with a `WeightsError` that says what is wrong with it, or with a `DeviceError` where
    /// a GPU computes something else than the CPU.
    pub async fn load(&self, bytes: Vec<u8>) -> Result<(), JsValue> {
        let opened = self.0.borrow().opened().clone();
        let loaded = Session::loaded(&opened, &bytes).await.map_err(|e| thrown(&e))?;
        self.0.borrow_mut().install(loaded);
        Ok(())
    }

    /// Begins a run from a request in JSON (see [`Request`]). Throws a `ConfigError` that says what to change.
    pub fn start(&self, request: &str) -> Result<JsRun, JsValue> {
        self.begin(request, Start::Seed, None)
    }

    /// As [`Self::start`], from this noise: 784 values a digit.
    pub fn decode(&self, request: &str, noise: Vec<f32>) -> Result<JsRun, JsValue> {
        self.begin(request, Start::Noise(noise), None)
    }

    /// Carries images, 784 values in [−1, 1] a digit, back to their noise: the last frame, at t = 0.
    pub fn encode(&self, request: &str, images: Vec<f32>) -> Result<JsRun, JsValue> {
        self.begin(request, Start::Images(images), None)
    }

    /// As [`Self::start`], keeping the pixels of `values` where `mask` is 1 (0 elsewhere).
    pub fn inpaint(&self, request: &str, values: Vec<f32>, mask: Vec<f32>) -> Result<JsRun, JsValue> {
        self.begin(request, Start::Seed, Some(Keep::Pixels { values, mask }))
    }

    /// As [`Self::start`], keeping `values`, the means of blocks of `block`² pixels.
    #[wasm_bindgen(js_name = superResolve)]
    pub fn super_resolve(&self, request: &str, values: Vec<f32>, block: usize) -> Result<JsRun, JsValue> {
        self.begin(request, Start::Seed, Some(Keep::Blocks { values, block }))
    }

    /// Begins an experiment of the 2-D lab from its settings in JSON (see [`LabConfig`]). Throws a `ConfigError`
    /// or `DataError` that says what to change.
    pub fn lab(&self, config: &str) -> Result<JsLab, JsValue> {
        let lab = LabConfig::from_json(config).and_then(|c| Lab::new(c, self.0.borrow().opened()));
        Ok(JsLab::new(lab.map_err(|e| thrown(&e))?))
    }

    /// Begins class-conditional flows in the plane from their settings in JSON (see [`ClassesConfig`]). Throws a `ConfigError` that says what
    /// to change.
    pub fn classes(&self, config: &str) -> Result<JsClasses, JsValue> {
        let made = ClassesConfig::from_json(config).and_then(|c| Classes::new(c, self.0.borrow().opened()));
        Ok(JsClasses::new(made.map_err(|e| thrown(&e))?))
    }

    /// A decoder of images in two dimensions, from its file. Throws a `WeightsError` that says what is wrong with it.
    pub fn latent(&self, bytes: &[u8]) -> Result<JsLatent, JsValue> {
        let made = Latent::from_bytes(bytes, self.0.borrow().opened());
        Ok(JsLatent::new(made.map_err(|e| thrown(&e))?))
    }

    /// Begins a race of few-step models from its settings in JSON (see [`RaceConfig`]). Throws a `ConfigError` that
    /// says what to change.
    pub fn race(&self, config: &str) -> Result<JsRace, JsValue> {
        let race = RaceConfig::from_json(config).and_then(|c| Race::new(c, self.0.borrow().opened()));
        Ok(JsRace::new(race.map_err(|e| thrown(&e))?))
    }

    /// Begins to distill a few-step network from a weights file, with settings in JSON (see [`DistillationConfig`]).
    /// Throws a `ConfigError` or `WeightsError` that says what to change.
    pub fn distill(&self, config: &str, weights: &[u8]) -> Result<JsDistillation, JsValue> {
        let made = DistillationConfig::from_json(config)
            .and_then(|c| Distillation::new(c, weights, self.0.borrow().opened()));
        Ok(JsDistillation::new(made.map_err(|e| thrown(&e))?))
    }

    /// Destroys the GPU device, to try out what the page does then.
    #[wasm_bindgen(js_name = destroyDevice)]
    pub fn destroy_device(&self) {
        self.0.borrow().opened().watch.destroy();
    }
}

/// A run in progress, one call at a time; `free()` stops it.
#[wasm_bindgen(js_name = Run)]
pub struct JsRun(Held<Run>);

// A borrow across an await is safe here: a second call meanwhile is refused by `turn`.
#[allow(clippy::await_holding_refcell_ref)]
#[wasm_bindgen(js_class = Run)]
impl JsRun {
    /// The next frame, or `undefined` after the last.
    pub async fn next(&self) -> Result<Option<Frame>, JsValue> {
        let frame = self.0.turn()?.next().await;
        frame.map(|frame| frame.map(Frame)).map_err(|e| thrown(&e))
    }

    /// The last frame; none before it is read back from a GPU.
    pub async fn finish(&self) -> Result<Frame, JsValue> {
        let frame = self.0.turn()?.finish().await;
        frame.map(Frame).map_err(|e| thrown(&e))
    }
}

/// A moment of a run.
#[wasm_bindgen]
pub struct Frame(HostFrame);

#[wasm_bindgen]
impl Frame {
    /// Its time, 0 to 1.
    #[wasm_bindgen(getter)]
    pub fn t(&self) -> f64 {
        self.0.t
    }

    /// Evaluations of the field so far.
    #[wasm_bindgen(getter)]
    pub fn nfe(&self) -> u32 {
        self.0.nfe as u32
    }

    /// Whether it is the last.
    #[wasm_bindgen(getter)]
    pub fn done(&self) -> bool {
        self.0.done
    }

    /// x_t, a copy that can be transferred.
    #[wasm_bindgen(getter)]
    pub fn x(&self) -> Float32Array {
        Float32Array::from(self.0.x.as_slice())
    }

    /// The predicted x1, a copy that can be transferred.
    #[wasm_bindgen(getter)]
    pub fn x1(&self) -> Float32Array {
        Float32Array::from(self.0.x1.as_slice())
    }
}
