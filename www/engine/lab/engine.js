// The engine that the lab trains on: the one that the state asks for, or the CPU where that cannot be used.
import { webgpu } from "../webgpu.js";
import { LabClient } from "./client.js";
import { stepTime } from "./speed.js";

/** Where a step on the CPU takes less, a GPU's launches alone take about as long: it is not tried. */
const SLOW_MS = 4;

const ms = (value) => `${value < 100 ? Number(value.toPrecision(2)) : Math.round(value)} ms`;

export class LabEngine {
  #client;
  #wants;
  #says;
  #fallsBack;
  #device = "cpu";
  #where = ""; // what computes, for people
  #comparing = new AbortController(); // aborted by what makes the answer stale

  /**
   * `wants()`: "cpu" or "webgpu"; `says(text)`: which one computes; `fallsBack(why)`: WebGPU was asked for and cannot be used;
   * `lost(error)`: the worker is gone, and what it held; open() starts another.
   */
  constructor({ wants, says, fallsBack, lost }) {
    this.#client = new LabClient(lost);
    this.#wants = wants;
    this.#says = says;
    this.#fallsBack = fallsBack;
  }

  get isOpen() {
    return this.#client.isOpen;
  }

  /** Starts a worker, with nothing in it. */
  async open() {
    if (this.#wants() === "webgpu") {
      this.#says("Starting WebGPU…");
      try {
        const { obstacle, name } = await webgpu();
        if (obstacle) throw new Error(obstacle);
        await this.#client.open("webgpu");
        return this.#opened("webgpu", `WebGPU (${name})`);
      } catch (error) {
        if (this.#client.isClosed) throw error;
        this.#fallsBack(error.message);
      }
    }
    this.#says("Starting the engine…");
    await this.#client.open("cpu");
    this.#opened("cpu", "the CPU");
  }

  #opened(device, where) {
    this.#comparing.abort();
    this.#device = device;
    this.#where = where;
    this.#says(`Training on ${where}, in a worker.`);
  }

  /**
   * Says how long a training step of `experiment` took here, and how long it takes on the other device, which is tried where it may be
   * faster. Nothing is moved there: a link trains to the same weights on the CPU only.
   */
  async compare(took, experiment) {
    this.#comparing.abort();
    const { signal } = (this.#comparing = new AbortController());
    const here = this.#device;
    const text = `Training on ${this.#where}, in a worker: ${ms(took)} a step.`;
    this.#says(text);
    if (here === "cpu" && took < SLOW_MS) return;
    const there = here === "cpu" ? "webgpu" : "cpu";
    const other = await stepTime(there, JSON.stringify(experiment), signal);
    if (!other || signal.aborted) return;
    this.#says(`${text} ${there === "cpu" ? "The CPU" : `WebGPU (${other.name})`} would take ${ms(other.ms)}.`);
  }

  /** See LabClient.call. */
  call(method, slot, ...args) {
    return this.#client.call(method, slot, ...args);
  }

  close() {
    this.#comparing.abort();
    this.#client.close();
  }
}
