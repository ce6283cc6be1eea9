// The worker: one engine on one device. It answers calls in their order; all arithmetic is in Rust.
import { CLOSE, FREE, LAB, LOAD, MAKERS, OPEN, RUN } from "./protocol.js";
import { frames } from "./run.js";
import { isTrap, openEngine } from "./wasm.js";

let module = null;
let engine = null;
let device = null;
const slots = new Map(); // slot → what a maker made (protocol.js)
const runs = new Map(); // id of a run that was called for → whether it may go on

function failed(id, error, fatal = false) {
  // A trap leaves the module unusable, and so does a device that is gone.
  const lost = isTrap(error) || error?.name === "DeviceError";
  const said = { name: error?.name ?? "Error", message: error?.message ?? String(error) };
  self.postMessage({ id, error: said, fatal: fatal || lost });
}

// A trap inside a browser callback reaches no promise of ours: without this the page would wait for ever.
self.addEventListener("error", (event) => failed(null, event.error ?? event, true));
self.addEventListener("unhandledrejection", (event) => failed(null, event.reason, true));

/** The buffers of the typed arrays in a result, so that they move instead of being copied. */
function buffers(result) {
  const values = result && typeof result === "object" ? (ArrayBuffer.isView(result) ? [result] : Object.values(result)) : [];
  return [...new Set(values.filter(ArrayBuffer.isView).map((view) => view.buffer))];
}

async function open(id, code, fused) {
  device = id;
  ({ module, engine } = await openEngine(id, code, fused));
  return { name: engine.name };
}

async function run(id, job) {
  const wanted = () => runs.get(id);
  if (!wanted()) return false; // stopped before it began
  for await (const frame of frames(engine, job, device === "webgpu", wanted)) self.postMessage({ id, frame }, { transfer: buffers(frame) });
  return wanted();
}

function close(slot) {
  slots.get(slot)?.free();
  slots.delete(slot);
}

function make(method, slot, args) {
  const made = engine[method](...args); // throws before what is there is touched
  close(slot);
  slots.set(slot, made);
  return method === LAB ? { parameters: made.parameters } : undefined;
}

async function answer({ id, method, slot, args }) {
  if (method === OPEN) return open(...args);
  if (method === LOAD) return engine.load(new Uint8Array(args[0]));
  if (method === RUN) return run(id, args[0]);
  if (method === CLOSE) return close(slot);
  if (MAKERS.includes(method)) return make(method, slot, args);
  if (FREE.includes(method)) return module[method](...args);
  const held = slots.get(slot);
  if (!held) throw new Error(`there is nothing here for ${method}`);
  return held[method](...args);
}

let tail = Promise.resolve();

self.addEventListener("message", ({ data }) => {
  if (data.destroyDevice) return engine?.destroyDevice();
  if (data.stop !== undefined) return runs.has(data.stop) && runs.set(data.stop, false);
  if (data.method === RUN) runs.set(data.id, true);
  tail = tail.then(async () => {
    try {
      const result = await answer(data);
      self.postMessage({ id: data.id, result }, { transfer: buffers(result) });
    } catch (error) {
      failed(data.id, error, data.method === OPEN);
    } finally {
      runs.delete(data.id);
    }
  });
});
