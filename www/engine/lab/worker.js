// The lab's worker: one engine, a lab in each slot that is in use. It answers calls in their order; all arithmetic is in Rust.
import { isTrap, openEngine } from "../wasm.js";
import { CLOSE, FREE, LAB, MAKERS, OPEN } from "./protocol.js";

let module = null;
let engine = null;
const labs = new Map(); // slot → lab, race or distillation

/** The buffers of the typed arrays in a result, so that they move instead of being copied. */
function buffers(result) {
  const values = result && typeof result === "object" ? (ArrayBuffer.isView(result) ? [result] : Object.values(result)) : [];
  return [...new Set(values.filter(ArrayBuffer.isView).map((view) => view.buffer))];
}

function failed(id, error, fatal = false) {
  const lost = isTrap(error) || error?.name === "DeviceError";
  const said = { name: error?.name ?? "Error", message: error?.message ?? String(error) };
  self.postMessage({ id, error: said, fatal: fatal || lost });
}

// A trap inside a browser callback reaches no promise of ours: without this the page would wait for ever.
self.addEventListener("error", (event) => failed(null, event.error ?? event, true));
self.addEventListener("unhandledrejection", (event) => failed(null, event.reason, true));

async function open(device, code) {
  ({ module, engine } = await openEngine(device, code));
  return { name: engine.name };
}

function close(slot) {
  labs.get(slot)?.free();
  labs.delete(slot);
}

async function call({ method, slot, args }) {
  if (method === OPEN) return open(...args);
  if (method === CLOSE) return close(slot);
  if (method === LAB) {
    const lab = engine.lab(...args); // throws before the lab that is there is touched
    close(slot);
    labs.set(slot, lab);
    return { parameters: lab.parameters };
  }
  if (MAKERS.includes(method)) {
    const made = engine[method](...args); // throws before what is there is touched
    close(slot);
    labs.set(slot, made);
    return undefined;
  }
  if (FREE.includes(method)) return module[method](...args);
  const lab = labs.get(slot);
  if (!lab) throw new Error(`there is no lab for ${method}`);
  return lab[method](...args);
}

let tail = Promise.resolve();
self.addEventListener("message", ({ data }) => {
  tail = tail.then(async () => {
    try {
      const result = await call(data);
      self.postMessage({ id: data.id, result }, { transfer: buffers(result) });
    } catch (error) {
      failed(data.id, error, data.method === OPEN);
    }
  });
});
