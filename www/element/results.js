// Results of a figure: rows of images with a caption each, and a line of text for what happens now.
import { drawGrid, drawStrip } from "../plot/images.js";
import { joined } from "../engine/images/parts.js";
import { onAppearance } from "../plot/watch.js";

export class Results {
  #figure;
  #format;
  #rows = new Map(); // canvas → {cells, columns}: what it shows, for redrawing

  /** @param {import("./figure.js").Figure} figure @param {import("../plot/images.js").Format} format */
  constructor(figure, format) {
    this.#figure = figure;
    this.#format = format;
    onAppearance(figure.part("results"), () => this.#rows.forEach((shown, canvas) => this.#paint(canvas, shown)), figure.signal);
  }

  say(text) {
    this.#figure.part("text").textContent = text;
  }

  #result(name) {
    return this.#figure.root.querySelector(`[data-result="${name}"]`);
  }

  #paint(canvas, { cells, columns }) {
    if (columns) return drawGrid(canvas, joined(cells), cells.length, -1, this.#format, columns);
    const frames = cells.map((x) => x && { x });
    drawStrip(canvas, frames, "x", 0, cells.length, -1, this.#format);
  }

  /** Shows images in a row, or, where `columns` says so, in a grid. */
  show(name, cells, label, columns = 0) {
    const result = this.#result(name);
    const canvas = result.querySelector("canvas");
    if (result.hidden) result.querySelector(":scope > figcaption").textContent = "";
    result.hidden = false;
    result.style.setProperty("--cells", String(columns || cells.length));
    result.style.setProperty("--rows", String(columns ? Math.ceil(cells.length / columns) : 1));
    canvas.setAttribute("aria-label", label);
    this.#rows.set(canvas, { cells, columns });
    this.#paint(canvas, { cells, columns });
  }

  /** Hides what belongs to another drawing. */
  clear() {
    for (const canvas of this.#rows.keys()) canvas.closest("[data-result]").hidden = true;
    this.#rows.clear();
  }

  /** What a result amounts to: stays below it. */
  caption(name, text) {
    this.#result(name).querySelector(":scope > figcaption").textContent = text;
    this.say("");
  }
}
