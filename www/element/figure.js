// What every figure is: settings and an element, one piece of work at a time, and nothing left behind when it closes.
import { Task } from "./task.js";

/** A figure, or a panel of one that works by itself. What it needs of the page until it closes takes its `signal`. */
export class Figure {
  #closing = new AbortController();
  #prefix;

  /**
   * `id`: of the figure's own element; those of its parts begin with `prefix`.
   * @param {import("./element.js").Context} context
   * @param {string} id
   */
  constructor({ root, state, save, report, address }, id, prefix = `${id}-`) {
    // Looked up once, and parts within it: what still runs when the figure closes is not to write into the next one.
    /** @type {any} */
    this.root = root.querySelector(`#${id}`);
    this.#prefix = prefix;
    this.state = state;
    this.save = save;
    this.report = report;
    this.address = address;
    this.task = new Task((how) => this.working(how), report);
  }

  /** Aborted when the figure closes: for listeners, observers, timers and display frames. */
  get signal() {
    return this.#closing.signal;
  }

  /** @returns {any} */
  part(name) {
    return this.root.querySelector(`#${this.#prefix}${name}`);
  }

  /**
   * Listens until the figure closes.
   * @param {EventTarget} target
   * @param {string} type
   * @param {(event: any) => any} act
   */
  on(target, type, act) {
    target.addEventListener(type, act, { signal: this.signal });
  }

  /** Calls back when the figure closes. */
  onClose(act) {
    this.signal.addEventListener("abort", act);
  }

  /** Shows how the work stands: see Task. @param {"busy" | "stopping" | "idle"} _how */
  working(_how) {}

  /** The state was replaced from outside; `keys` changed. @param {string[]} _keys */
  replaced(_keys) {}

  /** Somebody sees it for the first time. `still`: a person who does not want motion. @param {{still: boolean}} _how */
  begin(_how) {}

  /** Nobody sees it: nothing is computed. */
  rest() {
    this.task.rest();
  }

  /** Somebody sees it again. */
  resume() {
    this.task.resume();
  }

  /** For good. */
  close() {
    this.task.close();
    this.#closing.abort();
  }
}
