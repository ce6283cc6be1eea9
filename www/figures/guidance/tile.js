// Particles of three classes under one kind of guidance, over the data.
import { color } from "../../plot/theme.js";
import { Plane } from "../../plot/plane.js";
import { readPalette } from "../../plot/colors.js";
import { CLASSES } from "./table.js";

const HALF = 4.2; // of the view: the arms reach 3 units from the center
const WAYS = 30; // particles whose way is drawn

/** A dot, a square or a triangle around (x, y), as large as a square of `side`. */
function mark(context, which, x, y, side) {
  const half = side / 2;
  context.beginPath();
  if (which === 0) context.arc(x, y, 1.1 * half, 0, 2 * Math.PI);
  else if (which === 1) context.rect(x - half, y - half, side, side);
  else {
    context.moveTo(x, y - 1.3 * half);
    context.lineTo(x + 1.2 * half, y + half);
    context.lineTo(x - 1.2 * half, y + half);
    context.closePath();
  }
  context.fill();
}

export class Tile {
  #root = document.createElement("figure");
  #canvas = document.createElement("canvas");
  #figures = document.createElement("span");
  #title;
  #shown = null;

  constructor(title) {
    this.#title = title;
    this.#canvas.setAttribute("role", "img");
    const caption = document.createElement("figcaption");
    caption.append(Object.assign(document.createElement("strong"), { textContent: title }), this.#figures);
    this.#root.append(this.#canvas, caption);
    this.clear("not trained yet");
  }

  get root() {
    return this.#root;
  }

  /** Nothing to show but the `data`, if there are any, and why. */
  clear(why, data = null) {
    this.#shown = data && { data, frames: [] };
    this.#say(why);
    this.redraw();
  }

  /** `run`: {x, recognized, w2, spread} of `steps` steps; `data`: points, classes in turn like the particles. */
  show(run, steps, data) {
    const stride = run.x.length / (steps + 1);
    const frames = Array.from({ length: steps + 1 }, (_, k) => run.x.subarray(k * stride, (k + 1) * stride));
    this.#shown = { data, frames };
    const share = (v) => `${(100 * v).toFixed(1)} %`;
    this.#say(`recognized ${share(run.recognized)}, W₂ ${run.w2.toFixed(3)}, spread ${share(run.spread)}`);
    this.redraw();
  }

  #say(text) {
    this.#figures.textContent = text;
    this.#canvas.setAttribute("aria-label", `${this.#title}: ${text}`);
  }

  redraw() {
    const canvas = this.#canvas;
    const size = (canvas.width = canvas.height = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio)));
    if (!this.#shown) return;
    const { data, frames } = this.#shown;
    const context = canvas.getContext("2d");
    const plane = new Plane(HALF, size);
    const unit = size / Math.max(1, canvas.clientWidth);
    const points = (list, alpha, side) => {
      context.globalAlpha = alpha;
      for (let i = 0; i < list.length; i += 2) {
        const which = (i / 2) % CLASSES;
        context.fillStyle = color(canvas, `--class-${which}`);
        mark(context, which, plane.px(list[i]), plane.py(list[i + 1]), side);
      }
    };
    points(data, 0.16, 2.5 * unit);
    context.globalAlpha = 0.4;
    context.strokeStyle = readPalette(canvas).quiet;
    context.lineWidth = 0.8 * unit;
    context.beginPath();
    for (let i = 0; frames.length && i < 2 * WAYS; i += 2) {
      frames.forEach((frame, k) => {
        if (k) context.lineTo(plane.px(frame[i]), plane.py(frame[i + 1]));
        else context.moveTo(plane.px(frame[i]), plane.py(frame[i + 1]));
      });
    }
    context.stroke();
    if (frames.length) points(frames.at(-1), 0.85, 3 * unit);
    context.globalAlpha = 1;
  }
}
