// The picture, its noise and the picture in each style, each with its name.
import { NAMES } from "../../element/names.js";
import { PICTURE, drawGrid } from "../../plot/images.js";
import { onAppearance } from "../../plot/watch.js";
import { STYLES } from "./table.js";

const TITLES = ["the picture", "its noise", ...STYLES.map((style) => NAMES[style])];

export class Tiles {
  #canvases;
  #cells = []; // what each shows; null for nothing yet

  /** `place`: an element that gets the tiles; `signal` ends it. */
  constructor(place, signal) {
    this.#canvases = TITLES.map((title) => {
      const tile = document.createElement("figure");
      const canvas = document.createElement("canvas");
      canvas.setAttribute("role", "img");
      tile.append(canvas, Object.assign(document.createElement("figcaption"), { textContent: title }));
      place.append(tile);
      return canvas;
    });
    this.clear();
    onAppearance(place, () => this.#cells.forEach((_, i) => this.#paint(i)), signal);
  }

  #paint(i) {
    const values = this.#cells[i];
    drawGrid(this.#canvases[i], values, values ? 1 : 0, -1, PICTURE);
  }

  clear() {
    this.#cells = TITLES.map(() => null);
    TITLES.forEach((title, i) => this.#canvases[i].setAttribute("aria-label", `${title}: nothing computed yet`));
    this.#cells.forEach((_, i) => this.#paint(i));
  }

  /** `cells`: values of each picture, null where there is none yet. */
  show(cells) {
    this.#cells = cells;
    cells.forEach((cell, i) => {
      if (cell) this.#canvases[i].setAttribute("aria-label", TITLES[i]);
      this.#paint(i);
    });
  }
}
