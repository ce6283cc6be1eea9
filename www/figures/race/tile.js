// One contestant: its particles at the chosen number of evaluations, and what they amount to.
import { element } from "../../plot/chart.js";
import { readPalette } from "../../plot/colors.js";
import { color } from "../../plot/theme.js";
import { Plane } from "../../plot/plane.js";
import { MARKS } from "./chart.js";

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

  /**
   * `run`: {nfe, w2, straightness, ends, ways}: points, and frames of points, the first of the noise or of an early moment of training;
   * `target`: points; `half`: the view.
   */
  show(run, target, half) {
    this.#shown = { run, target, half };
    const { nfe } = run;
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
    const dots = (points, color, side) => {
      context.fillStyle = color;
      for (let i = 0; i < points.length; i += 2) {
        context.fillRect(plane.px(points[i]) - side / 2, plane.py(points[i + 1]) - side / 2, side, side);
      }
    };
    context.globalAlpha = 0.35;
    dots(target, colors.target, 1.5 * unit);
    context.strokeStyle = colors.quiet;
    context.lineWidth = 0.8 * unit;
    context.beginPath();
    for (let i = 0; i < (run.ways[0]?.length ?? 0); i += 2) {
      run.ways.forEach((frame, k) => {
        /** @type {[number, number]} */
        const place = [plane.px(frame[i]), plane.py(frame[i + 1])];
        if (k) context.lineTo(...place);
        else context.moveTo(...place);
      });
    }
    context.stroke();
    context.globalAlpha = 0.85;
    dots(run.ends, hue, 2.2 * unit);
    context.globalAlpha = 1;
  }
}
