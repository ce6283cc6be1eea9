// One engine in a worker, on the CPU or on WebGPU: its messages as promises.
import { spawn } from "../spawn.js";
import { compiled, webAssemblyObstacle } from "../wasm.js";
import { FROM_WORKER, TO_WORKER } from "./protocol.js";

const start = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

export class Device {
  #worker = null;
  #waiting = null; // {resolve, reject} of open() or load()
  #run = null; // {number, onFrame, resolve, reject}: what is computed
  #runs = 0;
  #error = null; // why the worker was ended
  #onLost;

  /** `id`: "cpu" or "webgpu"; `onLost(error)`: the worker failed and was ended, and what was asked of it was rejected. */
  constructor(id, onLost) {
    this.id = id;
    this.#onLost = onLost;
  }

  /** Rejects with a sentence where it cannot be opened. */
  async open() {
    const obstacle = webAssemblyObstacle();
    if (obstacle) throw new Error(obstacle);
    const worker = (this.#worker = spawn(import.meta.url, "worker.js", start));
    worker.addEventListener("message", ({ data }) => this.#worker && this.#receive(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      const message = event.message || "the engine could not be loaded";
      if (this.#worker) this.#failed({ run: null, kind: "Error", message, fatal: true });
    });
    const code = await compiled(this.id);
    if (!this.#worker) throw this.#error ?? new Error("the engine was closed");
    await this.#ask({ type: TO_WORKER.OPEN, device: this.id, code });
  }

  /** Gives it a network; rejects with what is wrong with the file, or with the device. */
  load(bytes) {
    const copy = bytes.slice(0); // the other device may need them too
    return this.#ask({ type: TO_WORKER.LOAD, bytes: copy }, [copy]);
  }

  #ask(message, transfer = []) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker.postMessage(message, transfer);
    });
  }

  /**
   * Computes a run ({request, from, last}: see protocol.js) in place of the one that it computes; `onFrame` gets what is told of it.
   * Resolves to true at the end, to false where it was stopped.
   */
  compute(job, onFrame) {
    this.stop();
    return new Promise((resolve, reject) => {
      const number = (this.#runs += 1);
      this.#run = { number, onFrame, resolve, reject };
      this.#worker.postMessage({ type: TO_WORKER.START, run: number, ...job });
    });
  }

  stop() {
    if (!this.#run) return;
    this.#worker.postMessage({ type: TO_WORKER.STOP });
    this.#settle(({ resolve }) => resolve(false));
  }

  #settle(how) {
    const run = this.#run;
    this.#run = null;
    if (run) how(run);
  }

  #receive(message) {
    switch (message.type) {
      case FROM_WORKER.OPENED:
      case FROM_WORKER.LOADED:
        this.#waiting?.resolve();
        this.#waiting = null;
        break;
      case FROM_WORKER.FRAME:
        if (message.run === this.#run?.number) this.#frame(message);
        break;
      case FROM_WORKER.FAILED:
        this.#failed(message);
        break;
    }
  }

  #frame(frame) {
    const run = this.#run;
    run.onFrame(frame);
    // What was told may have stopped this run, or begun another.
    if (frame.done && run === this.#run) this.#settle(({ resolve }) => resolve(true));
  }

  #failed({ kind, message, fatal, run }) {
    const error = Object.assign(new Error(message), { name: kind, fatal });
    const waiting = this.#waiting;
    if (fatal || run === null) {
      this.#waiting = null;
      waiting?.reject(error);
    }
    if (fatal || (run !== null && run === this.#run?.number)) this.#settle(({ reject }) => reject(error));
    if (!fatal) return;
    this.#error = error;
    this.#end();
    this.#onLost(error);
  }

  #end() {
    this.#worker?.terminate();
    this.#worker = null;
  }

  /** Ends the worker; nothing more is heard of it. */
  close() {
    this.#settle(({ resolve }) => resolve(false));
    this.#end();
  }

  /** Breaks the GPU device on purpose, to try out what happens then. */
  destroyDevice() {
    this.#worker?.postMessage({ type: TO_WORKER.DESTROY_DEVICE });
  }
}
