// A run of images: keeps its frames, plays and scrubs them.
import { columnsOf, drawGrid, drawStrip } from "../plot/images.js";
import { atNextFrame, onAppearance } from "../plot/watch.js";
import { unless } from "./task.js";

const STRIP_PLACES = 9;
const PLAY_MS = 2500;

export class Player {
  #network;
  #view;
  #format;
  #job = null; // what was asked for last: see compute
  #key = "x"; // what of a frame the grid shows
  #count = 1; // images of the run that is shown
  #frames = [];
  #at = -1; // the frame that is shown
  #follow = true; // whether the newest frame is shown as it comes
  #chosen = 0;
  #playing = null;
  #ms = [];
  #ask;

  /** `network`: a Network, which may be replaced; `view`: elements by name; `format`: of the images; `signal` ends it. */
  constructor(network, view, format, signal) {
    this.#network = network;
    this.#format = format;
    this.#view = view;
    const on = (element, type, act) => element.addEventListener(type, act, { signal });
    on(view.time, "input", () => this.#scrub(Number(view.time.value)));
    on(view.play, "click", () => (this.#playing ? this.pause() : this.#play()));
    on(view.grid, "click", (event) => this.#pick(event));
    on(view.grid, "keydown", (event) => this.#move(event));
    this.#ask = atNextFrame(() => this.#draw(), signal);
    onAppearance(view.grid, () => this.redraw(), signal);
    signal.addEventListener("abort", () => this.pause());
  }

  /** Another network computes the next run. */
  set network(network) {
    this.#network = network;
  }

  /** The values of image `index` of the frame that is shown; null where there is none. */
  image(index = this.#chosen) {
    const frame = this.#frames[this.#at];
    if (!frame) return null;
    const size = frame.x.length / this.#count;
    return frame.x.slice(index * size, (index + 1) * size);
  }

  /**
   * Computes `request` (SampleRequest) until `signal` aborts; what was there stays until the first frame comes. `noun` is what an image is called,
   * "digit"; `about(i)` what image `i` is, "a 3"; `show`: "x" or "x1".
   */
  async compute({ request, noun, about, show }, signal) {
    this.#key = show;
    this.pause();
    const frames = [];
    const ms = [];
    try {
      const sampled = this.#network.sample(request, (frame) => {
        // A run that was begun again on another engine starts over.
        if (frame.nfe <= (frames.at(-1)?.nfe ?? -1) && !frame.done) frames.length = ms.length = 0;
        if (frames.length === 0) this.#begin(frames, ms, { count: request.labels.length, noun, about });
        frames.push(frame);
        ms.push(frame.ms);
        if (this.#follow) this.#at = frames.length - 1;
        this.redraw();
      });
      await unless(signal, sampled, () => this.#network.stop());
    } finally {
      this.#draw(); // not at the next display frame: whoever sees that the run is over sees its last picture
    }
    const last = frames.at(-1);
    if (last?.done) this.#view.announce.textContent = `${request.labels.length} ${noun}s computed, ${last.nfe} evaluations.`;
  }

  #begin(frames, ms, { count, noun, about }) {
    this.#job = { noun, about };
    this.#count = count;
    this.#frames = frames;
    this.#ms = ms;
    this.#follow = true;
    this.#at = -1;
  }

  show(key) {
    this.#key = key;
    this.redraw();
  }

  #scrub(t) {
    if (!this.#frames.length) return;
    this.pause();
    this.#follow = false;
    this.#at = this.#nearest(t);
    this.redraw();
  }

  #nearest(t) {
    let best = 0;
    this.#frames.forEach((frame, i) => {
      if (Math.abs(frame.t - t) < Math.abs(this.#frames[best].t - t)) best = i;
    });
    return best;
  }

  #play() {
    if (!this.#frames.length) return;
    this.#follow = false;
    const from = this.#at >= this.#frames.length - 1 ? 0 : this.#frames[this.#at].t;
    const began = performance.now() - from * PLAY_MS;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let steady = this.#at >= this.#frames.length - 1 ? -1 : this.#at;
    const tick = (now) => {
      // Without motion: one frame of the run a second, no faster.
      if (still) steady = Math.floor((now - began) / 1000);
      const t = still ? (this.#frames[Math.min(steady, this.#frames.length - 1)]?.t ?? 1) : (now - began) / PLAY_MS;
      this.#at = this.#nearest(Math.max(0, t));
      this.redraw();
      if (t < 1) this.#playing = requestAnimationFrame(tick);
      else this.pause();
    };
    this.#playing = requestAnimationFrame(tick);
    this.#view.play.textContent = "Pause";
  }

  pause() {
    if (this.#playing) cancelAnimationFrame(this.#playing);
    this.#playing = null;
    this.#view.play.textContent = "Play";
  }

  #pick(event) {
    const box = this.#view.grid.getBoundingClientRect();
    const side = columnsOf(this.#count);
    const column = Math.floor(((event.clientX - box.left) / box.width) * side);
    const row = Math.floor(((event.clientY - box.top) / box.height) * side);
    this.#choose(row * side + column);
  }

  #move(event) {
    const side = columnsOf(this.#count);
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -side, ArrowDown: side }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#choose(this.#chosen + step);
  }

  #choose(index) {
    if (index < 0 || index >= this.#count) return;
    this.#chosen = index;
    this.redraw();
  }

  /** Draws at the next display frame, however often it is asked. */
  redraw() {
    this.#ask();
  }

  #draw() {
    const frame = this.#frames[this.#at];
    if (!frame) return;
    const view = this.#view;
    const n = this.#count;
    if (this.#chosen >= n) this.#chosen = 0;
    drawGrid(view.grid, frame[this.#key], n, this.#chosen, this.#format);
    const places = this.#stripFrames();
    const shown = places.indexOf(frame);
    drawStrip(view.stripX, places, "x", this.#chosen, STRIP_PLACES, shown, this.#format);
    drawStrip(view.stripX1, places, "x1", this.#chosen, STRIP_PLACES, shown, this.#format);
    this.#label(frame, n);
  }

  #label(frame, n) {
    const view = this.#view;
    const t = frame.t.toFixed(2);
    view.time.value = String(frame.t);
    view.time.setAttribute("aria-valuetext", `t = ${t}`);
    view.timeText.textContent = `t = ${t}`;
    const { noun, about } = this.#job;
    const chosen = `${noun} ${this.#chosen + 1} of ${n}, ${about(this.#chosen)}`;
    view.chosen.textContent = `Film strip of ${n > 1 ? chosen : about(0)}`;
    view.grid.setAttribute("aria-label", `${n} generated ${noun}s at t = ${t}; chosen: ${chosen}`);
    const last = this.#frames.at(-1);
    view.nfe.textContent = String(last.nfe);
    const whole = this.#ms.reduce((sum, ms) => sum + ms, 0);
    view.ms.textContent = last.nfe ? `${(whole / last.nfe).toFixed(1)} ms` : "–";
    view.total.textContent = `${(whole / 1000).toFixed(2)} s`;
    view.figure.dataset.done = String(last.done);
    view.figure.dataset.frames = String(this.#frames.length);
  }

  /** Frames spread evenly over time, first and last included; empty places are still to come. */
  #stripFrames() {
    const last = this.#frames.at(-1);
    if (!last.done) {
      // While computing, a place fills once the run has passed its time.
      return Array.from({ length: STRIP_PLACES }, (_, k) => {
        const t = k / (STRIP_PLACES - 1);
        return t <= last.t + 1e-9 ? this.#frames[this.#nearest(t)] : null;
      });
    }
    const count = Math.min(STRIP_PLACES, this.#frames.length);
    return Array.from({ length: count }, (_, k) => this.#frames[this.#nearest(count === 1 ? 1 : k / (count - 1))]);
  }
}
