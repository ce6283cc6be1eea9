// The page's side of the lab's worker: calls as promises.
import { OPEN } from "./protocol.js";

export class LabClient {
  #worker = null;
  #waiting = new Map(); // id → {resolve, reject}
  #next = 0;
  #onFatal;

  /** `onFatal(error)`: the worker is gone and every call was rejected; open() starts a new one. */
  constructor(onFatal = () => {}) {
    this.#onFatal = onFatal;
  }

  /**
   * Starts a worker with a build of the engine ("cpu"; "lab" and "lab-webgpu", which also train) that `computes` on
   * the "cpu" or on "webgpu"; what an earlier worker held is gone.
   */
  open(build, computes = "cpu") {
    this.close();
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    const worker = this.#worker;
    worker.addEventListener("message", ({ data }) => worker === this.#worker && this.#receive(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#die(new Error(event.message || "the engine could not be loaded"));
    });
    return this.call(OPEN, 0, build, computes);
  }

  get isOpen() {
    return this.#worker !== null;
  }

  /** Calls `method` of lab `slot`; typed arrays in the result are ours to keep. */
  call(method, slot, ...args) {
    if (!this.#worker) return Promise.reject(new Error("the engine is not running"));
    const id = (this.#next += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, method, slot, args });
    });
  }

  close() {
    this.#worker?.terminate();
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(new Error("the engine was stopped"));
    this.#waiting.clear();
  }

  #receive({ id, result, error, fatal }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (!error) return waiting?.resolve(result);
    const thrown = Object.assign(new Error(error.message), { name: error.name });
    waiting?.reject(thrown);
    if (fatal) this.#die(thrown);
  }

  #die(error) {
    this.close();
    this.#onFatal(error);
  }
}
