// The CPU and WebGPU for one network: opened when they are needed, dropped when they fail.
import { webgpu } from "../webgpu.js";
import { Device } from "./device.js";
import { Team } from "./team.js";

/** Why WebGPU is not tried again in this visit: it failed once. */
let failure = null;

/** What the GPU calls itself, once it was asked: measured times outlive the engine that they were measured with. */
let gpuName = "";

/** What an error says in a line: a GPU's goes on with causes and a backtrace. */
const brief = ({ message }) => message.split("\n", 1)[0];

export class Devices {
  #cpu = null; // a promise of the CPU, opened and loaded
  #open = new Set(); // every device that has a worker
  #bytes = null;
  #onChange;
  #closed = false;

  gpu = null; // WebGPU, opened and loaded, or null
  gpuName = gpuName;
  refused = null; // why WebGPU is not used: the end of a sentence
  starting = null; // the device that a person waits for
  failed = false; // whether not even the CPU started

  constructor(onChange) {
    this.#onChange = onChange;
  }

  async #device(id) {
    if (this.#closed) throw new Error("the engine was closed");
    const lost = (error) => this.#lost(device, error);
    const device = id === "cpu" ? new Team(lost) : new Device(id, lost);
    this.#open.add(device);
    try {
      await device.open();
      if (this.#bytes) await device.load(this.#bytes);
      return device;
    } catch (error) {
      this.#open.delete(device);
      device.close();
      throw error;
    }
  }

  /** The CPU; where it failed before, another one is opened. */
  cpu() {
    if (this.#cpu) return this.#cpu;
    this.failed = false;
    this.#start("cpu");
    const opened = (this.#cpu = this.#device("cpu"));
    opened.then(
      () => this.#start(null),
      () => {
        if (this.#cpu === opened) this.#cpu = null;
        this.failed = true;
        this.#start(null);
      },
    );
    return opened;
  }

  /** Opens WebGPU, or says in `refused` why not; `silently`: nobody waits for it. */
  async openGpu({ silently }) {
    const { obstacle, name } = failure ? { obstacle: failure } : await webgpu();
    if (this.#closed) return;
    if (obstacle) return this.#refuse(obstacle);
    this.gpuName = gpuName = name;
    if (!silently) this.#start("webgpu");
    try {
      this.gpu = await this.#device("webgpu");
    } catch (error) {
      failure = `it did not start (${brief(error)})`;
      this.#refuse(failure);
    }
    if (!silently) this.#start(null);
  }

  #start(id) {
    this.starting = id;
    this.#onChange();
  }

  #refuse(why) {
    this.refused = why;
    this.#onChange();
  }

  /** The worker of `device` failed; what was asked of it was rejected. */
  #lost(device, error) {
    this.#open.delete(device);
    if (device.id === "cpu") this.#cpu = null;
    if (device !== this.gpu) return;
    this.gpu = null;
    failure = `it failed (${brief(error)})`;
    this.#refuse(failure);
  }

  /** Gives the network to the device that was opened; what is opened later gets it too. Rejects with what is wrong with the file. */
  async load(bytes) {
    this.#bytes = bytes;
    try {
      await (this.gpu ?? (await this.cpu())).load(bytes);
    } catch (error) {
      if (!error.fatal || !this.refused) throw error;
      await this.cpu();
    }
  }

  stop() {
    for (const device of this.#open) device.stop();
  }

  close() {
    this.#closed = true;
    for (const device of this.#open) device.close();
  }
}
