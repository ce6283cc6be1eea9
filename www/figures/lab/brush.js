// A small canvas on which a person draws a distribution as points.
import { readPalette } from "../../plot/colors.js";
import { Plane } from "../../plot/plane.js";
import { onTheme } from "../../plot/theme.js";
import { Touch } from "../../plot/touch.js";
import { atNextFrame, onResize } from "../../plot/watch.js";
import { paintDrawing } from "./drawing.js";
import { Stroke, erase, stamp } from "./stroke.js";

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const STEPS = 32; // arrow keys cross the canvas in so many steps; with Shift in four times as many
const UNDO = 50;
const STAMP = 12;

export class Brush {
  #canvas;
  #half;
  #limit;
  #calls;
  #points = [];
  #preview = null;
  #past = [];
  #tool = "add";
  #stroke = null;
  #cursor = null; // {x, y, keyboard}
  #role;
  #redraw;
  #colors = null;
  /** @type {Touch} whether a finger draws */
  touch;

  /**
   * `role`: "source" (rings) or "target" (crosses). `onChange(points, {first})` after each stroke, stamp,
   * undo and clear; `first`: undo led back to before the first of them. `onScroll()`: a finger touched it that does not draw.
   * `announce(text)` for screen readers; `signal` ends it.
   * @param {HTMLCanvasElement} canvas
   * @param {{signal: AbortSignal, half?: number, limit?: number, role?: string, label?: string, onChange?: Function, onScroll?: () => void, announce?: (text: string) => void}} options
   */
  constructor(canvas, { signal, half = 4, limit = 2000, role = "target", label = "Drawing", ...calls }) {
    this.#canvas = canvas;
    this.#half = half;
    this.#limit = limit;
    this.#role = role;
    this.#calls = calls;
    canvas.tabIndex = 0;
    canvas.classList.add("brush");
    canvas.setAttribute("aria-label", label);
    this.#redraw = atNextFrame(() => this.#paint(), signal);
    this.touch = new Touch(canvas, () => this.#stroke !== null, signal);
    const on = (type, act) => canvas.addEventListener(type, act, { signal });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", () => this.#up());
    on("pointercancel", () => this.#up());
    on("pointerleave", () => this.#stroke || this.#point(null));
    on("keydown", (event) => this.#key(event));
    on("blur", () => this.#point(null));
    onTheme(canvas, () => this.#recolor(), signal);
    onResize(canvas, this.#redraw, signal);
  }

  get canvas() {
    return this.#canvas;
  }
  get count() {
    return this.#points.length / 2;
  }
  get points() {
    return Float32Array.from(this.#points);
  }
  get tool() {
    return this.#tool;
  }
  set tool(tool) {
    if (tool !== "add" && tool !== "erase") throw new Error(`a brush can “add” or “erase”, not “${tool}”`);
    this.#tool = tool;
    this.#redraw();
  }

  /** Whether it shows a distribution that is not a drawing. */
  get previews() {
    return this.#preview !== null;
  }

  /** Shows a distribution that is not a drawing; it gives way to the first stroke. */
  show(points) {
    this.#preview = points;
    this.#redraw();
  }

  /** Takes `points` as the drawing so far, up to the limit; undo does not go back beyond it. */
  load(points) {
    this.#preview = null;
    this.#past = [];
    this.#points = Array.from(points).slice(0, 2 * this.#limit);
    this.#redraw();
  }

  clear() {
    if (!this.#points.length && !this.#preview) return;
    this.#remember();
    this.#points = [];
    this.#changed("Cleared.");
  }

  undo() {
    const before = this.#past.pop();
    if (!before) return;
    this.#points = before;
    this.#changed("Undone.", this.#past.length === 0);
  }

  #recolor() {
    this.#colors = null;
    this.#redraw();
  }

  get #width() {
    return 0.15 * this.#half;
  }

  #remember() {
    this.#preview = null;
    this.#past.push(this.#points.slice());
    if (this.#past.length > UNDO) this.#past.shift();
  }

  #changed(what, first = false) {
    this.#redraw();
    const full = this.count >= this.#limit;
    this.#calls.onChange?.(this.points, { first });
    const more = full ? " The drawing is full: erase something to add more." : "";
    this.#calls.announce?.(`${what} ${this.count} points.${more}`);
  }

  #add(points) {
    const room = 2 * this.#limit - this.#points.length;
    const inside = [];
    for (let i = 0; i < points.length; i += 2) {
      if (Math.max(Math.abs(points[i]), Math.abs(points[i + 1])) <= this.#half) inside.push(points[i], points[i + 1]);
    }
    this.#points.push(...inside.slice(0, Math.max(0, room)));
  }

  #erase(at) {
    this.#points = erase(this.#points, at.x, at.y, this.#width);
  }

  #place(event) {
    const box = this.#canvas.getBoundingClientRect();
    const plane = new Plane(this.#half, box.width || 1);
    return { x: plane.x(event.clientX - box.left), y: plane.y(event.clientY - box.top) };
  }

  #down(event) {
    if (event.button !== 0 && event.button !== 5) return; // 5: the eraser of a pen
    if (!this.touch.takes(event)) return this.#calls.onScroll?.();
    this.#canvas.setPointerCapture(event.pointerId);
    this.#remember();
    const erasing = this.#tool === "erase" || event.button === 5;
    this.#stroke = erasing ? "erase" : new Stroke({ width: this.#width, spacing: this.#width / 7 });
    this.#draw(this.#place(event));
  }

  #move(event) {
    // Between two display frames a fast hand passes through several places.
    const events = this.#stroke ? (event.getCoalescedEvents?.() ?? []) : [];
    for (const each of events.length ? events : [event]) {
      const at = this.#place(each);
      if (this.#stroke) this.#draw(at);
      else this.#point(at);
    }
  }

  #draw(at) {
    if (this.#stroke === "erase") this.#erase(at);
    else this.#add(this.#stroke.to(at.x, at.y));
    this.#point(at);
  }

  #up() {
    if (!this.#stroke) return;
    const erased = this.#stroke === "erase";
    this.#stroke = null;
    this.#changed(erased ? "Erased." : "Drawn.");
  }

  #point(cursor) {
    this.#cursor = cursor;
    this.#redraw();
  }

  #key(event) {
    const step = KEYS[event.key];
    const at = this.#cursor ?? { x: 0, y: 0 };
    if (step) {
      const length = (2 * this.#half) / (event.shiftKey ? 4 * STEPS : STEPS);
      const keep = (v) => Math.max(-this.#half, Math.min(this.#half, v));
      const to = this.#cursor ? { x: keep(at.x + length * step[0]), y: keep(at.y + length * step[1]) } : at;
      this.#point({ ...to, keyboard: true });
      this.#calls.announce?.(`x ${to.x.toFixed(2)}, y ${to.y.toFixed(2)}`.replaceAll("-", "−"));
    } else if (event.key === " " || event.key === "Enter" || event.key === "Delete" || event.key === "Backspace") {
      this.#remember();
      this.#point({ ...at, keyboard: true });
      const erasing = event.key === "Delete" || event.key === "Backspace" || this.#tool === "erase";
      if (erasing) this.#erase(at);
      else this.#add(stamp(at.x, at.y, this.#width / 2, STAMP));
      this.#changed(erasing ? "Erased." : "Stamped.");
    } else if (event.key === "z" && (event.ctrlKey || event.metaKey)) this.undo();
    else return;
    event.preventDefault();
  }

  #paint() {
    const canvas = this.#canvas;
    const side = canvas.clientWidth;
    if (side === 0) return;
    const size = Math.round(side * devicePixelRatio);
    if (canvas.width !== size || canvas.height !== size) canvas.width = canvas.height = size;
    const view = { plane: new Plane(this.#half, size), unit: size / side, colors: (this.#colors ??= readPalette(canvas)) };
    const drawing = { points: this.#preview ?? this.#points, preview: this.#preview !== null, role: this.#role };
    const radius = (this.#tool === "erase" ? 1 : 0.5) * this.#width;
    const cursor = this.#cursor && { ...this.#cursor, radius, dashed: this.#tool === "erase" };
    paintDrawing(canvas.getContext("2d"), view, drawing, cursor);
  }
}
