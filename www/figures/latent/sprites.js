// Particles as the digits that they are decoded to, over the plane in which they move.
import { interpolate } from "../../plot/interpolate.js";
import { DIGIT, drawAt } from "../../plot/images.js";
import { Plane } from "../../plot/plane.js";
import { onAppearance } from "../../plot/watch.js";

const SIDE = 0.058; // of the plane's

export class Sprites {
  #canvas;
  #half;
  #shown = null; // {flow, images}: a flow of few particles, and the image of each in each frame
  #places = new Float32Array(0);
  #t = 1;

  constructor(canvas, half, signal) {
    this.#canvas = canvas;
    this.#half = half;
    onAppearance(canvas, () => this.draw(), signal);
  }

  /** `images`: of frame after frame, as many as the flow has points; null: nothing is shown. */
  show(flow, images) {
    this.#shown = flow && { flow, images };
    this.draw();
  }

  draw(t = this.#t) {
    this.#t = t;
    const canvas = this.#canvas;
    const size = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    if (canvas.width !== size || canvas.height !== size) Object.assign(canvas, { width: size, height: size });
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, size, size);
    if (!this.#shown || !canvas.isConnected) return;
    const { flow, images } = this.#shown;
    const n = flow.x.length / (2 * flow.times.length);
    if (this.#places.length !== 2 * n) this.#places = new Float32Array(2 * n);
    interpolate(flow, t, this.#places);
    const frame = Math.round(t * (flow.times.length - 1));
    const plane = new Plane(this.#half, size);
    const side = SIDE * size;
    for (let i = 0; i < n; i += 1) {
      const [x, y] = [plane.px(this.#places[2 * i]) - side / 2, plane.py(this.#places[2 * i + 1]) - side / 2];
      drawAt(context, images, frame * n + i, { x, y, side }, DIGIT);
    }
  }
}
