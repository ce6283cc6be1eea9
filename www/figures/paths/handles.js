// The points that a person moves, by mouse, touch or keyboard: one button each, over the picture.
import { HALF } from "./table.js";

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const STEP = 0.05; // one press of an arrow key; with Shift five times as much
const NAMES = { x0: "Noise point", x1: "Data point" };

export class Handles {
  #layer;
  #calls;
  #signal;
  #points = { x0: [], x1: [] };
  #buttons = { x0: [], x1: [] };

  /**
   * `layer`: the element that covers the picture. `calls`: moved(kind, index, [x, y]), removed(kind, index),
   * chosen(kind, index) when a point gets the focus, rested() when a drag or a key is over. `signal` ends it.
   */
  constructor(layer, calls, signal) {
    this.#layer = layer;
    this.#calls = calls;
    this.#signal = signal;
  }

  /** Shows `points`, {x0, x1}, noise point `chosen` marked; buttons of points that stay keep the focus. */
  show(points, chosen) {
    this.#points = points;
    for (const kind of ["x0", "x1"]) {
      const buttons = this.#buttons[kind];
      while (buttons.length > points[kind].length) buttons.pop().remove();
      while (buttons.length < points[kind].length) buttons.push(this.#make(kind, buttons.length));
      points[kind].forEach(([x, y], i) => {
        buttons[i].style.left = `${50 * (1 + x / HALF.x)}%`;
        buttons[i].style.top = `${50 * (1 - y / HALF.y)}%`;
        buttons[i].classList.toggle("chosen", kind === "x0" && i === chosen && points.x0.length > 1);
        const number = points[kind].length > 1 ? ` ${i + 1}` : "";
        const place = `x ${x.toFixed(2)}, y ${y.toFixed(2)}`.replaceAll("-", "−");
        buttons[i].setAttribute("aria-label", `${NAMES[kind]}${number} at ${place}`);
      });
    }
  }

  focus(kind, index) {
    this.#buttons[kind][index]?.focus();
  }

  #make(kind, index) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `handle ${kind}`;
    button.setAttribute("aria-roledescription", "movable point");
    button.setAttribute("aria-describedby", "paths-hint");
    const on = (type, act) => button.addEventListener(type, act, { signal: this.#signal });
    on("pointerdown", (event) => this.#drag(event, kind, index));
    on("keydown", (event) => this.#key(event, kind, index));
    on("focus", () => this.#calls.chosen(kind, index));
    this.#layer.append(button);
    return button;
  }

  #drag(event, kind, index) {
    if (event.button !== 0) return;
    const button = event.currentTarget;
    const box = this.#layer.getBoundingClientRect();
    const [x, y] = this.#points[kind][index];
    // The point keeps its distance to the pointer: it does not jump when it is grasped off its center.
    const scale = (2 * HALF.x) / box.width;
    const from = [event.clientX, event.clientY];
    const moved = (now) => this.#calls.moved(kind, index, [x + (now.clientX - from[0]) * scale, y - (now.clientY - from[1]) * scale]);
    const end = new AbortController();
    const over = () => {
      end.abort();
      button.classList.remove("held");
      this.#calls.rested();
    };
    button.setPointerCapture(event.pointerId);
    button.classList.add("held");
    button.focus({ preventScroll: true });
    const signal = AbortSignal.any([end.signal, this.#signal]);
    button.addEventListener("pointermove", moved, { signal });
    for (const type of ["pointerup", "pointercancel"]) button.addEventListener(type, over, { signal });
  }

  #key(event, kind, index) {
    const step = KEYS[event.key];
    if (step) {
      event.preventDefault();
      const length = event.shiftKey ? 5 * STEP : STEP;
      const [x, y] = this.#points[kind][index];
      this.#calls.moved(kind, index, [x + length * step[0], y + length * step[1]]);
      this.#calls.rested();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.#calls.removed(kind, index);
    }
  }
}
