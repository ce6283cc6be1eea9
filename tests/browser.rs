//! The CPU engine and the exports, in a browser's worker: `wasm-pack test --headless --chrome`.
#![cfg(all(target_arch = "wasm32", feature = "web"))]

#[path = "common/compare.rs"]
mod compare;
#[path = "common/request.rs"]
mod request;
#[path = "common/shipped.rs"]
mod shipped;

use compare::largest_difference;
use flow_lab::device::Engine;
use flow_lab::session::Session;
use flow_lab::web::JsEngine;
use js_sys::Error as JsError;
use request::request;
use shipped::WEIGHTS;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const REQUEST: &str = r#"{"seed":7,"labels":[3,8,null],"solver":"heun","steps":2,"tolerance":0.01,"guidance":{"weight":2,"from":0,"to":1}}"#;

fn error(thrown: JsValue) -> (String, String) {
    let error: JsError = thrown.dyn_into().expect("an Error is thrown, not a string");
    (error.name().into(), error.message().into())
}

async fn engine() -> JsEngine {
    JsEngine::open("cpu".into()).await.expect("the CPU engine is always there")
}

#[wasm_bindgen_test]
async fn a_run_gives_frames_from_noise_to_the_end() {
    let engine = engine().await;
    engine.load(WEIGHTS.to_vec()).await.unwrap();
    let run = engine.start(REQUEST).unwrap();
    let mut seen = Vec::new();
    while let Some(frame) = run.next().await.unwrap() {
        assert_eq!((frame.x().length(), frame.x1().length()), (3 * 784, 3 * 784));
        seen.push((frame.t(), frame.nfe(), frame.done()));
    }
    assert_eq!(seen, [(0.0, 2, false), (0.5, 4, false), (1.0, 4, true)]);
    assert!(run.next().await.unwrap().is_none(), "after the end there is nothing");
}

#[wasm_bindgen_test]
async fn only_the_end_is_the_end_of_the_same_run() {
    let engine = engine().await;
    engine.load(WEIGHTS.to_vec()).await.unwrap();
    let run = engine.start(REQUEST).unwrap();
    let mut last = None;
    while let Some(frame) = run.next().await.unwrap() {
        last = Some(frame);
    }
    let run = engine.start(REQUEST).unwrap();
    let end = run.finish().await.unwrap();
    let last = last.unwrap();
    assert_eq!((end.t(), end.nfe(), end.done()), (1.0, 4, true));
    assert_eq!(end.x().to_vec(), last.x().to_vec());
    assert!(error(run.finish().await.err().unwrap()).1.contains("over"), "there is one end");
}

#[wasm_bindgen_test]
async fn the_same_seed_gives_the_same_digits() {
    let mut session = Session::open(Engine::Cpu).await.unwrap();
    session.load(WEIGHTS).await.unwrap();
    let last = async |request| {
        let mut run = session.start(&request).unwrap();
        let mut last = None;
        while let Some(frame) = run.next().await.unwrap() {
            last = Some(frame);
        }
        last.unwrap().x
    };
    let first = last(request()).await;
    assert_eq!(first, last(request()).await);
    let mut other = request();
    other.seed = 8;
    assert_ne!(first, last(other).await);
    // A smaller grid is the beginning of a larger one: batches differ only in rounding.
    let mut fewer = request();
    fewer.labels.truncate(1);
    let one = last(fewer).await;
    assert!(largest_difference(&one, &first[..784]) < 1e-3);
}

#[wasm_bindgen_test]
async fn bad_requests_throw_a_sentence_and_change_nothing() {
    let engine = engine().await;
    assert_eq!(error(engine.start(REQUEST).err().unwrap()).0, "ConfigError", "no weights yet");
    engine.load(WEIGHTS.to_vec()).await.unwrap();
    for (bad, word) in [
        (REQUEST.replace("heun", "hune"), "no solver is called hune"),
        (REQUEST.replace("\"steps\":2", "\"steps\":0"), "steps must be"),
        (REQUEST.replace("[3,8,null]", "[]"), "1 to 256"),
        (REQUEST.replace("[3,8,null]", "[12]"), "class 12 does not exist"),
        (REQUEST.replace("\"weight\":2", "\"weight\":1e9"), "guidance must be"),
        (REQUEST.replace("seed", "sead"), "cannot be read"),
        ("{".into(), "cannot be read"),
    ] {
        let (name, message) = error(engine.start(&bad).err().expect("refused"));
        assert_eq!(name, "ConfigError");
        assert!(message.contains(word), "{message}");
    }
    let (name, message) = error(engine.load(WEIGHTS[..1000].to_vec()).await.err().unwrap());
    assert_eq!(name, "WeightsError");
    assert!(message.contains("download it again"), "{message}");
    assert!(engine.start(REQUEST).is_ok(), "the weights before are still there");
}

#[wasm_bindgen_test]
async fn a_second_pull_at_the_same_time_is_refused_kindly() {
    let engine = engine().await;
    engine.load(WEIGHTS.to_vec()).await.unwrap();
    let run = engine.start(REQUEST).unwrap();
    // Both are polled before either ends: the second finds the run taken. On the CPU the first may finish
    // at once; then both succeed, which is as good.
    let (a, b) = futures_lite_join(run.next(), run.next()).await;
    assert!(a.is_ok());
    if let Err(thrown) = b {
        assert!(error(thrown).1.contains("await it first"));
    }
    assert!(run.next().await.is_ok(), "the run goes on");
}

async fn futures_lite_join<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    use std::pin::pin;
    use std::task::Poll;
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut ra, mut rb) = (None, None);
    std::future::poll_fn(move |cx| {
        if ra.is_none()
            && let Poll::Ready(v) = a.as_mut().poll(cx)
        {
            ra = Some(v);
        }
        if rb.is_none()
            && let Poll::Ready(v) = b.as_mut().poll(cx)
        {
            rb = Some(v);
        }
        if ra.is_some() && rb.is_some() {
            return Poll::Ready((ra.take().unwrap(), rb.take().unwrap()));
        }
        Poll::Pending
    })
    .await
}

#[wasm_bindgen_test]
async fn unknown_engines_are_refused() {
    let (name, message) = error(JsEngine::open("tpu".into()).await.err().unwrap());
    assert_eq!(name, "ConfigError");
    assert!(message.contains("cpu or webgpu"), "{message}");
}

#[cfg(not(feature = "webgpu"))]
#[wasm_bindgen_test]
async fn a_cpu_build_says_that_it_is_one() {
    let (_, message) = error(JsEngine::open("webgpu".into()).await.err().unwrap());
    assert!(message.contains("CPU engine only"), "{message}");
}
