// A pad to draw on by pen, finger or keyboard, and to mask a part of: what is drawn, and how, is each figure's own.
import { color } from "../plot/theme.js";
import { Touch } from "../plot/touch.js";
import { onAppearance } from "../plot/watch.js";

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @typedef {[number, number]} Point  in pixels of the picture */

export class Pad {
  #canvas;
  #changed;
  #side;
  #step;
  #cursorHalf;
  #last = null; // where the pen was
  #cursor = null; // of the keyboard
  /** 1 for each pixel that was masked. */
  masked;
  tool = "draw";
  /** @type {Touch} whether a finger draws */
  touch;

  /**
   * `changed()` is called when a stroke ends, `scrolls()` where a finger touches it that does not draw; `signal` ends it. `side` of the picture in
   * pixels; `step` of the arrow keys and half the `cursor`, in those.
   * @param {HTMLCanvasElement} canvas
   * @param {{side: number, step: number, cursor: number, changed: () => void, scrolls: () => void, signal: AbortSignal}} how
   */
  constructor(canvas, { side, step, cursor, changed, scrolls, signal }) {
    this.#canvas = canvas;
    this.#changed = changed;
    this.#side = side;
    this.#step = step;
    this.#cursorHalf = cursor;
    this.masked = new Uint8Array(side * side);
    canvas.tabIndex = 0;
    /** @type {(event: PointerEvent) => Point} */
    const place = ({ offsetX, offsetY }) => [(side * offsetX) / canvas.clientWidth, (side * offsetY) / canvas.clientHeight];
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

  /** Goes with the tool from one place to another. @param {Point} _from @param {Point} _to */
  draw(_from, _to) {}

  /** Paints the picture over the whole canvas. @param {HTMLCanvasElement} _canvas */
  paintPicture(_canvas) {}

  get whole() {
    return this.masked.every((masked) => masked === 0);
  }

  #lift() {
    if (!this.#last) return;
    this.#last = null;
    this.#changed();
  }

  #stroke(to) {
    this.draw(this.#last ?? to, to);
    this.#last = to;
    this.redraw();
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
    const [x, y] = this.#cursor ?? [this.#side / 2, this.#side / 2];
    const within = (v) => Math.min(this.#side - 0.5, Math.max(0.5, v));
    const [nx, ny] = step ? [within(x + this.#step * step[0]), within(y + this.#step * step[1])] : [x, y];
    // Shift draws along the way, as a pen that is held down.
    if (stamps || event.shiftKey) {
      this.#last = [x, y];
      this.#stroke([nx, ny]);
      this.#lift();
    }
    this.#moveCursor([nx, ny]);
  }

  redraw() {
    const canvas = this.#canvas;
    if (!canvas.isConnected) return; // its figure went meanwhile: there are no colors
    this.paintPicture(canvas);
    const context = canvas.getContext("2d");
    const cell = canvas.width / this.#side;
    Object.assign(context, { strokeStyle: color(canvas, "--accent"), lineWidth: Math.max(1, cell / 8) });
    context.beginPath();
    this.masked.forEach((masked, i) => {
      if (!masked) return;
      const [x, y] = [(i % this.#side) * cell, Math.floor(i / this.#side) * cell];
      context.moveTo(x, y + cell);
      context.lineTo(x + cell, y);
    });
    context.stroke();
    if (!this.#cursor) return;
    const [[x, y], half] = [this.#cursor, this.#cursorHalf];
    context.strokeRect((x - half) * cell, (y - half) * cell, 2 * half * cell, 2 * half * cell);
  }
}
