// Every message between the page and the engine worker, in one place. Both sides import the names, so
// that a misspelt one is an error and not a silence.

/**
 * To the worker:
 * @typedef {{type: "open", device: "cpu" | "webgpu", code: WebAssembly.Module | null}} Open
 * @typedef {{type: "load", bytes: ArrayBuffer}} Load  (transferred)
 * @typedef {{type: "start", run: number, request: SampleRequest, from?: From, last?: boolean}} Start  (last: only the last frame is told)
 * @typedef {{type: "stop"}} Stop
 * @typedef {{type: "destroy-device"}} DestroyDevice  (tries out a lost GPU)
 * @typedef {Open | Load | Start | Stop | DestroyDevice} ToWorker
 *
 * @typedef {{method: "decode" | "encode" | "inpaint" | "superResolve", args: any[]}} From  (see src/web/digits.rs)
 * @typedef {object} SampleRequest  what src/session.rs calls Request
 * @property {number} seed
 * @property {(number | null)[]} labels
 * @property {string} solver
 * @property {number} steps
 * @property {number} tolerance
 * @property {{weight: number, from: number, to: number}} guidance
 */
export const TO_WORKER = Object.freeze({
  OPEN: "open",
  LOAD: "load",
  START: "start",
  STOP: "stop",
  DESTROY_DEVICE: "destroy-device",
});

/** Ways to begin a run other than from its seed. */
export const BEGINNINGS = Object.freeze(["decode", "encode", "inpaint", "superResolve"]);

/**
 * From the worker:
 * @typedef {{type: "opened", name: string}} Opened
 * @typedef {{type: "loaded"}} Loaded
 * @typedef {{type: "frame", run: number, t: number, x: Float32Array, x1: Float32Array, nfe: number,
 *   done: boolean, ms: number}} Frame  (arrays transferred; ms since the frame before that was told)
 * @typedef {{type: "failed", run: number | null, kind: string, message: string, fatal: boolean}} Failed
 * @typedef {Opened | Loaded | Frame | Failed} FromWorker
 */
export const FROM_WORKER = Object.freeze({
  OPENED: "opened",
  LOADED: "loaded",
  FRAME: "frame",
  FAILED: "failed",
});
