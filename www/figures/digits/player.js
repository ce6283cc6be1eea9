// A run of digits: keeps its frames, plays and scrubs them.
import { unless } from "../../element/task.js";
import { drawGrid, drawStrip } from "../../plot/images.js";
import { atNextFrame, onAppearance } from "../../plot/watch.js";
import { labels } from "./table.js";

const STRIP_PLACES = 9;
const PLAY_MS = 2500;

export class Player {
  #network;
  #view;
  #state;
  #frames = [];
  #at = -1; // the frame that is shown
  #follow = true; // whether the newest frame is shown as it comes
  #chosen = 0;
  #playing = null;
  #ms = [];
  #ask;

  /** `network`: a DigitNetwork; `view`: elements by name; `signal` ends it. */
  constructor(network, view, signal) {
    this.#network = network;
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

  /** Computes the digits that `state` asks for, until `signal` aborts; what was there stays until the first frame comes. */
  async compute(state, signal) {
    this.#state = { ...state };
    const classes = labels(state);
    const { solver, steps, tolerance, seed } = state;
    const guidance = { weight: state.guidance, from: state.from, to: 1 };
    const request = { seed, labels: classes, solver, steps, tolerance, guidance };
    this.pause();
    const frames = [];
    const ms = [];
    try {
      const sampled = this.#network.sample(request, (frame) => {
        // A run that was begun again on another engine starts over.
        if (frame.nfe <= (frames.at(-1)?.nfe ?? -1) && !frame.done) frames.length = ms.length = 0;
        if (frames.length === 0) this.#begin(frames, ms);
        frames.push({ ...frame, labels: classes });
        ms.push(frame.ms);
        if (this.#follow) this.#at = frames.length - 1;
        this.redraw();
      });
      await unless(signal, sampled, () => this.#network.stop());
    } finally {
      this.#draw(); // not at the next display frame: whoever sees that the run is over sees its last picture
    }
    const last = frames.at(-1);
    if (last?.done) this.#view.announce.textContent = `${classes.length} digits computed, ${last.nfe} evaluations.`;
  }

  #begin(frames, ms) {
    this.#frames = frames;
    this.#ms = ms;
    this.#follow = true;
    this.#at = -1;
  }

  show(key) {
    if (this.#state) this.#state.show = key;
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
    const side = Math.sqrt(this.#state?.digits ?? 1);
    const column = Math.floor(((event.clientX - box.left) / box.width) * side);
    const row = Math.floor(((event.clientY - box.top) / box.height) * side);
    this.#choose(row * side + column);
  }

  #move(event) {
    const side = Math.sqrt(this.#state?.digits ?? 1);
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -side, ArrowDown: side }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#choose(this.#chosen + step);
  }

  #choose(index) {
    if (index < 0 || index >= (this.#state?.digits ?? 1)) return;
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
    const n = frame.labels.length;
    if (this.#chosen >= n) this.#chosen = 0;
    drawGrid(view.grid, frame[this.#state.show], n, this.#chosen);
    const places = this.#stripFrames();
    const shown = places.indexOf(frame);
    drawStrip(view.stripX, places, "x", this.#chosen, STRIP_PLACES, shown);
    drawStrip(view.stripX1, places, "x1", this.#chosen, STRIP_PLACES, shown);
    this.#label(frame, n);
  }

  #label(frame, n) {
    const view = this.#view;
    const t = frame.t.toFixed(2);
    view.time.value = String(frame.t);
    view.time.setAttribute("aria-valuetext", `t = ${t}`);
    view.timeText.textContent = `t = ${t}`;
    const digit = `digit ${this.#chosen + 1} of ${n}, a ${frame.labels[this.#chosen]}`;
    view.chosen.textContent = n > 1 ? `Film strip of ${digit}` : `Film strip of the ${frame.labels[0]}`;
    view.grid.setAttribute("aria-label", `${n} generated digits at t = ${t}; chosen: ${digit}`);
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
