// The engine worker: one engine, one run at a time. It only pulls; all arithmetic is in Rust.
import { isTrap, openEngine } from "../wasm.js";
import { BEGINNINGS, FROM_WORKER, TO_WORKER } from "./protocol.js";

let engine = null;
let device = null;
let current = null; // the number of the run that may go on

const send = (message, transfer = []) => self.postMessage(message, { transfer });

function fail(run, error, fatal = false) {
  send({
    type: FROM_WORKER.FAILED,
    run,
    kind: error?.name ?? "Error",
    message: error?.message ?? String(error),
    // A trap leaves the module unusable, and so does a device that is gone.
    fatal: fatal || isTrap(error) || error?.name === "DeviceError",
  });
}

// A trap inside a browser callback reaches no promise of ours: without this the page would wait for ever.
self.addEventListener("error", (event) => fail(current, event.error ?? event, true));
self.addEventListener("unhandledrejection", (event) => fail(current, event.reason, true));

async function open({ device: id, code }) {
  device = id;
  ({ engine } = await openEngine(id, code));
  send({ type: FROM_WORKER.OPENED, name: engine.name });
}

// Lets messages (stop, start) in between frames; a promise alone would not.
const channel = new MessageChannel();
const turn = () =>
  new Promise((resolve) => {
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(null);
  });

/** Begins a run: from the request's seed, or with what `from` brings (`BEGINNINGS` in protocol.js). */
function begin(request, from) {
  if (!from) return engine.start(JSON.stringify(request));
  if (!BEGINNINGS.includes(from.method)) throw new Error(`a run cannot begin by ${from.method}`);
  return engine[from.method](JSON.stringify(request), ...from.args);
}

/** A run's frames, one at a time, until it ends or is stopped. */
async function* frames(number, run) {
  while (current === number) {
    const frame = await run.next();
    if (!frame || current !== number) return;
    const { t, nfe, done, x, x1 } = frame;
    frame.free();
    yield { t, nfe, done, x, x1 };
    if (done) return;
    await turn();
  }
}

/** The frames that are told: all of them, or the last. On the GPU that one alone is read, without a stop before it. */
async function* told(number, run, last) {
  if (!last) return yield* frames(number, run);
  if (device === "cpu") {
    for await (const frame of frames(number, run)) if (frame.done) yield frame;
    return;
  }
  const frame = await run.finish();
  const { t, nfe, done, x, x1 } = frame;
  frame.free();
  yield { t, nfe, done, x, x1 };
}

async function compute({ run: number, request, from, last }) {
  if (current !== number) return; // stopped before it began
  const run = begin(request, from);
  try {
    let since = performance.now();
    for await (const frame of told(number, run, last)) {
      const now = performance.now();
      send({ type: FROM_WORKER.FRAME, run: number, ...frame, ms: now - since }, [frame.x.buffer, frame.x1.buffer]);
      since = now;
    }
  } finally {
    run.free();
  }
}

// Runs follow each other: a new one first lets the old one see that it is no longer current.
let tail = Promise.resolve();

self.addEventListener("message", ({ data }) => {
  switch (data.type) {
    case TO_WORKER.OPEN:
      tail = tail.then(() => open(data)).catch((error) => fail(null, error, true));
      break;
    case TO_WORKER.LOAD:
      tail = tail
        .then(() => engine.load(new Uint8Array(data.bytes)))
        .then(() => send({ type: FROM_WORKER.LOADED }))
        .catch((error) => fail(null, error));
      break;
    case TO_WORKER.START:
      current = data.run;
      tail = tail.then(() => compute(data)).catch((error) => fail(data.run, error));
      break;
    case TO_WORKER.STOP:
      current = null;
      break;
    case TO_WORKER.DESTROY_DEVICE:
      engine?.destroyDevice();
      break;
  }
});
