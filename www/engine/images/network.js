// A digit network in an engine: figures that want the same one share it.
import { MODELS } from "../assets.js";
import { Shared, shared } from "../commons.js";
import { Engine } from "./engine.js";
import { loadWeights } from "./weights.js";

/** One network on one engine, as long as somebody uses it. */
class SharedNetwork extends Shared {
  #told = false; // whether the engine has said anything yet
  abandoned = new Error("the engine was closed"); // what opened rejects with where it is closed before it is open
  #abandon;

  /** Its users are {@link ImageNetwork}s; of each, `progress` is kept. */
  constructor(key, name, wanted) {
    super(key, () => this.close()); // whoever asks next begins again
    this.engine = new Engine(name, () => {
      this.#told = true;
      for (const user of this.users.keys()) user.onChange(this.engine.status(user));
    });
    this.opened = new Promise((resolve, reject) => {
      this.#abandon = () => reject(this.abandoned);
      this.#open(name, wanted).then(resolve, reject);
    });
    this.opened.catch(() => this.close()); // likewise
  }

  async #open(name, wanted) {
    const progress = (share) => this.users.forEach((tell) => tell(share));
    // Both at once: neither needs the other.
    const weights = loadWeights(MODELS[name], progress);
    weights.catch(() => {}); // awaited below; not unhandled while the engine opens
    await this.engine.open(wanted);
    const { bytes, cached } = await weights;
    await this.engine.load(bytes);
    return { cached };
  }

  join(user, progress) {
    this.users.set(user, progress);
    if (this.#told) user.onChange(this.engine.status(user));
  }

  leave(user) {
    this.engine.stop(user);
    super.leave(user);
  }

  close() {
    super.close();
    this.#abandon();
    this.engine.close();
  }
}

export class ImageNetwork {
  #name;
  #shared = null;
  #joined = ""; // what it is shared as
  #wanted = null; // what open() was last asked for
  #asked = 0; // runs and stops so far
  #closed = false;

  /**
   * `name`: of MODELS; `onChange(status)`: see Engine.status.
   * @param {string} name
   * @param {(status: any) => void} [onChange]
   */
  constructor(name, onChange = () => {}) {
    this.#name = name;
    this.onChange = onChange;
  }

  /**
   * Opens the network on the engine that `wanted` leads to; where it is open already, nothing happens. Resolves to {cached}, rejects with
   * a sentence; what failed is tried again the next time. `progress` is called with 0 to 1.
   */
  async open(wanted, progress = () => {}) {
    this.#wanted = wanted;
    for (;;) {
      if (this.#closed) throw new Error("the figure is gone");
      const joined = this.#join(progress);
      try {
        return await joined.opened;
      } catch (error) {
        // Its frame went, or another engine was asked for meanwhile: the newest one.
        if (error !== joined.abandoned) throw error;
      }
    }
  }

  /** The engine that is wanted, joined. */
  #join(progress) {
    const name = `digits ${this.#name} ${this.#wanted}`;
    if (this.#joined !== name || this.#shared.closed) {
      this.#shared?.leave(this);
      this.#shared = shared(name, (key) => new SharedNetwork(key, this.#name, this.#wanted));
      this.#joined = name;
      this.#shared.join(this, progress);
    }
    return this.#shared;
  }

  /**
   * See Engine.sample; open() comes first. Begins again where the frame that held the engine goes: the same seed gives the same digits.
   * `from`: what it begins with besides the request; `last`: only the last frame is wanted.
   * @param {any} request
   * @param {(frame: any) => void} onFrame
   * @param {{from?: import("../protocol.js").From, last?: boolean}} [how]
   */
  async sample(request, onFrame, { from, last } = {}) {
    const asked = (this.#asked += 1);
    for (;;) {
      const joined = this.#shared;
      if (!joined) throw new Error("the network is not open");
      if (!joined.closed && (await joined.engine.sample(this, { request, from, last }, onFrame))) return true;
      if (asked !== this.#asked || joined !== this.#shared || !joined.closed) return false;
      await this.open(this.#wanted);
      if (asked !== this.#asked) return false;
    }
  }

  stop() {
    this.#asked += 1;
    this.#shared?.engine.stop(this);
  }

  /** Lets go of the engine for good; it ends where nobody else uses it. */
  close() {
    this.#closed = true;
    this.#asked += 1;
    this.#shared?.leave(this);
    this.#shared = null;
  }

  destroyDevice() {
    this.#shared?.engine.destroyDevice();
  }
}
