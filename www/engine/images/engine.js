// A queue of runs of one network, each on the device that suits it; what fails on WebGPU begins again on the CPU.
import { Devices } from "./devices.js";
import { Timings, measure, sizeOf } from "./timings.js";

/**
 * Runs of any number of figures are computed one after another. With "auto" the CPU computes at once; when there is nothing to compute,
 * WebGPU is opened too and both are timed, and later runs go to the faster one. `onChange()`: what status() says changed.
 */
export class Engine {
  #timings;
  #onChange;
  #devices;
  #wanted = null;
  #queue = []; // {owner, job, onFrame, resolve, reject}; the first is being computed
  #working = false;
  #comparing = false;
  #jobs = new Map(); // size as text → a job of that size that was computed, to be measured
  #sizes = new WeakMap(); // owner → the size of its last run
  #size = null; // of the last run of all
  #closed = false;

  /** `name`: of the network. */
  constructor(name, onChange = () => {}) {
    this.#timings = new Timings(name);
    this.#onChange = onChange;
    this.#devices = new Devices(onChange);
  }

  /** Opens what `wanted` ("auto", "webgpu" or "cpu") leads to here. */
  async open(wanted) {
    this.#wanted = wanted;
    if (wanted === "webgpu") await this.#devices.openGpu({ silently: false });
    if (!this.#devices.gpu) await this.#devices.cpu();
  }

  /** Gives the engine its network; rejects with what is wrong with the file. */
  load(bytes) {
    return this.#devices.load(bytes);
  }

  /**
   * {starting}, {failed} where nothing started, or for the last run of `owner` {engine, name, why, ms?, other?: {engine, name, ms}, refused?}: the device that computes
   * such runs, the milliseconds of an evaluation on it and on the other one, and why WebGPU is not used.
   */
  status(owner) {
    const { starting, failed, refused, gpu, gpuName } = this.#devices;
    if (starting) return { starting };
    if (failed && !gpu) return { failed };
    const size = this.#sizes.get(owner) ?? this.#size;
    const names = { cpu: "CPU", webgpu: gpuName };
    const engine = this.#choose(size);
    const found = { engine, name: names[engine] };
    if (refused) return { ...found, why: `WebGPU is not used: ${refused}`, refused };
    if (this.#wanted !== "auto") return { ...found, why: "as chosen" };
    const times = size && this.#timings.of(size);
    if (!times) return { ...found, why: this.#comparing ? "while WebGPU is tried in the background" : "to begin with" };
    const other = engine === "cpu" ? "webgpu" : "cpu";
    return { ...found, why: "measured here", ms: times[engine], other: { engine: other, name: names[other], ms: times[other] } };
  }

  #choose(size) {
    if (!this.#devices.gpu) return "cpu";
    if (this.#wanted === "webgpu") return "webgpu";
    return size ? this.#timings.faster(size) : "cpu";
  }

  /**
   * Computes a run ({request, from, last}: see protocol.js) for `owner`, whose earlier run it replaces; `onFrame` gets its frames.
   * Resolves to true at the end, false where it was stopped or the engine was closed.
   */
  sample(owner, job, onFrame) {
    if (this.#closed) return Promise.resolve(false);
    this.stop(owner);
    this.#size = sizeOf(job);
    this.#sizes.set(owner, this.#size);
    this.#onChange();
    return new Promise((resolve, reject) => {
      this.#queue.push({ owner, job, onFrame, resolve, reject });
      this.#work();
    });
  }

  /** Stops the run of `owner`, if it has any. */
  stop(owner) {
    const at = this.#queue.findIndex((run) => run.owner === owner);
    if (at < 0) return;
    const [run] = this.#queue.splice(at, 1);
    run.resolve(false);
    if (at === 0) this.#devices.stop();
  }

  async #work() {
    if (this.#working) return;
    this.#working = true;
    this.#devices.stop(); // what is measured: it is measured again
    while (this.#queue.length) await this.#compute(this.#queue[0]);
    this.#working = false;
    this.#compare();
  }

  async #compute(run) {
    const end = (settle) => {
      if (run !== this.#queue[0]) return; // stopped meanwhile
      this.#queue.shift();
      settle();
    };
    let device;
    try {
      device = this.#choose(sizeOf(run.job)) === "webgpu" ? this.#devices.gpu : await this.#devices.cpu();
      if (run !== this.#queue[0]) return;
      await device.compute(run.job, run.onFrame);
      end(() => this.#computed(run));
    } catch (error) {
      // Lost on WebGPU, it begins again on the CPU: the same seed gives the same digits. What the CPU fails at is not tried again.
      if (!error.fatal || device?.id !== "webgpu") end(() => run.reject(error));
    }
  }

  #computed({ job, resolve }) {
    this.#jobs.set(JSON.stringify(sizeOf(job)), { request: job.request, last: job.last });
    resolve(true);
  }

  /** Times both devices for the sizes that were computed, as long as there is nothing to compute. */
  async #compare() {
    if (this.#comparing || !this.#due()) return;
    this.#comparing = true;
    this.#onChange();
    try {
      if (!this.#devices.gpu) await this.#devices.openGpu({ silently: true });
      for (let job; (job = this.#due()); this.#onChange()) {
        const times = { cpu: await measure(await this.#devices.cpu(), job) };
        if (times.cpu !== null && this.#due()) times.webgpu = await measure(this.#devices.gpu, job);
        if ((times.webgpu ?? null) !== null) this.#timings.set(sizeOf(job), times);
      }
    } catch {
      // A device failed: what there is to say is in the status.
    }
    this.#comparing = false;
    this.#onChange();
  }

  /** A job of a size that is to be measured now, or is known to be WebGPU's, which is not open yet. */
  #due() {
    if (this.#wanted !== "auto" || this.#devices.refused || this.#queue.length || this.#closed) return null;
    const waits = (job) => !this.#timings.of(sizeOf(job)) || (!this.#devices.gpu && this.#timings.faster(sizeOf(job)) === "webgpu");
    return [...this.#jobs.values()].find(waits) ?? null;
  }

  /** Ends the workers and what they compute. */
  close() {
    this.#closed = true;
    this.#devices.close();
    for (const { resolve } of this.#queue.splice(0)) resolve(false);
  }

  /** Breaks the GPU device on purpose, to try out what happens then. */
  destroyDevice() {
    this.#devices.gpu?.destroyDevice();
  }
}
