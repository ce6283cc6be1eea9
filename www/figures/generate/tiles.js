// Images on their way from noise: all play once, and time runs back under the pointer.
import { DIGIT, drawGrid, valuesOf } from "../../plot/images.js";
import { frameAt } from "../../plot/interpolate.js";
import { atNextFrame, onAppearance } from "../../plot/watch.js";

const PLAY_MS = 1600; // from noise to data
const BACK_MS = 200; // from data to noise, under the pointer
const REACH = [0.5, 2.2]; // within the first of the pointer, in tiles, there is noise; beyond the second nothing changes
const SIZE = valuesOf(DIGIT);

/** Columns on a canvas of so many CSS pixels. */
export const columnsAt = (width) => (width < 512 ? 5 : 10);

export class Tiles {
  #canvas;
  #frames = []; // {t, x} of all images, by rising t
  #n = 0;
  #columns = 0;
  #times = new Float32Array(0); // of each image, as it is shown
  #shown = new Float32Array(0);
  #pointer = null; // {x, y} in tiles
  #last = 0; // when the clock last ran, 0: not since it stood still
  #still;
  #tick;
  #draw;

  /** `still()`: whether a person does not want motion: then only the ends are shown. */
  constructor(canvas, still, signal) {
    this.#canvas = canvas;
    this.#still = still;
    this.#tick = atNextFrame(() => this.#step(performance.now()), signal);
    this.#draw = atNextFrame(() => this.#paint(), signal);
    const on = (type, act) => canvas.addEventListener(type, act, { signal });
    on("pointermove", (event) => this.#point(event));
    on("pointerleave", () => this.#point(null));
    on("pointercancel", () => this.#point(null));
    onAppearance(canvas, this.#draw, signal);
  }

  /** Of the images that are shown; 0 before there are any. */
  get columns() {
    return this.#columns;
  }

  /** `n` other images in so many columns; until their first frame comes, the picture stays. */
  begin(n, columns) {
    this.#n = n;
    this.#columns = columns;
    this.#canvas.style.aspectRatio = `${columns} / ${Math.ceil(n / columns)}`;
    this.#frames = [];
    this.#times = new Float32Array(n);
    this.#shown = new Float32Array(n * SIZE);
  }

  /** The next frame: {t, x}. */
  add(frame) {
    this.#frames.push(frame);
    this.#wake();
  }

  #point(event) {
    const box = this.#canvas.getBoundingClientRect();
    const tile = box.width / this.#columns;
    this.#pointer = event && { x: (event.clientX - box.left) / tile, y: (event.clientY - box.top) / tile };
    this.#wake();
  }

  /** The latest time of image `i`: what is computed, and noise near the pointer. */
  #goal(i) {
    const computed = this.#frames.at(-1)?.t ?? 0;
    if (!this.#pointer || this.#still()) return computed;
    const columns = this.#columns;
    const distance = Math.hypot((i % columns) + 0.5 - this.#pointer.x, Math.floor(i / columns) + 0.5 - this.#pointer.y);
    return Math.min(computed, Math.max(0, (distance - REACH[0]) / (REACH[1] - REACH[0])));
  }

  #wake() {
    if (!this.#last) this.#last = performance.now();
    this.#tick();
  }

  #step(now) {
    const passed = now - this.#last;
    this.#last = now;
    let moving = false;
    for (let i = 0; i < this.#n; i += 1) {
      const [t, goal] = [this.#times[i], this.#goal(i)];
      const by = this.#still() ? 1 : passed / (goal > t ? PLAY_MS : BACK_MS);
      this.#times[i] = goal > t ? Math.min(goal, t + by) : Math.max(goal, t - by);
      moving ||= Math.abs(this.#times[i] - goal) > 1e-4;
    }
    this.#paint();
    if (moving) this.#tick();
    else this.#last = 0;
  }

  #paint() {
    if (!this.#frames.length) return;
    const times = this.#frames.map(({ t }) => t);
    for (let i = 0; i < this.#n; i += 1) {
      const at = frameAt(times, this.#times[i]);
      const k = Math.min(Math.floor(at), times.length - 1);
      const [from, to, share] = [this.#frames[k].x, this.#frames[Math.min(k + 1, times.length - 1)].x, at - k];
      // Between two frames the line that the step took.
      for (let j = i * SIZE; j < (i + 1) * SIZE; j += 1) this.#shown[j] = from[j] + share * (to[j] - from[j]);
    }
    drawGrid(this.#canvas, this.#shown, this.#n, -1, DIGIT, this.#columns);
  }
}
