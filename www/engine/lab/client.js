// The page's side of the lab's workers: calls as promises. Figures that train on the same device share a worker.
import { shared, unshare, whenGone } from "../commons.js";
import { spawn } from "../spawn.js";
import { compiled, webAssemblyObstacle } from "../wasm.js";
import { CLOSE, OPEN } from "./protocol.js";

const start = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

/** A worker with an engine on one device, as long as somebody uses it. */
class Shared {
  #worker = spawn(import.meta.url, "worker.js", start);
  #waiting = new Map(); // id → {resolve, reject, user}
  #next = 0;
  #users = new Map(); // LabClient → the first of its slots
  #slot = 0;
  #stay;
  #ended = null; // why the worker was ended

  constructor(key, device) {
    this.key = key;
    this.#worker.addEventListener("message", ({ data }) => this.#receive(data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#die(new Error(event.message || "the engine could not be loaded"));
    });
    this.opened = this.#open(device);
    this.opened.catch(() => {}); // who opens it hears of it
    this.#stay = whenGone(() => this.#die(Object.assign(new Error("the frame that computed was closed"), { gone: true })));
  }

  async #open(device) {
    const code = await compiled(device);
    if (this.#ended) throw this.#ended;
    return this.call(null, OPEN, 0, device, code);
  }

  join(user) {
    this.#users.set(user, this.#slot);
    this.#slot += 2; // a client has two slots
  }

  leave(user) {
    const first = this.#users.get(user);
    this.#users.delete(user);
    this.#forget((waiting) => waiting.user === user, new Error("the engine was stopped"));
    if (this.#users.size === 0) return this.#end(new Error("the engine was stopped"));
    for (const slot of [first, first + 1]) this.call(null, CLOSE, slot).catch(() => {}); // gone anyhow if it fails
  }

  call(user, method, slot, ...args) {
    const id = (this.#next += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, user });
      this.#worker.postMessage({ id, method, slot: slot + (this.#users.get(user) ?? 0), args });
    });
  }

  #receive({ id, result, error, fatal }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (!error) return waiting?.resolve(result);
    const thrown = Object.assign(new Error(error.message), { name: error.name });
    waiting?.reject(thrown);
    if (fatal) this.#die(thrown);
  }

  #forget(which, error) {
    for (const [id, waiting] of this.#waiting) {
      if (!which(waiting)) continue;
      this.#waiting.delete(id);
      waiting.reject(error);
    }
  }

  #end(error) {
    this.#ended = error;
    this.#stay();
    this.#worker.terminate();
    unshare("lab", this.key, this);
  }

  #die(error) {
    this.#end(error);
    this.#forget(() => true, error);
    const users = [...this.#users.keys()];
    this.#users.clear();
    for (const user of users) user.lost(this, error);
  }
}

export class LabClient {
  #shared = null;
  #onFatal;
  #closed = false;

  /**
   * `onFatal(error)`: the worker is gone and every call was rejected; open() starts a new one. `error.gone`: nothing failed, but the
   * frame that held it went.
   * @param {(error: Error & {gone?: boolean}) => void} [onFatal]
   */
  constructor(onFatal = () => {}) {
    this.#onFatal = onFatal;
  }

  /**
   * Starts a worker that computes on `device`, "cpu" or "webgpu", or joins the one that runs for the same `purpose`: curves of
   * the paths do not wait for training. What this client held in an earlier one is gone. Resolves to {name}: the device as the engine calls it.
   */
  open(device, purpose = "train") {
    if (this.#closed) return Promise.reject(new Error("the figure is gone"));
    const obstacle = webAssemblyObstacle();
    if (obstacle) return Promise.reject(new Error(obstacle));
    this.#leave();
    const key = `${purpose} ${device}`;
    this.#shared = shared("lab", key, () => new Shared(key, device));
    this.#shared.join(this);
    return this.#shared.opened;
  }

  get isClosed() {
    return this.#closed;
  }

  get isOpen() {
    return this.#shared !== null;
  }

  /** Calls `method` of what `slot`, 0 or 1, holds; typed arrays in the result are ours to keep. */
  call(method, slot, ...args) {
    if (!this.#shared) return Promise.reject(new Error("the engine is not running"));
    return this.#shared.call(this, method, slot, ...args);
  }

  /** For good. */
  close() {
    this.#closed = true;
    this.#leave();
  }

  #leave() {
    const before = this.#shared;
    this.#shared = null;
    before?.leave(this);
  }

  /** The worker that this client used is gone; Shared calls it. */
  lost(worker, error) {
    if (worker !== this.#shared) return;
    this.#shared = null;
    this.#onFatal(error);
  }
}
