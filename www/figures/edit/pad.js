// A pad of 28×28 pixels to write a digit on, and to mask a part of it.
import { Pad } from "../../element/pad.js";
import { drawGrid } from "../../plot/images.js";
import { SIDE } from "./table.js";

const PEN = 1.15; // radius of full ink in pixels; it fades over one more, as scanned pens do
const HOLE = 3.5; // radius of what is masked

export class DigitPad extends Pad {
  #pixels = new Float32Array(SIDE * SIDE).fill(-1);
  #changed;

  /** See Pad. */
  constructor(canvas, changed, scrolls, signal) {
    super(canvas, { side: SIDE, step: 1, cursor: 1.5, changed, scrolls, signal });
    this.#changed = changed;
  }

  /** Whether the drawing is an example, which gives way to the first stroke of the pen. */
  example = false;

  /** A copy of the drawing, 784 values in [−1, 1]. */
  get pixels() {
    return this.#pixels.slice();
  }

  set pixels(pixels) {
    this.masked.fill(0);
    this.revalue(pixels);
  }

  /** Other values for the same drawing: what was masked stays masked. */
  revalue(pixels) {
    this.#pixels.set(pixels);
    this.redraw();
  }

  get blank() {
    return this.#pixels.every((v) => v < -0.5);
  }

  /** 1 for each pixel that is still there, 0 where it was masked. */
  get mask() {
    return Float32Array.from(this.masked, (masked) => 1 - masked);
  }

  clear() {
    this.pixels = new Float32Array(SIDE * SIDE).fill(-1);
    this.#changed();
  }

  draw([x0, y0], [x, y]) {
    if (this.example && this.tool === "draw") this.#pixels.fill(-1); // what a person writes does not go over it
    this.example = false;
    const steps = Math.max(1, Math.ceil(2 * Math.hypot(x - x0, y - y0)));
    for (let k = 1; k <= steps; k += 1) this.#dab(x0 + ((x - x0) * k) / steps, y0 + ((y - y0) * k) / steps);
  }

  #dab(x, y) {
    for (let row = 0; row < SIDE; row += 1) {
      for (let column = 0; column < SIDE; column += 1) {
        const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
        const i = row * SIDE + column;
        if (this.tool === "mask") {
          if (distance <= HOLE) this.masked[i] = 1;
          continue;
        }
        const ink = Math.min(1, Math.max(0, PEN + 1 - distance));
        if (ink === 0) continue;
        this.masked[i] = 0;
        if (this.tool === "draw") this.#pixels[i] = Math.max(this.#pixels[i], 2 * ink - 1);
        else this.#pixels[i] = Math.min(this.#pixels[i], 1 - 2 * ink);
      }
    }
  }

  paintPicture(canvas) {
    drawGrid(canvas, this.#pixels, 1, -1);
  }
}
