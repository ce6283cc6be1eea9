// A digit of one's own: encoded and decoded, under other classes, blended with another, mended, enlarged.
import { given } from "../../element/controls.js";
import { Delay } from "../../element/delay.js";
import { PadFigure } from "../../element/pad-figure.js";
import { Results } from "../../element/results.js";
import { ImageNetwork } from "../../engine/images/network.js";
import { joined } from "../../engine/images/parts.js";
import { fileName, save as saveFile } from "../../plot/export.js";
import { DIGIT, imagePng } from "../../plot/images.js";
import { Operations } from "./operations.js";
import { DigitPad } from "./pad.js";
import { EDIT, read, write } from "./table.js";

const REST_MS = 500; // the next stroke may come

export class EditFigure extends PadFigure {
  network = new ImageNetwork("digits");
  results = new Results(this, DIGIT);
  #ten = null; // see #decoded
  #soon = new Delay(([act]) => this.actUnasked(act), this.signal);

  constructor(context) {
    super(context, "edit");
    const scrolls = () => (this.part("text").textContent = "Press Pen to draw with a finger.");
    this.pad = new DigitPad(this.part("pad"), () => this.#lifted(), scrolls, this.signal);
    const decoded = (ten) => this.#decoded(ten);
    const drawn = () => {
      this.#drawn();
      this.results.clear();
      this.#decoded(null);
    };
    this.operations = new Operations({ network: this.network, pad: this.pad, results: this.results, drawn, decoded });
    this.on(this.part("t"), "input", ({ target }) => this.#morph(Number(target.value)));
    this.#refresh();
    this.on(this.part("form").elements["edit.class"], "input", ({ target }) => {
      const value = given(target, EDIT["edit.class"]);
      if (value === undefined) return;
      this.state["edit.class"] = value;
      this.save();
      this.#forget();
      this.#soon.ask("classes", REST_MS);
    });
    this.connect();
  }

  /** Shows the state. */
  #refresh() {
    this.pad.pixels = read(this.state["edit.drawing"]);
    this.part("form").elements["edit.class"].value = this.state["edit.class"];
  }

  /** A stroke has ended: what is shown belongs to another drawing, and what people ask of a digit first is computed. */
  #lifted() {
    this.#drawn();
    if (this.pad.tool === "mask" && !this.pad.blank) return; // the drawing is what it was
    this.#forget();
    this.#soon.ask("classes", REST_MS);
  }

  /** The drawing or its class is another: nothing that was computed belongs to it. */
  #forget() {
    this.task.stop();
    this.results.clear();
    this.results.say("");
    this.#decoded(null);
  }

  /** What the drawing was decoded to: {pixels, frames}, its ten digits on their way; or nothing. */
  #decoded(ten) {
    this.#ten = ten;
    this.part("t").value = "1";
    this.part("t-text").textContent = "t = 1.00";
    this.part("t").disabled = !ten;
    this.root.querySelector('[data-act="save"]').disabled = !ten;
  }

  #morph(t) {
    this.part("t-text").textContent = `t = ${t.toFixed(2)}`;
    if (this.#ten) this.operations.showAt(this.#ten.frames, t);
  }

  pressed() {
    this.#soon.cancel();
  }

  #drawn() {
    const drawing = write(this.pad.pixels);
    this.pad.revalue(read(drawing)); // what is computed is what the link says
    this.state["edit.drawing"] = drawing;
    this.save();
  }

  replaced(keys) {
    if (!keys.length) return;
    this.#refresh();
    if (!keys.some((key) => key.startsWith("edit."))) return;
    this.#forget();
    this.#soon.ask("classes", REST_MS);
  }

  /** Something to look at before a person writes: a digit that the network generates, encoded and decoded, and its noise as every class. */
  begin() {
    if (this.task.busy) return;
    if (!this.pad.blank) return this.actUnasked("classes");
    this.runUnasked(async (signal) => {
      if (this.pad.blank) await this.act("invent", { ...this.job(), example: true }, signal);
      await this.act("return", this.job(), signal);
      await this.act("classes", this.job(), signal);
    });
  }

  lacks(act) {
    return (act === "blend" && !this.operations.hasKept) || (act === "save" && !this.#ten);
  }

  atOnce(act) {
    if (act === "clear") this.pad.clear();
    else if (act === "save") this.#save();
    return act === "clear" || act === "save";
  }

  /** The drawing and its ten digits, side by side. */
  async #save() {
    try {
      const values = joined([this.#ten.pixels, this.#ten.frames.at(-1).x]);
      saveFile(await imagePng(values, 11, DIGIT, { place: this.root }), fileName("digits", {}, "png"));
    } catch (error) {
      this.report(error.message);
    }
  }

  job() {
    const { pixels, mask, whole, blank } = this.pad;
    return { pixels, mask, whole, blank, label: this.state["edit.class"] };
  }

  get blankSays() {
    return "Write a digit on the pad first, or sample one.";
  }
}
