// The page's side of a digits engine: chooses one, owns its worker, falls back to the CPU when the GPU fails.
import { spawn } from "../spawn.js";
import { webgpuObstacle } from "../webgpu.js";
import { FROM_WORKER, TO_WORKER } from "./protocol.js";

const start = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

/**
 * An engine in a worker, for any number of figures: their runs are computed one after another. `onChange({engine, name, why})`
 * tells which one computes now and why; before that, `onChange({starting})` which one is being opened.
 */
export class Engine {
  #worker = null;
  #run = 0;
  #queue = []; // {owner, request, from, onFrame, resolve, reject}; the first is being computed
  #weights = null;
  #onChange;
  #opening = null; // rejects open() when the worker fails before it is ready
  #loaded = null;
  #closed = false;

  engine = null;

  constructor(onChange = () => {}) {
    this.#onChange = onChange;
  }

  /** Opens the engine that `wanted` ("auto", "webgpu" or "cpu") leads to here. */
  async open(wanted) {
    if (wanted === "cpu") return this.#openWorker("cpu", "as chosen");
    const obstacle = await webgpuObstacle();
    if (this.#closed) throw new Error("the engine was closed");
    if (obstacle) return this.#openWorker("cpu", obstacle);
    try {
      await this.#openWorker("webgpu", wanted === "auto" ? "found in this browser" : "as chosen");
    } catch (error) {
      await this.#openWorker("cpu", `WebGPU did not start: ${error.message}`);
    }
  }

  #openWorker(engine, why) {
    this.#worker?.terminate();
    this.#onChange({ starting: engine });
    const worker = spawn(import.meta.url, "worker.js", start);
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      this.#opening = reject;
      worker.addEventListener("message", ({ data }) => this.#receive(worker, data, { engine, why, resolve }));
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        const message = event.message || "the engine could not be loaded";
        this.#receive(worker, { type: FROM_WORKER.FAILED, run: null, kind: "Error", message, fatal: true }, {});
      });
      worker.postMessage({ type: TO_WORKER.OPEN, engine });
    });
  }

  #receive(worker, message, opening) {
    if (worker !== this.#worker) return; // a worker that was replaced
    switch (message.type) {
      case FROM_WORKER.OPENED: {
        this.engine = opening.engine;
        this.#opening = null;
        if (this.#weights) this.#sendWeights();
        this.#onChange({ engine: opening.engine, name: message.name, why: opening.why });
        opening.resolve();
        break;
      }
      case FROM_WORKER.FRAME:
        if (message.run === this.#run) this.#frame(message);
        break;
      case FROM_WORKER.FAILED:
        this.#failed(message);
        break;
      case FROM_WORKER.LOADED:
        this.#loaded?.resolve();
        break;
    }
  }

  /** Gives the engine its network; rejects with what is wrong with the file. */
  load(bytes) {
    this.#weights = bytes;
    return new Promise((resolve, reject) => {
      this.#loaded = { resolve, reject };
      this.#sendWeights();
    });
  }

  #sendWeights() {
    const bytes = this.#weights.slice(0); // kept for the next engine
    this.#worker.postMessage({ type: TO_WORKER.LOAD, bytes }, [bytes]);
  }

  /**
   * Computes a run for `owner`, whose earlier run it replaces, `from` the request's seed or as protocol.js lists; `onFrame`
   * gets each frame. Resolves to true at the end, false where it was stopped or the engine was closed.
   */
  sample(owner, request, onFrame, from) {
    if (this.#closed) return Promise.resolve(false);
    this.stop(owner);
    return new Promise((resolve, reject) => {
      this.#queue.push({ owner, request, from, onFrame, resolve, reject });
      if (this.#queue.length === 1) this.#post();
    });
  }

  /** Computes what is first in the queue. */
  #post() {
    const [next] = this.#queue;
    this.#run += 1;
    if (next) this.#worker.postMessage({ type: TO_WORKER.START, run: this.#run, request: next.request, from: next.from });
  }

  /** Stops the run of `owner`, if it has any. */
  stop(owner) {
    const at = this.#queue.findIndex((run) => run.owner === owner);
    if (at < 0) return;
    const [run] = this.#queue.splice(at, 1);
    run.resolve(false);
    if (at > 0) return;
    this.#worker.postMessage({ type: TO_WORKER.STOP });
    this.#post();
  }

  #frame(frame) {
    const [run] = this.#queue;
    run?.onFrame(frame);
    // What was told may have stopped this run, or begun another.
    if (frame.done && run === this.#queue[0]) this.#end((ended) => ended.resolve(true));
  }

  #end(settle) {
    const ended = this.#queue.shift();
    if (ended) settle(ended);
    this.#post();
  }

  #failed({ kind, message, fatal, run }) {
    const error = Object.assign(new Error(message), { name: kind });
    if (this.#opening) {
      const reject = this.#opening;
      this.#opening = null;
      return reject(error);
    }
    if (fatal) return this.#recover(error).catch((worse) => this.#end((ended) => ended.reject(worse)));
    if (run === null) return this.#loaded?.reject(error);
    if (run === this.#run) this.#end((ended) => ended.reject(error));
  }

  async #recover(error) {
    if (this.engine === "webgpu") {
      // The run begins again on the CPU: the same seed gives the same digits.
      await this.#openWorker("cpu", `WebGPU failed (${error.message}); the CPU goes on`);
      this.#post();
      return;
    }
    // The CPU engine trapped: a fresh one, but the run that did it is not tried again.
    await this.#openWorker("cpu", "restarted after a failure");
    this.#end((ended) => ended.reject(error));
  }

  /** Ends the worker and what it computes. */
  close() {
    this.#closed = true;
    this.#worker?.terminate();
    this.#worker = null;
    for (const { resolve } of this.#queue.splice(0)) resolve(false);
  }

  /** Breaks the GPU device on purpose, to try out what happens then. */
  destroyDevice() {
    this.#worker?.postMessage({ type: TO_WORKER.DESTROY_DEVICE });
  }
}
