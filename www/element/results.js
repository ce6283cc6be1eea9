// Results of a figure: rows of images with a caption each, and a line of text for what happens now.
import { drawStrip } from "../plot/images.js";
import { onAppearance } from "../plot/watch.js";

export class Results {
  #figure;
  #format;
  #rows = new Map(); // canvas → what it shows, for redrawing

  /** @param {import("./figure.js").Figure} figure @param {import("../plot/images.js").Format} format */
  constructor(figure, format) {
    this.#figure = figure;
    this.#format = format;
    onAppearance(figure.part("results"), () => this.#rows.forEach((cells, canvas) => this.#paint(canvas, cells)), figure.signal);
  }

  say(text) {
    this.#figure.part("text").textContent = text;
  }

  #result(name) {
    return this.#figure.root.querySelector(`[data-result="${name}"]`);
  }

  #paint(canvas, cells) {
    const frames = cells.map((x) => x && { x });
    drawStrip(canvas, frames, "x", 0, cells.length, -1, this.#format);
  }

  show(name, cells, label) {
    const result = this.#result(name);
    const canvas = result.querySelector("canvas");
    result.hidden = false;
    result.style.setProperty("--cells", cells.length);
    canvas.setAttribute("aria-label", label);
    this.#rows.set(canvas, cells);
    this.#paint(canvas, cells);
  }

  /** What a result amounts to: stays below it. */
  caption(name, text) {
    this.#result(name).querySelector(":scope > figcaption").textContent = text;
    this.say("");
  }
}
