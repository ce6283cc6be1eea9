// A digit of one's own: to its noise and back, under other classes, blended with another, mended, enlarged.
import { Figure } from "../../element/figure.js";
import { given } from "../../element/controls.js";
import { Results } from "../../element/results.js";
import { unless } from "../../element/task.js";
import { ImageNetwork } from "../../engine/images/network.js";
import { DIGIT } from "../../plot/images.js";
import { Operations } from "./operations.js";
import { Pad } from "./pad.js";
import { EDIT, read, write } from "./table.js";

export class EditFigure extends Figure {
  #pad;
  #network = new ImageNetwork("digits");
  #results;
  #operations;
  #acting = null; // the button whose work is done

  constructor(context) {
    super(context, "edit");
    this.#pad = new Pad(
      this.part("pad"),
      () => this.#drawn(),
      () => (this.part("text").textContent = "Press Pen to draw with a finger."),
      this.signal,
    );
    this.#results = new Results(this, DIGIT);
    this.#operations = new Operations({ network: this.#network, pad: this.#pad, results: this.#results, drawn: () => this.#drawn() });
    this.onClose(() => this.#network.close());
    this.#refresh();
    const form = this.part("form");
    this.on(form, "submit", (event) => event.preventDefault());
    this.on(form.elements["edit.class"], "input", ({ target }) => {
      const value = given(target, EDIT["edit.class"]);
      if (value === undefined) return;
      this.state["edit.class"] = value;
      this.save();
    });
    this.on(this.root, "click", ({ target }) => {
      const { tool, act } = target.dataset;
      if (tool) this.#pressTool(tool);
      if (act) this.#press(act);
    });
    this.#choose("draw");
  }

  /** Shows the state. */
  #refresh() {
    this.#pad.pixels = read(this.state["edit.drawing"]);
    this.part("form").elements["edit.class"].value = this.state["edit.class"];
  }

  #drawn() {
    const drawing = write(this.#pad.pixels);
    this.#pad.revalue(read(drawing)); // what is computed is what the link says
    this.state["edit.drawing"] = drawing;
    this.save();
  }

  #pressTool(tool) {
    this.#pad.touch.press(this.#pad.tool === tool);
    this.#choose(tool);
  }

  #choose(tool) {
    this.#pad.tool = tool;
    for (const button of this.root.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", String(this.#pad.touch.finger && button.dataset.tool === tool));
    }
  }

  replaced(keys) {
    if (keys.length) this.#refresh();
  }

  /** Something to look at before a person writes: a digit that the network writes, carried to its noise and back. */
  begin() {
    if (!this.#pad.blank || this.task.busy) return;
    this.task.run(async (signal) => {
      if (this.#pad.blank) await this.#act("invent", { ...this.#job(), example: true }, signal);
      await this.#act("return", this.#job(), signal);
    });
  }

  /** While something is at work, its button stops it and no other can be pressed. */
  working(how) {
    for (const button of this.root.querySelectorAll("[data-act]")) {
      const acting = how !== "idle" && button.dataset.act === this.#acting;
      button.dataset.title ??= button.textContent;
      button.style.minWidth = acting ? `${button.offsetWidth}px` : ""; // the row of buttons stays as it is
      button.textContent = acting ? "Stop" : button.dataset.title;
      button.disabled = acting ? how === "stopping" : how !== "idle" || (button.dataset.act === "blend" && !this.#operations.hasKept);
    }
    this.root.setAttribute("aria-busy", String(how !== "idle"));
  }

  #press(act) {
    if (this.task.busy) return this.task.stop();
    if (act === "clear") return this.#pad.clear();
    const job = this.#job();
    this.task.run((signal) => this.#act(act, job, signal));
  }

  /** What is on the pad now: what is drawn meanwhile belongs to the next act. */
  #job() {
    const { pixels, mask, whole, blank } = this.#pad;
    return { pixels, mask, whole, blank, label: this.state["edit.class"] };
  }

  async #act(act, job, signal) {
    this.#acting = act;
    this.working("busy");
    this.report("");
    if (act !== "invent" && job.blank) throw new Error("Write a digit on the pad first, or let the network write one.");
    try {
      this.#results.say("Loading the network…");
      const loading = (share) => this.task.busy && this.#results.say(`Loading the network… ${Math.round(100 * share)} %`);
      await unless(signal, this.#network.open(this.state.device, loading));
      await this.#operations[act]({ ...job, signal });
    } catch (error) {
      this.#results.say(signal.aborted ? "Stopped." : "");
      throw error;
    }
  }
}
