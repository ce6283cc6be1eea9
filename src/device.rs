//! The only file that names a backend.

use crate::error::{Error, Result};
use burn::tensor::Device;
use std::sync::{Arc, Mutex};

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
            Self::Cpu => Ok(Opened { device: Device::flex(), name: "CPU".into(), watch: Watch::default() }),
            #[cfg(feature = "webgpu")]
            Self::WebGpu => open_webgpu().await,
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
    raw: Option<burn::tensor::wgpu::wgpu::Device>,
}

impl Watch {
    /// An error once the device was lost or reported an error outside of any call.
    pub fn check(&self) -> Result<()> {
        match self.lost.lock().expect("no thread panics while it holds this").as_ref() {
            Some(reason) => Err(Error::device(format!("the GPU stopped working: {reason}"))),
            None => Ok(()),
        }
    }

    /// Destroys a GPU device, as a driver reset does; for trying out what happens then.
    pub fn destroy(&self) {
        #[cfg(feature = "webgpu")]
        if let Some(raw) = &self.raw {
            raw.destroy();
        }
    }
}

#[cfg(feature = "webgpu")]
async fn open_webgpu() -> Result<Opened> {
    #[cfg(target_arch = "wasm32")]
    let setup = Device::wgpu_options().init_with_setup_async().await;
    #[cfg(not(target_arch = "wasm32"))]
    let setup = Device::wgpu_options().init_with_setup();
    let (device, setup) = setup.map_err(|e| Error::device(format!("WebGPU could not be started: {e}")))?;

    let watch = Watch { lost: Arc::default(), raw: Some(setup.device.clone()) };
    let note = |lost: &Arc<Mutex<Option<String>>>, reason: String| {
        lost.lock().expect("no thread panics while it holds this").get_or_insert(reason);
    };
    let lost = watch.lost.clone();
    setup
        .device
        .set_device_lost_callback(move |reason, message| note(&lost, format!("{reason:?} {message}")));
    // Without a handler wgpu panics on these, inside a browser event where nothing can catch it.
    let lost = watch.lost.clone();
    setup.device.on_uncaptured_error(Arc::new(move |error| note(&lost, error.to_string())));

    let info = setup.adapter.get_info();
    let name = if info.name.is_empty() { "an adapter without a name".into() } else { info.name };
    Ok(Opened { device, name, watch })
}

/// The device that a native program asks for by name: `cpu`, or the GPU that it was built for.
#[cfg(feature = "native")]
pub fn native(name: &str) -> Result<Device> {
    match name {
        "cpu" => Ok(Device::flex()),
        #[cfg(feature = "webgpu")]
        "webgpu" => Ok(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice)),
        #[cfg(feature = "vulkan")]
        "vulkan" => Ok(Device::vulkan(burn::tensor::DeviceKind::DefaultDevice)),
        #[cfg(feature = "cuda")]
        "cuda" => Ok(Device::cuda(0)),
        other => Err(Error::config(format!(
            "device {other} is not in this build; build with --features native,webgpu, vulkan or cuda, or use cpu"
        ))),
    }
}
