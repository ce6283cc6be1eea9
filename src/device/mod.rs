//! The only room that names a backend.

#[cfg(all(feature = "webgpu", target_arch = "wasm32"))]
mod browser;
#[cfg(feature = "webgpu")]
mod gpu;

use crate::error::{Error, Result};
use burn::tensor::{Device, Tensor};
use std::sync::{Arc, Mutex};

/// Runs the program's static constructors (CubeCL's, by the crate `inventory`), once.
///
/// They must be called by name: as long as nothing does, the linker takes the module for a command, whose every export
/// runs all of them again at each call (scripts/check-wasm.mjs reads the file for that). As soon as something does, nobody
/// else runs them.
#[cfg(all(target_arch = "wasm32", any(feature = "web", feature = "webgpu")))]
pub(crate) fn run_constructors() {
    // SAFETY: what the linker makes of all static constructors; it takes nothing and gives nothing.
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }
    static ONCE: std::sync::Once = std::sync::Once::new();
    // SAFETY: run once, as they expect.
    ONCE.call_once(|| unsafe { __wasm_call_ctors() });
}

/// Which engine computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Burn's flex backend: one thread in a browser, all cores natively.
    Cpu,
    /// Burn on WebGPU, where this build has it.
    WebGpu,
}

impl Engine {
    /// The name used in URLs and by the page.
    pub fn id(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::WebGpu => "webgpu",
        }
    }

    /// The engine with this [`Engine::id`].
    pub fn from_id(id: &str) -> Result<Self> {
        [Self::Cpu, Self::WebGpu]
            .into_iter()
            .find(|engine| engine.id() == id)
            .ok_or_else(|| Error::config(format!("no engine is called {id}; choose cpu or webgpu")))
    }

    /// Opens the engine's device. Burn registers a GPU globally, so that [`Engine::WebGpu`] can be opened
    /// once a program (in a browser: once a worker).
    ///
    /// Errors where this build has no such engine, no adapter exists, or it lacks what Burn needs.
    pub async fn open(self) -> Result<Opened> {
        match self {
            Self::Cpu => Ok(Opened { device: cpu(), name: "CPU".into(), watch: Watch::default() }),
            #[cfg(feature = "webgpu")]
            Self::WebGpu => gpu::open().await,
            #[cfg(not(feature = "webgpu"))]
            Self::WebGpu => Err(Error::config("this build has the CPU engine only")),
        }
    }
}

/// A device that is ready for tensors.
#[derive(Debug, Clone)]
pub struct Opened {
    /// For every tensor.
    pub device: Device,
    /// The adapter as it calls itself, for people.
    pub name: String,
    /// What became of it.
    pub watch: Watch,
}

/// Tells whether a device still works. A CPU is never lost.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    lost: Arc<Mutex<Option<String>>>,
    #[cfg(feature = "webgpu")]
    raw: Option<wgpu::Device>,
}

impl Watch {
    /// An error once the device was lost or reported an error outside of any call.
    pub fn check(&self) -> Result<()> {
        match self.lost.lock().expect("no thread panics while it holds this").as_ref() {
            Some(reason) => Err(Error::device(format!("the GPU stopped working: {reason}"))),
            None => Ok(()),
        }
    }

    /// Reads values back; errors where the device failed or was lost.
    pub async fn read<const D: usize>(&self, x: Tensor<D>) -> Result<Vec<f32>> {
        let data = x.into_data_async().await;
        self.check()?;
        let data =
            data.map_err(|e| Error::device(format!("results could not be read back: {e:?}")).because(e))?;
        Ok(data.iter::<f32>().collect())
    }

    /// Whether a GPU computes, whose numbers can be wrong in ways that a CPU's are not.
    pub fn is_gpu(&self) -> bool {
        #[cfg(feature = "webgpu")]
        return self.raw.is_some();
        #[cfg(not(feature = "webgpu"))]
        false
    }

    /// The error for values that are not finite: a GPU's fault where one computes, else `otherwise`.
    pub fn not_finite(&self, otherwise: impl Into<String>) -> Error {
        if self.is_gpu() {
            return Error::device("the GPU computed values that are not numbers");
        }
        Error::numeric(otherwise)
    }

    /// Destroys a GPU device, as a driver reset does; for trying out what happens then.
    pub fn destroy(&self) {
        #[cfg(feature = "webgpu")]
        if let Some(raw) = &self.raw {
            raw.destroy();
        }
    }
}

/// The CPU, which every build has.
pub fn cpu() -> Device {
    Device::flex()
}

/// The device that a native program asks for by name: `cpu`, or the GPU that it was built for.
#[cfg(feature = "cli")]
pub fn native(name: &str) -> Result<Device> {
    match name {
        "cpu" => Ok(cpu()),
        #[cfg(feature = "webgpu")]
        "webgpu" => Ok(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice)),
        #[cfg(feature = "vulkan")]
        "vulkan" => Ok(Device::vulkan(burn::tensor::DeviceKind::DefaultDevice)),
        #[cfg(feature = "cuda")]
        "cuda" => Ok(Device::cuda(0)),
        other => Err(Error::config(format!(
            "device {other} is not in this build; build with --features cli,webgpu, vulkan or cuda, or use cpu"
        ))),
    }
}
