// One worker that computes images, on the CPU or on WebGPU: one run at a time.
import { EngineClient } from "../client.js";
import { LOAD } from "../protocol.js";

export class Device {
  #client = null;
  #run = null; // {id, resolve}: what is computed
  #onLost;

  /** `id`: "cpu" or "webgpu"; `onLost(error)`: the worker failed and was ended, and what was asked of it was rejected. */
  constructor(id, onLost) {
    this.id = id;
    this.#onLost = onLost;
  }

  /** Rejects with a sentence where it cannot be opened. */
  async open() {
    this.#client = new EngineClient(this.id, this.#onLost, true);
    await this.#client.opened;
  }

  /** Gives it a network; rejects with what is wrong with the file, or with the device. */
  load(bytes) {
    const copy = bytes.slice(0); // the other device may need them too
    return this.#client.call(LOAD, [copy], { transfer: [copy] });
  }

  /**
   * Computes a run ({request, from, last}: see protocol.js) in place of the one that it computes; `onFrame` gets what is told of it.
   * Resolves to true at the end, to false where it was stopped.
   */
  compute(job, onFrame) {
    this.stop();
    const { id, answer } = this.#client.run(job, onFrame);
    return new Promise((resolve, reject) => {
      const run = (this.#run = { id, resolve });
      const settled = (how) => (value) => {
        if (run !== this.#run) return; // stopped meanwhile
        this.#run = null;
        how(value);
      };
      answer.then(settled(resolve), settled(reject));
    });
  }

  stop() {
    const run = this.#run;
    if (!run) return;
    this.#run = null;
    this.#client.stop(run.id);
    run.resolve(false);
  }

  /** Ends the worker; nothing more is heard of it. */
  close() {
    this.stop();
    this.#client?.end();
  }

  /** Breaks the GPU device on purpose, to try out what happens then. */
  destroyDevice() {
    this.#client?.destroyDevice();
  }
}
