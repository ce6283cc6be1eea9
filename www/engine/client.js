// The page's side of a worker: calls as promises, the frames of a run as they come.
import { OPEN, RUN } from "./protocol.js";
import { spawn } from "./spawn.js";
import { compiled, webAssemblyObstacle } from "./wasm.js";

const start = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

export class EngineClient {
  #worker = null;
  #waiting = new Map(); // id → {resolve, reject, onFrame, owner}
  #next = 0;
  #ended = null; // why the worker was ended
  #onLost;

  /**
   * Starts a worker with an engine on `device`, "cpu" or "webgpu". `onLost(error)`: the engine failed, its worker was ended, and what was
   * asked of it was rejected. `fused`: see {@link openEngine}.
   */
  constructor(device, onLost, fused = false) {
    this.#onLost = onLost;
    /** Resolves to {name}: the device as the engine calls it. Rejects with a sentence. */
    this.opened = this.#open(device, fused);
    this.opened.catch(() => {}); // who waits for it hears of it
  }

  async #open(device, fused) {
    const obstacle = webAssemblyObstacle();
    if (obstacle) throw new Error(obstacle);
    this.#worker = spawn(import.meta.url, "worker.js", start);
    this.#worker.addEventListener("message", ({ data }) => !this.#ended && this.#receive(data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (!this.#ended) this.fail(Object.assign(new Error(event.message || "the engine could not be loaded"), { fatal: true }));
    });
    const code = await compiled(device);
    if (this.#ended) throw this.#ended;
    return this.call(OPEN, [device, code, fused]);
  }

  /**
   * Calls `method` (protocol.js) of what `slot` holds. Rejects with the engine's error: its `name` says the kind, `fatal` that the worker
   * was ended. `owner`: see {@link forget}.
   */
  call(method, args, { slot = 0, transfer = [], owner = null } = {}) {
    return this.#ask({ method, slot, args }, { owner, onFrame: null, transfer }).answer;
  }

  /** Computes a {@link import("./protocol.js").Job}: {id, answer}; `onFrame` gets what is told of it. */
  run(job, onFrame) {
    return this.#ask({ method: RUN, slot: 0, args: [job] }, { owner: null, onFrame, transfer: [] });
  }

  #ask(call, { owner, onFrame, transfer }) {
    const id = (this.#next += 1);
    const answer = new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#waiting.set(id, { resolve, reject, onFrame, owner });
      this.#worker.postMessage({ id, ...call }, transfer);
    });
    return { id, answer };
  }

  /** Stops a run; nothing more is heard of it. */
  stop(id) {
    if (!this.#waiting.delete(id)) return;
    this.#worker.postMessage({ stop: id });
  }

  /** Breaks the GPU device on purpose, to try out what happens then. */
  destroyDevice() {
    if (!this.#ended) this.#worker?.postMessage({ destroyDevice: true });
  }

  #receive({ id, frame, result, error, fatal }) {
    const waiting = this.#waiting.get(id);
    if (frame) return waiting?.onFrame(frame);
    this.#waiting.delete(id);
    if (!error) return waiting?.resolve(result);
    const thrown = Object.assign(new Error(error.message), { name: error.name, fatal });
    waiting?.reject(thrown);
    if (fatal) this.fail(thrown);
  }

  /** Rejects what `owner` asked and has no answer yet. */
  forget(owner, error) {
    for (const [id, waiting] of this.#waiting) {
      if (waiting.owner !== owner) continue;
      this.#waiting.delete(id);
      waiting.reject(error);
    }
  }

  /** The engine cannot be used any more. */
  fail(error) {
    const waiting = [...this.#waiting.values()];
    this.end(error);
    for (const { reject } of waiting) reject(error);
    this.#onLost(error);
  }

  /** Ends the worker; nothing more is heard of it, and what waits for an answer waits for ever. */
  end(why = new Error("the engine was closed")) {
    this.#ended ??= why;
    this.#waiting.clear();
    this.#worker?.terminate();
  }
}
