// The engine that computes the curves: in a worker of their own, so that they do not wait for training.
import { LabClient } from "../../engine/lab/client.js";

export class Curves {
  #client = new LabClient(() => (this.#opened = null));
  #opened = null; // a promise while the engine is or was opened

  /** The engine's answer to a request (table.js). */
  async compute(request) {
    this.#opened ??= this.#client.open("cpu", "curves");
    try {
      await this.#opened;
      return JSON.parse(await this.#client.call("comparePaths", 0, JSON.stringify(request)));
    } catch (error) {
      if (!this.#client.isOpen) this.#opened = null; // the next question starts another worker
      throw error;
    }
  }

  close() {
    this.#client.close();
  }
}
