// Acts when a person has let go of a slider, not at each of its values.

export class Delay {
  #act;
  #signal;
  #timer = null;
  #keys = new Set(); // asked for and not acted on yet

  /** `act(keys)`, with each key once. Never after `signal` aborted. @param {(keys: string[]) => void} act @param {AbortSignal} signal */
  constructor(act, signal) {
    this.#act = act;
    this.#signal = signal;
    signal.addEventListener("abort", () => this.cancel());
  }

  /** Acts `ms` from now, unless it is asked again before. */
  ask(key, ms) {
    if (this.#signal.aborted) return;
    this.#keys.add(key);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const keys = [...this.#keys];
      this.#keys.clear();
      this.#act(keys);
    }, ms);
  }

  cancel() {
    clearTimeout(this.#timer);
    this.#keys.clear();
  }
}
