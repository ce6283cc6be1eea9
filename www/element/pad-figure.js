// A figure of a pad and buttons, each of which computes something from what is on the pad.
import { Figure } from "./figure.js";
import { unless } from "./task.js";

/** Buttons have `data-act`, tools of the pad `data-tool`; a figure says what its acts do. */
export class PadFigure extends Figure {
  #acting = null; // the act that is at work
  #ended = Promise.resolve(); // when what was done unasked has ended
  #unasked = false; // nobody pressed its button: it gives way to what is pressed

  /** @type {any} */ pad;
  /** @type {any} */ network;
  /** @type {any} */ results;
  /** @type {any} act → what it computes from a job */ operations;

  /** Connects what the figure has made. */
  connect() {
    this.onClose(() => this.network.close());
    this.on(this.part("form"), "submit", (event) => event.preventDefault());
    this.on(this.root, "click", ({ target }) => {
      const { tool, act } = target.dataset;
      if (tool) this.#pressTool(tool);
      if (act) this.#press(act);
    });
    this.#choose("draw");
  }

  /** What is on the pad now: what is drawn meanwhile belongs to the next act. @returns {any} */
  job() {}

  /** Whether there is nothing yet that `_act` could do. @param {string} _act @returns {boolean} */
  lacks(_act) {
    return false;
  }

  /** Does what needs no network; whether `_act` was such. @param {string} _act @returns {boolean} */
  atOnce(_act) {
    return false;
  }

  /** What to do before an act where the pad is blank. */
  get blankSays() {
    return "";
  }

  #pressTool(tool) {
    this.pad.touch.press(this.pad.tool === tool);
    this.#choose(tool);
  }

  #choose(tool) {
    this.pad.tool = tool;
    for (const button of this.root.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", String(this.pad.touch.finger && button.dataset.tool === tool));
    }
  }

  /** While something is at work that was pressed, its button stops it and no other can be pressed. */
  working(how) {
    const pressed = how !== "idle" && !this.#unasked;
    for (const button of this.root.querySelectorAll("[data-act]")) {
      const acting = pressed && button.dataset.act === this.#acting;
      button.dataset.title ??= button.textContent;
      button.style.minWidth = acting ? `${button.offsetWidth}px` : ""; // the row of buttons stays as it is
      button.textContent = acting ? "Stop" : button.dataset.title;
      button.disabled = acting ? how === "stopping" : pressed || this.lacks(button.dataset.act);
    }
    this.root.setAttribute("aria-busy", String(how !== "idle"));
  }

  /** A person presses `_act`. @param {string} _act */
  pressed(_act) {}

  #press(act) {
    this.pressed(act);
    if (this.task.busy && !this.#unasked) return this.task.stop();
    if (this.atOnce(act)) return undefined;
    // An example is on its way: it is what the act is for.
    if (this.task.busy && this.job().blank && act !== "invent") return this.#ended.then(() => this.#begin(act, false));
    return this.#begin(act, false);
  }

  #begin(act, unasked) {
    const job = this.job();
    this.#unasked = unasked;
    this.#acting = act;
    this.task.run((signal) => this.act(act, job, signal));
  }

  /** Does `work(signal)` without being asked: it gives way to what is pressed. */
  runUnasked(work) {
    this.#unasked = true;
    this.#ended = this.task.run(work);
  }

  /** Does `act` without being asked, where there is something to do it with, unless what is at work or rests was asked for. */
  actUnasked(act) {
    const { busy, owed } = this.task;
    if (!this.job().blank && (this.#unasked || !(busy || owed))) this.#begin(act, true);
  }

  /** Loads the network and does `act` with it. */
  async act(act, job, signal) {
    this.#acting = act;
    this.working("busy");
    this.report("");
    if (act !== "invent" && job.blank) throw new Error(this.blankSays);
    try {
      this.results.say("Loading the network…");
      const loading = (share) => this.task.busy && this.results.say(`Loading the network… ${Math.round(100 * share)} %`);
      await unless(signal, this.network.open(this.state.device, loading));
      await this.operations[act]({ ...job, signal });
    } catch (error) {
      this.results.say(signal.aborted ? "Stopped." : "");
      throw error;
    }
  }
}
