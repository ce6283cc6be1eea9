// Slow motion: one training step in named stages, drawn over the stage.
import { pause } from "../../element/task.js";
import { readPalette } from "../../plot/colors.js";
import { Plane } from "../../plot/plane.js";

const HOLD_MS = 1600;

const STAGES = [
  ["Draw pairs", "Each ring is a draw x₀ from the source, each cross its partner x₁ from the target."],
  ["A point on each path", "A time t for each pair, and x_t on its conditional path."],
  ["Target velocity", "uₜ, the velocity of the conditional path there: what the network should say."],
  ["Prediction", "What the network says at (x_t, t)."],
  ["Loss", "The gap between the two, squared: its mean is the loss."],
  ["Update", "One step of AdamW down the gradient of that mean; then the next pairs."],
];

export class SlowMotion {
  #canvas;
  #caption;
  #motion = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(canvas, caption) {
    this.#canvas = canvas;
    this.#caption = caption;
  }

  /** Goes through the stages of `pairs` (Lab.stages) in a view of `half`, until `signal` aborts. */
  async show(pairs, half, signal) {
    for (let stage = 0; stage < STAGES.length && !signal.aborted; stage += 1) {
      this.#draw(pairs, half, stage);
      const loss = pairs.losses.reduce((a, b) => a + b, 0) / pairs.losses.length;
      const [name, text] = STAGES[stage];
      const figure = stage === 4 ? ` Of these ${pairs.losses.length} pairs it is ${loss.toFixed(3)}.` : "";
      this.#caption.textContent = `Step ${pairs.step + 1}, ${stage + 1} of ${STAGES.length}. ${name}: ${text}${figure}`;
      await pause(this.#motion.matches ? 2 * HOLD_MS : HOLD_MS, signal);
    }
  }

  clear() {
    this.#caption.textContent = "";
    this.#canvas.getContext("2d").clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  #draw({ x0, x1, xt, ut, predicted }, half, stage) {
    const side = this.#canvas.clientWidth;
    const size = (this.#canvas.width = this.#canvas.height = Math.round(side * devicePixelRatio));
    const context = this.#canvas.getContext("2d");
    const colors = readPalette(this.#canvas);
    const plane = new Plane(half, size);
    const unit = devicePixelRatio;
    const at = (points, i) => [plane.px(points[2 * i]), plane.py(points[2 * i + 1])];
    context.lineCap = "round";
    // The flow behind it recedes.
    context.fillStyle = colors.paper;
    context.globalAlpha = 0.72;
    context.fillRect(0, 0, size, size);
    context.globalAlpha = 1;
    const line = (from, to, color, width) => {
      context.strokeStyle = color;
      context.lineWidth = width * unit;
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...to);
      context.stroke();
    };
    const n = xt.length / 2;
    const reach = half / 6 / Math.max(1e-6, Math.max(...Array.from(ut, Math.abs)));
    const tip = (i, u) => [plane.px(xt[2 * i] + reach * u[2 * i]), plane.py(xt[2 * i + 1] + reach * u[2 * i + 1])];
    for (let i = 0; i < n; i += 1) {
      const [from, to, on] = [at(x0, i), at(x1, i), at(xt, i)];
      context.setLineDash([3 * unit, 4 * unit]);
      line(from, to, colors.quiet, 0.8);
      context.setLineDash([]);
      context.strokeStyle = colors.source;
      context.lineWidth = 1.8 * unit;
      context.beginPath();
      context.arc(...from, 4 * unit, 0, 7);
      context.stroke();
      const r = 4 * unit;
      line([to[0] - r, to[1] - r], [to[0] + r, to[1] + r], colors.target, 1.8);
      line([to[0] - r, to[1] + r], [to[0] + r, to[1] - r], colors.target, 1.8);
      if (stage >= 2) this.#arrow(line, on, tip(i, ut), colors.exact, unit);
      if (stage >= 3) this.#arrow(line, on, tip(i, predicted), colors.learned, unit);
      if (stage === 4) line(tip(i, ut), tip(i, predicted), colors.text, 2.4);
      if (stage >= 1) {
        context.fillStyle = colors.text;
        context.beginPath();
        context.arc(...on, 3.4 * unit, 0, 7);
        context.fill();
      }
    }
  }

  #arrow(line, from, to, color, unit) {
    line(from, to, color, 2);
    const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
    const r = 6 * unit;
    for (const turn of [2.6, -2.6]) line(to, [to[0] + r * Math.cos(angle + turn), to[1] + r * Math.sin(angle + turn)], color, 2);
  }
}
