// One contestant: its particles at the chosen number of evaluations, and what they amount to.
import { element } from "../../plot/chart.js";
import { readPalette } from "../../plot/colors.js";
import { color } from "../../plot/theme.js";
import { Plane } from "../../plot/plane.js";
import { MARKS } from "./chart.js";

const WAYS = 60; // particles whose way is drawn

export class Tile {
  #root = document.createElement("figure");
  #canvas = document.createElement("canvas");
  #figures = document.createElement("span");
  #label;
  #shown = null;

  /** `slot`: its color and mark; `label`: what the method is called. */
  constructor(slot, label) {
    this.#label = label;
    this.#root.className = `racer racer-${slot}`;
    this.#canvas.setAttribute("role", "img");
    const caption = document.createElement("figcaption");
    const name = Object.assign(document.createElement("strong"), { textContent: label });
    const mark = element("svg", { viewBox: "-7 -7 14 14", "aria-hidden": "true" });
    mark.append(element("path", { class: "mark", d: MARKS[slot % MARKS.length] }));
    caption.append(mark, name, this.#figures);
    this.#root.append(this.#canvas, caption);
    this.say("waiting");
  }

  get root() {
    return this.#root;
  }

  /** A word in place of figures. */
  say(text) {
    this.#figures.textContent = text;
    if (!this.#shown) this.#canvas.setAttribute("aria-label", `${this.#label}: ${text}`);
  }

  /** `run`: {times, x, w2, straightness}; `target`: points; `half`: the view. */
  show(run, target, half) {
    this.#shown = { run, target, half };
    const nfe = run.times.length - 1;
    const straight = Number.isFinite(run.straightness) && nfe > 1 ? `, straightness ${run.straightness.toFixed(2)}` : "";
    this.#figures.textContent = `W₂ ${run.w2.toFixed(3)} at ${nfe} NFE${straight}`;
    this.#canvas.setAttribute("aria-label", `${this.#label}: particles after ${nfe} evaluations, W₂ ${run.w2.toFixed(3)}`);
    this.redraw();
  }

  redraw() {
    if (!this.#shown) return;
    const { run, target, half } = this.#shown;
    const canvas = this.#canvas;
    const size = (canvas.width = canvas.height = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio)));
    const context = canvas.getContext("2d");
    const plane = new Plane(half, size);
    const colors = readPalette(canvas);
    const hue = color(canvas, "--racer");
    const unit = size / Math.max(1, canvas.clientWidth);
    const dots = (points, from, color, side) => {
      context.fillStyle = color;
      for (let i = from; i < points.length; i += 2) {
        context.fillRect(plane.px(points[i]) - side / 2, plane.py(points[i + 1]) - side / 2, side, side);
      }
    };
    context.globalAlpha = 0.35;
    dots(target, 0, colors.target, 1.5 * unit);
    const frames = run.times.length;
    const stride = run.x.length / frames;
    context.strokeStyle = colors.quiet;
    context.lineWidth = 0.8 * unit;
    context.beginPath();
    for (let i = 0; i < Math.min(2 * WAYS, stride); i += 2) {
      for (let k = 0; k < frames; k += 1) {
        /** @type {[number, number]} */
        const place = [plane.px(run.x[k * stride + i]), plane.py(run.x[k * stride + i + 1])];
        if (k) context.lineTo(...place);
        else context.moveTo(...place);
      }
    }
    context.stroke();
    context.globalAlpha = 0.85;
    dots(run.x, (frames - 1) * stride, hue, 2.2 * unit);
    context.globalAlpha = 1;
  }
}
