// The engine that the lab trains on: the one that the state asks for, or the CPU where that cannot be used.
import { webgpu } from "../webgpu.js";
import { LabClient } from "./client.js";

export class LabEngine {
  #client;
  #wants;
  #says;
  #fallsBack;

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
        return this.#says(`Training on WebGPU (${name}), in a worker. For so small a network the CPU is usually faster.`);
      } catch (error) {
        if (this.#client.isClosed) throw error;
        this.#fallsBack(error.message);
      }
    }
    this.#says("Starting the engine…");
    await this.#client.open("cpu");
    this.#says("Training on the CPU, in a worker.");
  }

  /** See LabClient.call. */
  call(method, slot, ...args) {
    return this.#client.call(method, slot, ...args);
  }

  close() {
    this.#client.close();
  }
}
