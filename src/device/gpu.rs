//! Opens a WebGPU device with wgpu and hands it to Burn.

use super::{Opened, Watch};
use crate::error::{Error, Result};
use burn::tensor::Device;
use burn_wgpu::WgpuSetup;
use std::sync::{Arc, Mutex};
use wgpu::{Adapter, DeviceDescriptor, Features, Limits};

/// The device asks for WebGPU's default limits, which every device grants, and no optional feature: so what works on one
/// works on a phone. Only sizes of workgroups are the adapter's, because CubeCL chooses by what the adapter could do.
fn limits(adapter: &Adapter) -> Limits {
    let could = adapter.limits();
    Limits {
        max_compute_invocations_per_workgroup: could.max_compute_invocations_per_workgroup,
        max_compute_workgroup_size_x: could.max_compute_workgroup_size_x,
        max_compute_workgroup_size_y: could.max_compute_workgroup_size_y,
        max_compute_workgroup_size_z: could.max_compute_workgroup_size_z,
        max_compute_workgroups_per_dimension: could.max_compute_workgroups_per_dimension,
        ..Limits::default()
    }
}

/// A browser's compiler takes none of what CubeCL would use; a native one must have what CubeCL sees in the adapter.
fn features(adapter: &Adapter) -> Features {
    if cfg!(target_arch = "wasm32") {
        return Features::empty();
    }
    adapter.features().difference(Features::MAPPABLE_PRIMARY_BUFFERS)
}

/// Opens the device. Errors, with a sentence, where there is no adapter, or the browser does not answer.
pub(super) async fn open() -> Result<Opened> {
    // Test runners do not start a module, which would have done it.
    #[cfg(target_arch = "wasm32")]
    super::run_constructors();
    #[cfg(target_arch = "wasm32")]
    let found = super::browser::find_adapter().await?;
    let refused = |e: &dyn std::fmt::Display| Error::device(format!("WebGPU could not be started: {e}"));
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let adapter = instance.request_adapter(&wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..Default::default()
    });
    let adapter = adapter.await.map_err(|e| refused(&e))?;
    // SAFETY: native adapters list experimental features among those that CubeCL expects of their device.
    let experimental_features = unsafe { wgpu::ExperimentalFeatures::enabled() };
    let description = DeviceDescriptor {
        required_features: features(&adapter),
        required_limits: limits(&adapter),
        // Burn keeps pools of its own.
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        experimental_features,
        ..Default::default()
    };
    let device = adapter.request_device(&description);
    #[cfg(target_arch = "wasm32")]
    let device = super::browser::within("open a GPU device", device);
    #[cfg(not(target_arch = "wasm32"))]
    let device = async { Ok::<_, Error>(device.await) };
    let (device, queue) = device.await?.map_err(|e| refused(&e))?;

    #[cfg(target_arch = "wasm32")]
    let name = found.name().to_string();
    #[cfg(not(target_arch = "wasm32"))]
    let name = adapter.get_info().name;
    let backend = adapter.get_info().backend;
    let raw = device.clone();
    let setup = WgpuSetup { instance, adapter, device, queue, backend };
    let device = Device::wgpu_options().setup(setup).init().map_err(|e| refused(&e))?;
    Ok(Opened { device, name, watch: watch(raw) })
}

/// Notes the first thing that goes wrong outside of any call. After Burn's set-up, which installs callbacks of its own:
/// they panic inside a browser event, where nothing can catch it.
fn watch(device: wgpu::Device) -> Watch {
    let watch = Watch { lost: Arc::default(), raw: Some(device.clone()) };
    let note = |lost: &Arc<Mutex<Option<String>>>, reason: String| {
        lost.lock().expect("no thread panics while it holds this").get_or_insert(reason);
    };
    let lost = watch.lost.clone();
    device.set_device_lost_callback(move |reason, message| note(&lost, format!("{reason:?} {message}")));
    let lost = watch.lost.clone();
    device.on_uncaptured_error(Arc::new(move |error| note(&lost, error.to_string())));
    watch
}
