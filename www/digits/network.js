// A digit network of the page's in an engine of its own.
import { EngineClient } from "./engine.js";
import { loadWeights } from "./weights.js";

export class DigitNetwork {
  client = new EngineClient();
  #name;
  #opened = null;

  /** `name`: of its manifest in models/. */
  constructor(name) {
    this.#name = name;
  }

  /** Opens the engine that `wanted` leads to and loads the weights, once; a failure is tried again the next time. */
  open(wanted, progress = () => {}) {
    this.#opened ??= this.#open(wanted, progress).catch((error) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async #open(wanted, progress) {
    const weights = loadWeights(new URL(`../models/${this.#name}.json`, import.meta.url).href, progress);
    weights.catch(() => {}); // awaited below; not unhandled while the engine opens
    await this.client.open(wanted);
    await this.client.load((await weights).bytes);
  }
}
