// A picture carried to its noise and back under every style, inpainted, super-resolved.
import { Figure } from "../../element/figure.js";
import { given, showState } from "../../element/controls.js";
import { Results } from "../../element/results.js";
import { unless } from "../../element/task.js";
import { ImageNetwork } from "../../engine/images/network.js";
import { fileName, save } from "../../plot/export.js";
import { PICTURE, imagePng } from "../../plot/images.js";
import { Operations } from "./operations.js";
import { ColorPad } from "./pad.js";
import { Tiles } from "./tiles.js";
import { RESTYLE } from "./table.js";

export class RestyleFigure extends Figure {
  #pad;
  #network = new ImageNetwork("emoji");
  #results;
  #operations;
  #acting = null; // the button whose work is done

  constructor(context) {
    super(context, "restyle");
    const scrolls = () => (this.part("text").textContent = "Press Brush to draw with a finger.");
    this.#pad = new ColorPad(this.part("pad"), () => this.#drawn(), scrolls, this.signal);
    this.#results = new Results(this, PICTURE);
    this.#operations = new Operations({
      network: this.#network,
      pad: this.#pad,
      results: this.#results,
      tiles: new Tiles(this.part("tiles"), this.signal),
    });
    this.onClose(() => this.#network.close());
    const form = this.part("form");
    this.on(form, "submit", (event) => event.preventDefault());
    this.on(form, "input", ({ target }) => this.#input(target));
    this.on(this.part("color"), "input", ({ target }) => (this.#pad.paint = target.value));
    this.on(this.part("file"), "change", ({ target }) => target.files[0] && this.#take(target.files[0]));
    this.on(this.part("pad"), "dragover", (event) => event.preventDefault());
    this.on(this.part("pad"), "drop", (event) => {
      event.preventDefault();
      this.#take(event.dataTransfer.files[0]);
    });
    this.on(this.root, "paste", (event) => {
      const file = [...event.clipboardData.files][0];
      if (file) this.#take(file);
    });
    this.on(this.root, "click", ({ target }) => {
      const { tool, act } = target.dataset;
      if (tool) this.#pressTool(tool);
      if (act) this.#press(act);
    });
    this.#choose("draw");
    this.#refresh();
    this.#write();
  }

  #refresh() {
    const form = this.part("form");
    showState(form, RESTYLE, this.state);
    for (const output of form.querySelectorAll("[data-out]")) output.value = String(this.state[output.dataset.out]);
  }

  #input(target) {
    const value = RESTYLE[target.name] && given(target, RESTYLE[target.name]);
    if (value === undefined) return;
    this.state[target.name] = value;
    this.#refresh();
    this.save();
    if (target.name === "restyle.text") this.#write();
  }

  /** The emoji of the state, as this system draws it. */
  #write() {
    if (this.state["restyle.text"]) this.#pad.write(this.state["restyle.text"]);
  }

  /** What is on the pad is not the typed emoji any more. */
  #drawn() {
    if (!this.state["restyle.text"]) return;
    this.state["restyle.text"] = "";
    this.#refresh();
    this.save();
  }

  async #take(file) {
    try {
      const picture = await createImageBitmap(file);
      this.#pad.show(picture);
      picture.close();
      this.#drawn();
      this.report("");
    } catch {
      this.report(`${file?.name || "This"} is no picture that this browser can read: choose a PNG, JPEG, WebP or SVG file.`);
    }
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
    if (!keys.length) return;
    this.#refresh();
    if (keys.includes("restyle.text")) this.#write();
  }

  /** Something to look at before a person brings a picture: an emoji that the network draws, restyled. */
  begin() {
    if (this.task.busy) return;
    this.task.run(async (signal) => {
      if (this.#pad.blank) await this.#act("invent", { ...this.#job(), example: true }, signal);
      await this.#act("restyle", this.#job(), signal);
    });
  }

  /** While something is at work, its button stops it and no other can be pressed. */
  working(how) {
    for (const button of this.root.querySelectorAll("[data-act]")) {
      const acting = how !== "idle" && button.dataset.act === this.#acting;
      button.dataset.title ??= button.textContent;
      button.style.minWidth = acting ? `${button.offsetWidth}px` : ""; // the row of buttons stays as it is
      button.textContent = acting ? "Stop" : button.dataset.title;
      button.disabled = acting ? how === "stopping" : how !== "idle" || (button.dataset.act === "save" && !this.#operations.shown);
    }
    this.root.setAttribute("aria-busy", String(how !== "idle"));
  }

  #press(act) {
    if (this.task.busy) return this.task.stop();
    if (act === "save") return this.#save();
    if (act === "choose") {
      this.part("file").value = ""; // the same file can be chosen again
      return this.part("file").click();
    }
    if (act === "clear") {
      this.#pad.clear();
      return this.#drawn();
    }
    const job = this.#job();
    this.task.run((signal) => this.#act(act, job, signal));
  }

  /** What is on the pad and in the form now: what changes meanwhile belongs to the next act. */
  #job() {
    const { values, mask, whole, blank } = this.#pad;
    const [category, own, strength, guidance] = ["category", "own", "strength", "guidance"].map((key) => this.state[`restyle.${key}`]);
    return { values, mask, whole, blank, category, own, strength, guidance };
  }

  async #act(act, job, signal) {
    this.#acting = act;
    this.working("busy");
    this.report("");
    if (act !== "invent" && job.blank) throw new Error("Draw or choose a picture first, type an emoji, or let the network draw one.");
    try {
      this.#results.say("Loading the network…");
      const loading = (share) => this.task.busy && this.#results.say(`Loading the network… ${Math.round(100 * share)} %`);
      await unless(signal, this.#network.open(this.state.device, loading));
      this.#results.say("Computing…");
      await this.#operations[act]({ ...job, signal });
    } catch (error) {
      this.#results.say(signal.aborted ? "Stopped." : "");
      throw error;
    }
  }

  async #save() {
    const { values, count } = this.#operations.shown;
    try {
      save(await imagePng(values, count, PICTURE, { place: this.root }), fileName("restyled", {}, "png"));
    } catch (error) {
      this.report(error.message);
    }
  }
}
