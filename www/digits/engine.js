// The page's side of the digits' engine: chooses one, owns its worker, falls back to the CPU when the GPU fails.
import { webgpuObstacle } from "../webgpu.js";
import { FROM_WORKER, TO_WORKER } from "./protocol.js";

/**
 * An engine in a worker. `onChange({engine, name, why})` tells which one computes now and why; before that,
 * `onChange({starting})` which one is being opened.
 */
export class EngineClient {
  #worker = null;
  #run = 0;
  #active = null; // {request, onFrame, resolve, reject}
  #weights = null;
  #onChange;
  #opening = null; // rejects open() when the worker fails before it is ready

  engine = null;

  constructor(onChange = () => {}) {
    this.#onChange = onChange;
  }

  /** Opens the engine that `wanted` ("auto", "webgpu" or "cpu") leads to here. */
  async open(wanted) {
    if (wanted === "cpu") return this.#openWorker("cpu", "as chosen");
    const obstacle = await webgpuObstacle();
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
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
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

  #loaded = null;

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
   * Computes a run, `from` the request's seed or as protocol.js lists; `onFrame` gets each frame. Resolves to true at the
   * end, false where it was stopped.
   */
  sample(request, onFrame, from) {
    this.stop();
    return new Promise((resolve, reject) => {
      this.#active = { request, from, onFrame, resolve, reject };
      this.#post();
    });
  }

  #post() {
    this.#run += 1;
    this.#worker.postMessage({ type: TO_WORKER.START, run: this.#run, request: this.#active.request, from: this.#active.from });
  }

  /** Stops the run in progress, if any. */
  stop() {
    if (!this.#active) return;
    this.#worker.postMessage({ type: TO_WORKER.STOP });
    this.#active.resolve(false);
    this.#active = null;
    this.#run += 1;
  }

  #frame(frame) {
    this.#active?.onFrame(frame);
    if (frame.done) {
      this.#active?.resolve(true);
      this.#active = null;
    }
  }

  #failed({ kind, message, fatal, run }) {
    const error = Object.assign(new Error(message), { name: kind });
    if (this.#opening) {
      const reject = this.#opening;
      this.#opening = null;
      return reject(error);
    }
    if (fatal) return this.#recover(error).catch((worse) => this.#giveUp(worse));
    if (run === null) return this.#loaded?.reject(error);
    if (run === this.#run) this.#giveUp(error);
  }

  #giveUp(error) {
    this.#active?.reject(error);
    this.#active = null;
  }

  async #recover(error) {
    if (this.engine === "webgpu") {
      // The run begins again on the CPU: the same seed gives the same digits.
      await this.#openWorker("cpu", `WebGPU failed (${error.message}); the CPU goes on`);
      if (this.#active) this.#post();
      return;
    }
    // The CPU engine trapped: a fresh one, but the run that did it is not tried again.
    await this.#openWorker("cpu", "restarted after a failure");
    this.#giveUp(error);
  }

  /** Breaks the GPU device on purpose, to try out what happens then. */
  destroyDevice() {
    this.#worker?.postMessage({ type: TO_WORKER.DESTROY_DEVICE });
  }
}
