// A digit of one's own: encoded and decoded, under other classes, blended with another, mended, enlarged.
import { given } from "../../element/controls.js";
import { PadFigure } from "../../element/pad-figure.js";
import { Results } from "../../element/results.js";
import { ImageNetwork } from "../../engine/images/network.js";
import { DIGIT } from "../../plot/images.js";
import { Operations } from "./operations.js";
import { DigitPad } from "./pad.js";
import { EDIT, read, write } from "./table.js";

export class EditFigure extends PadFigure {
  network = new ImageNetwork("digits");
  results = new Results(this, DIGIT);

  constructor(context) {
    super(context, "edit");
    const scrolls = () => (this.part("text").textContent = "Press Pen to draw with a finger.");
    this.pad = new DigitPad(this.part("pad"), () => this.#drawn(), scrolls, this.signal);
    this.operations = new Operations({ network: this.network, pad: this.pad, results: this.results, drawn: () => this.#drawn() });
    this.#refresh();
    this.on(this.part("form").elements["edit.class"], "input", ({ target }) => {
      const value = given(target, EDIT["edit.class"]);
      if (value === undefined) return;
      this.state["edit.class"] = value;
      this.save();
    });
    this.connect();
  }

  /** Shows the state. */
  #refresh() {
    this.pad.pixels = read(this.state["edit.drawing"]);
    this.part("form").elements["edit.class"].value = this.state["edit.class"];
  }

  #drawn() {
    const drawing = write(this.pad.pixels);
    this.pad.revalue(read(drawing)); // what is computed is what the link says
    this.state["edit.drawing"] = drawing;
    this.save();
  }

  replaced(keys) {
    if (keys.length) this.#refresh();
  }

  /** Something to look at before a person writes: a digit that the network generates, encoded and decoded. */
  begin() {
    if (!this.pad.blank || this.task.busy) return;
    this.task.run(async (signal) => {
      if (this.pad.blank) await this.act("invent", { ...this.job(), example: true }, signal);
      await this.act("return", this.job(), signal);
    });
  }

  lacks(act) {
    return act === "blend" && !this.operations.hasKept;
  }

  atOnce(act) {
    if (act === "clear") this.pad.clear();
    return act === "clear";
  }

  job() {
    const { pixels, mask, whole, blank } = this.pad;
    return { pixels, mask, whole, blank, label: this.state["edit.class"] };
  }

  get blankSays() {
    return "Write a digit on the pad first, or let the network write one.";
  }
}
