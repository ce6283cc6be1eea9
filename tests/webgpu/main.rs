//! The WebGPU engine against the CPU engine, op by op and as a whole, then its loss. Fails without an
//! adapter, unless FLOW_LAB_NO_WEBGPU was set when it was built: then it says that it skipped.
#![cfg(all(target_arch = "wasm32", feature = "webgpu"))]

#[path = "../common/compare.rs"]
mod compare;
mod layers;
#[path = "../common/loud.rs"]
mod loud;
mod networks;
mod pairs;
#[path = "../common/request.rs"]
mod request;
#[path = "../common/shipped.rs"]
mod shipped;

use compare::largest_difference;
use flow_lab::device::Engine;
use flow_lab::error::Kind;
use flow_lab::session::{HostFrame, Session};
use layers::{convolutions, every_layer};
use networks::{emoji_network, shipped_network, the_classes, the_distillation, the_lab};
use request::request;
use shipped::WEIGHTS;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

async fn frames(session: &Session) -> Vec<HostFrame> {
    let mut run = session.start(&request()).unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = run.next().await.unwrap() {
        frames.push(frame);
    }
    frames
}

/// One test, because Burn opens a GPU once a program and the last part destroys it.
#[wasm_bindgen_test]
async fn webgpu_agrees_with_the_cpu_and_says_when_it_is_lost() {
    let mut gpu = match Session::open(Engine::WebGpu).await {
        Ok(session) => session,
        Err(error) if option_env!("FLOW_LAB_NO_WEBGPU").is_some() => {
            console_log!("SKIPPED: no WebGPU adapter, as expected ({error})");
            return;
        }
        Err(error) => panic!("no WebGPU adapter: {error}. Set FLOW_LAB_NO_WEBGPU=1 where none is expected."),
    };
    let mut cpu = Session::open(Engine::Cpu).await.unwrap();
    console_log!("adapter: {}", gpu.opened().name);
    let devices = [cpu.opened().device.clone(), gpu.opened().device.clone()];
    every_layer(&devices).await;
    convolutions(&devices).await;
    emoji_network(&devices).await;
    shipped_network(&devices).await;

    cpu.load(WEIGHTS).await.unwrap();
    gpu.load(WEIGHTS).await.unwrap();
    let (on_cpu, on_gpu) = (frames(&cpu).await, frames(&gpu).await);
    assert_eq!(on_cpu.len(), on_gpu.len());
    for (a, b) in on_cpu.iter().zip(&on_gpu) {
        assert_eq!((a.t, a.nfe, a.done), (b.t, b.nfe, b.done));
        let difference = largest_difference(&a.x, &b.x);
        console_log!("digits at t = {}: largest difference {difference:.1e}", a.t);
        // The tolerance that the page promises: a hundredth of the gray scale.
        assert!(difference < 0.02, "at t = {}: {difference}", a.t);
    }

    let opened = [cpu.opened(), gpu.opened()];
    the_lab(opened).await;
    the_distillation(opened).await;
    the_classes(opened).await;

    let mut run = gpu.start(&request()).unwrap();
    run.next().await.unwrap();
    gpu.opened().watch.destroy();
    let mut error = None;
    for _ in 0..3 {
        error = error.or(run.next().await.err());
    }
    assert_eq!(error.expect("a destroyed device is noticed").kind(), Kind::Device);
}
