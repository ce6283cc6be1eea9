// A pad of 28×28 pixels to write a digit on, and to mask a part of it.
import { drawGrid } from "../../plot/images.js";
import { color } from "../../plot/theme.js";
import { Touch } from "../../plot/touch.js";
import { onAppearance } from "../../plot/watch.js";
import { SIDE } from "./table.js";

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PEN = 1.15; // radius of full ink in pixels; it fades over one more, as scanned pens do
const HOLE = 3.5; // radius of what is masked

export class Pad {
  #canvas;
  #changed;
  #pixels = new Float32Array(SIDE * SIDE).fill(-1);
  #masked = new Uint8Array(SIDE * SIDE);
  #last = null; // where the pen was
  #cursor = null; // of the keyboard
  /** @type {Touch} whether a finger draws */
  touch;
  tool = "draw";

  /** `changed()` is called when a stroke ends, `scrolls()` where a finger touches it that does not draw; `signal` ends it. */
  constructor(canvas, changed, scrolls, signal) {
    this.#canvas = canvas;
    this.#changed = changed;
    canvas.tabIndex = 0;
    /** @type {(event: PointerEvent) => [number, number]} */
    const place = ({ offsetX, offsetY }) => [(SIDE * offsetX) / canvas.clientWidth, (SIDE * offsetY) / canvas.clientHeight];
    this.touch = new Touch(canvas, () => this.#last !== null, signal);
    const on = (type, act) => canvas.addEventListener(type, act, { signal });
    on("pointerdown", (event) => {
      if (!this.touch.takes(event)) return scrolls();
      event.preventDefault();
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      this.#cursor = null;
      this.#stroke(place(event));
    });
    on("pointermove", (event) => {
      if (!this.#last) return;
      for (const part of event.getCoalescedEvents?.() ?? [event]) this.#stroke(place(part));
    });
    for (const end of ["pointerup", "pointercancel"]) on(end, () => this.#lift());
    on("keydown", (event) => this.#key(event));
    on("blur", () => this.#moveCursor(null));
    onAppearance(canvas, () => this.redraw(), signal);
  }

  /** Whether the drawing is an example, which gives way to the first stroke of the pen. */
  example = false;

  /** A copy of the drawing, 784 values in [−1, 1]. */
  get pixels() {
    return this.#pixels.slice();
  }

  set pixels(pixels) {
    this.#masked.fill(0);
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
    return Float32Array.from(this.#masked, (masked) => 1 - masked);
  }

  get whole() {
    return this.#masked.every((masked) => masked === 0);
  }

  clear() {
    this.pixels = new Float32Array(SIDE * SIDE).fill(-1);
    this.#changed();
  }

  #lift() {
    if (!this.#last) return;
    this.#last = null;
    this.#changed();
  }

  #stroke([x, y]) {
    if (this.example && this.tool === "draw") this.#pixels.fill(-1); // what a person writes does not go over it
    this.example = false;
    const [x0, y0] = this.#last ?? [x, y];
    const steps = Math.max(1, Math.ceil(2 * Math.hypot(x - x0, y - y0)));
    for (let k = 1; k <= steps; k += 1) this.#dab(x0 + ((x - x0) * k) / steps, y0 + ((y - y0) * k) / steps);
    this.#last = [x, y];
    this.redraw();
  }

  #dab(x, y) {
    for (let row = 0; row < SIDE; row += 1) {
      for (let column = 0; column < SIDE; column += 1) {
        const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
        const i = row * SIDE + column;
        if (this.tool === "mask") {
          if (distance <= HOLE) this.#masked[i] = 1;
          continue;
        }
        const ink = Math.min(1, Math.max(0, PEN + 1 - distance));
        if (ink === 0) continue;
        this.#masked[i] = 0;
        if (this.tool === "draw") this.#pixels[i] = Math.max(this.#pixels[i], 2 * ink - 1);
        else this.#pixels[i] = Math.min(this.#pixels[i], 1 - 2 * ink);
      }
    }
  }

  #moveCursor(cursor) {
    this.#cursor = cursor;
    this.redraw();
  }

  #key(event) {
    const step = KEYS[event.key];
    const stamps = event.key === " " || event.key === "Enter";
    if (!step && !stamps) return;
    event.preventDefault();
    const [x, y] = this.#cursor ?? [SIDE / 2, SIDE / 2];
    const within = (v) => Math.min(SIDE - 0.5, Math.max(0.5, v));
    const [nx, ny] = step ? [within(x + step[0]), within(y + step[1])] : [x, y];
    // Shift draws along the way, as a pen that is held down.
    if (stamps || event.shiftKey) {
      this.#last = [x, y];
      this.#stroke([nx, ny]);
      this.#lift();
    }
    this.#moveCursor([nx, ny]);
  }

  redraw() {
    drawGrid(this.#canvas, this.#pixels, 1, -1);
    const context = this.#canvas.getContext("2d");
    const cell = this.#canvas.width / SIDE;
    const accent = color(this.#canvas, "--accent");
    context.strokeStyle = accent;
    context.lineWidth = Math.max(1, cell / 8);
    context.beginPath();
    for (let i = 0; i < SIDE * SIDE; i += 1) {
      if (!this.#masked[i]) continue;
      const [x, y] = [(i % SIDE) * cell, Math.floor(i / SIDE) * cell];
      context.moveTo(x, y + cell);
      context.lineTo(x + cell, y);
    }
    context.stroke();
    if (!this.#cursor) return;
    const [x, y] = this.#cursor;
    context.strokeRect((x - 1.5) * cell, (y - 1.5) * cell, 3 * cell, 3 * cell);
  }
}
