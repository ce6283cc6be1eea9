// A picture encoded to noise and decoded in every style, inpainted, super-resolved.
import { given, showState } from "../../element/controls.js";
import { Delay } from "../../element/delay.js";
import { PadFigure } from "../../element/pad-figure.js";
import { Results } from "../../element/results.js";
import { ImageNetwork } from "../../engine/images/network.js";
import { fileName, save } from "../../plot/export.js";
import { PICTURE, imagePng } from "../../plot/images.js";
import { read, write } from "./drawing.js";
import { Operations } from "./operations.js";
import { ColorPad } from "./pad.js";
import { Tiles } from "./tiles.js";
import { RESTYLE } from "./table.js";

const REST_MS = 700; // the next stroke may come

export class RestyleFigure extends PadFigure {
  network = new ImageNetwork("emoji");
  results = new Results(this, PICTURE);
  #shown = Promise.resolve(); // when the picture of the state is on the pad
  #way = null; // see #decoded
  #soon = new Delay(([act]) => this.actUnasked(act), this.signal);

  constructor(context) {
    super(context, "restyle");
    const scrolls = () => (this.part("text").textContent = "Press Brush to draw with a finger.");
    this.pad = new ColorPad(this.part("pad"), () => this.#lifted(), scrolls, this.signal);
    this.operations = new Operations({
      network: this.network,
      pad: this.pad,
      results: this.results,
      tiles: new Tiles(this.part("tiles"), this.signal),
      decoded: (way) => this.#decoded(way),
      invented: () => this.#invented(),
    });
    const form = this.part("form");
    this.on(form, "input", ({ target }) => this.#input(target));
    this.on(this.part("t"), "input", ({ target }) => this.#morph(Number(target.value)));
    this.on(this.part("color"), "input", ({ target }) => (this.pad.paint = target.value));
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
    this.connect();
    this.#refresh();
    this.#bring();
  }

  #refresh() {
    const form = this.part("form");
    showState(form, RESTYLE, this.state);
    for (const output of form.querySelectorAll("[data-out]")) output.value = String(this.state[output.dataset.out]);
  }

  #input(target) {
    const value = RESTYLE[target.name] && given(target, RESTYLE[target.name]);
    if (value === undefined) return;
    if (target.name === "restyle.text" && value && !this.pad.write(value)) return this.#noFont(value); // the picture that is there stays
    this.state[target.name] = value;
    this.#refresh();
    this.save();
    if (target.name === "restyle.text") {
      if (target.value) this.#keep({ drawing: "" });
      else if (!this.state["restyle.drawing"]) this.pad.clear();
      this.#bring();
    }
    if (target.name !== "device") this.#again();
  }

  /** Another picture, or another condition: what was computed belongs to the one before, and what people ask for first is computed. */
  #again() {
    this.task.stop();
    this.results.say("");
    this.#forget();
    this.#soon.ask("restyle", REST_MS);
  }

  #forget() {
    this.operations.forget();
    this.#decoded(null);
    this.results.clear();
    this.root.querySelector('[data-act="save"]').disabled = true;
  }

  /** The network drew an emoji on the pad because somebody asked for one: nobody's drawing, so it does not stand in the link. */
  #invented() {
    this.#forget();
    this.#keep({ drawing: "", text: "" });
    this.#soon.ask("restyle", REST_MS);
  }

  /** What the picture was decoded to, {values, noise, frames}, the seven pictures on their way; or nothing. */
  #decoded(way) {
    this.#way = way;
    this.part("t").value = "1";
    this.part("t-text").textContent = "t = 1.00";
    this.part("t").disabled = !way;
  }

  #morph(t) {
    this.part("t-text").textContent = `t = ${t.toFixed(2)}`;
    if (this.#way) this.operations.showAt(this.#way, t);
  }

  pressed() {
    this.#soon.cancel();
  }

  /** Puts the picture of the state on the pad: what was drawn, or else the emoji that was typed, as this system draws it. */
  #bring() {
    const { "restyle.drawing": drawing, "restyle.text": typed } = this.state;
    if (drawing) this.#shown = this.#read(drawing);
    else if (typed && !this.pad.write(typed)) {
      this.pad.clear();
      this.#noFont(typed);
    }
  }

  #noFont(typed) {
    this.report(`This system has no font with “${typed}”: paint, choose a picture, or let the network draw one.`);
  }

  async #read(drawing) {
    try {
      const picture = await read(drawing);
      if (drawing === this.state["restyle.drawing"]) this.pad.show(picture);
      picture.close();
    } catch {
      this.report("The drawing in the link is no picture: it was cut or changed on its way.");
    }
  }

  /** A stroke has ended. */
  #lifted() {
    if (this.pad.tool !== "mask" || this.pad.blank) this.#drawn(); // else the picture is what it was
  }

  /** What is on the pad is somebody's own: it stands in the link, and is not the typed emoji any more. */
  #drawn() {
    this.#keep({ drawing: this.pad.blank ? "" : write(this.pad.canvas), text: "" });
    this.#again();
  }

  #keep(values) {
    for (const [name, value] of Object.entries(values)) this.state[`restyle.${name}`] = value;
    this.#refresh();
    this.save();
  }

  async #take(file) {
    try {
      const picture = await createImageBitmap(file);
      this.pad.show(picture);
      picture.close();
      this.#drawn();
      this.report("");
    } catch {
      this.report(`${file?.name || "This"} is no picture that this browser can read: choose a PNG, JPEG or WebP file.`);
    }
  }

  replaced(keys) {
    if (!keys.length) return;
    this.#refresh();
    if (keys.includes("restyle.text") || keys.includes("restyle.drawing")) this.#bring();
    if (keys.some((key) => key.startsWith("restyle."))) this.#shown.then(() => this.#again());
  }

  /** Something to look at before a person brings a picture: an emoji that the network draws, restyled. */
  begin() {
    if (this.task.busy) return;
    this.runUnasked(async (signal) => {
      await this.#shown;
      if (this.pad.blank) await this.act("invent", { ...this.job(), example: true }, signal);
      await this.act("restyle", this.job(), signal);
    });
  }

  lacks(act) {
    return act === "save" && !this.operations.shown;
  }

  atOnce(act) {
    if (act === "save") this.#save();
    else if (act === "choose") {
      this.part("file").value = ""; // the same file can be chosen again
      this.part("file").click();
    } else if (act === "clear") {
      this.pad.clear();
      this.#drawn();
    } else return false;
    return true;
  }

  job() {
    const { values, mask, whole, blank } = this.pad;
    const [category, own, strength, guidance] = ["category", "own", "strength", "guidance"].map((key) => this.state[`restyle.${key}`]);
    return { values, mask, whole, blank, category, own, strength, guidance };
  }

  get blankSays() {
    return "Draw or choose a picture first, type an emoji, or let the network draw one.";
  }

  async #save() {
    const { values, count } = this.operations.shown;
    try {
      save(await imagePng(values, count, PICTURE, { place: this.root }), fileName("restyled", {}, "png"));
    } catch (error) {
      this.report(error.message);
    }
  }
}
