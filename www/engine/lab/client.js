// The page's side of the lab's workers: calls as promises. Figures that train on the same device share a worker.
import { EngineClient } from "../client.js";
import { Shared, shared } from "../commons.js";
import { CLOSE } from "../protocol.js";
import { webAssemblyObstacle } from "../wasm.js";

/** An engine on one device, as long as somebody uses it. Its users are {@link LabClient}s; of each, the first of its slots is kept. */
class SharedEngine extends Shared {
  #engine;
  #slot = 0;
  #isOpen = false;
  #leaving = new Map(); // user → {left, leave}: a promise that rejects when it leaves, and what rejects it

  constructor(key, device) {
    super(key, () => this.#engine.fail(Object.assign(new Error("the frame that computed was closed"), { gone: true })));
    this.#engine = new EngineClient(device, (error) => this.#lost(error));
    this.opened = this.#engine.opened;
    this.opened.then(
      () => (this.#isOpen = true),
      () => {},
    ); // who waits for it hears of a failure
  }

  join(user) {
    let leave;
    const left = new Promise((_, reject) => (leave = () => reject(new Error("the engine was stopped"))));
    left.catch(() => {}); // who waits for it hears of it
    this.#leaving.set(user, { left, leave });
    this.users.set(user, this.#slot);
    this.#slot += 2; // a client has two slots
  }

  leave(user) {
    const first = this.users.get(user);
    this.#leaving.get(user)?.leave();
    this.#leaving.delete(user);
    this.#engine.forget(user, new Error("the engine was stopped"));
    super.leave(user);
    if (this.closed) return;
    for (const slot of [first, first + 1]) this.#engine.call(CLOSE, [], { slot }).catch(() => {}); // gone anyhow if it fails
  }

  close() {
    super.close();
    this.#engine.end();
  }

  /** Once the engine is there: what comes before, it could not answer. */
  async call(user, method, slot, ...args) {
    // Not at every call: what waits for `left` is kept as long as the user stays.
    if (!this.#isOpen) await Promise.race([this.opened, this.#leaving.get(user)?.left]);
    return this.#engine.call(method, args, { slot: slot + (this.users.get(user) ?? 0), owner: user });
  }

  #lost(error) {
    const users = [...this.users.keys()];
    this.users.clear();
    super.close();
    for (const user of users) user.lost(this, error);
  }
}

export class LabClient {
  #shared = null;
  #onFatal;
  #closed = false;

  /**
   * `onFatal(error)`: the engine failed and every call was rejected; open() starts a new one. `error.gone`: nothing failed, but the
   * frame that held it went.
   * @param {(error: Error & {gone?: boolean}) => void} [onFatal]
   */
  constructor(onFatal = () => {}) {
    this.#onFatal = onFatal;
  }

  /**
   * Starts a worker that computes on `device`, "cpu" or "webgpu", or joins the one that runs for the same `purpose`: curves of
   * the paths do not wait for training. What this client held in an earlier one is gone. Resolves to {name}: the device as the engine calls it.
   */
  open(device, purpose = "train") {
    if (this.#closed) return Promise.reject(new Error("the figure is gone"));
    const obstacle = webAssemblyObstacle();
    if (obstacle) return Promise.reject(new Error(obstacle));
    this.#leave();
    this.#shared = shared(`${purpose} ${device}`, (key) => new SharedEngine(key, device));
    this.#shared.join(this);
    return this.#shared.opened;
  }

  get isClosed() {
    return this.#closed;
  }

  get isOpen() {
    return this.#shared !== null;
  }

  /** Calls `method` of what `slot`, 0 or 1, holds; typed arrays in the result are ours to keep. */
  call(method, slot, ...args) {
    if (!this.#shared) return Promise.reject(new Error("the engine is not running"));
    return this.#shared.call(this, method, slot, ...args);
  }

  /** For good. */
  close() {
    this.#closed = true;
    this.#leave();
  }

  #leave() {
    const before = this.#shared;
    this.#shared = null;
    before?.leave(this);
  }

  /** The worker that this client used is gone; SharedEngine calls it. */
  lost(worker, error) {
    if (worker !== this.#shared) return;
    this.#shared = null;
    this.#onFatal(error);
  }
}
