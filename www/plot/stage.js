// A square view of the plane: layers of a flow, drawn at any t.
import { typicalSpeed } from "./arrows.js";
import { readPalette } from "./colors.js";
import { words } from "./glyphs.js";
import { interpolate, pointsOf } from "./interpolate.js";
import { INITIAL, drawKey, makeLayers } from "./layers.js";
import { ParticleImage } from "./particles.js";
import { Plane, nearest } from "./plane.js";
import { Pointing } from "./pointing.js";
import { onTheme } from "./theme.js";
import { atNextFrame, onResize } from "./watch.js";

/** Larger squares are drawn with this many pixels a side and enlarged. */
const MOST_PIXELS = 1440;

export class Stage {
  #canvas;
  #context;
  #half;
  #t = 0;
  #layers = makeLayers();
  #on = { ...INITIAL };
  #data = { flow: null, curve: "linear", handles: [], held: -1, cursor: null, speed: 1 };
  #colors = null;
  #image = new ParticleImage();
  #large = null; // a second one for exports, made when needed
  #kept = []; // pictures of neighboring layers that do not change with t
  #age = 0; // counts what makes them stale
  #stale = true;
  #ask;
  #places = new Float32Array(0);
  #placesOf = {};

  /**
   * `half`: the view is [−half, half]². Callbacks get plane coordinates: `onHover({x, y} | null)`,
   * `onPick({x, y, handle})` for a click, `onDragStart`, `onDrag`, `onDragEnd` likewise; `handle` is the index of
   * the one under the pointer, −1 for none; `announce(text)` says what the keyboard's cursor does. `signal` ends it.
   * @param {HTMLCanvasElement} canvas
   * @param {{signal: AbortSignal, half?: number, label?: string, announce?: (text: string) => void, [callback: string]: any}} options
   */
  constructor(canvas, { signal, half = 4, label = "The plane", ...callbacks }) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
    this.#half = half;
    this.label = label;
    canvas.tabIndex = 0;
    canvas.classList.add("plane");
    this.#ask = atNextFrame(() => this.draw(), signal);
    onTheme(canvas, () => this.recolor(), signal);
    onResize(canvas, () => this.#touch(), signal);
    new Pointing(canvas, this, callbacks, signal);
  }

  get canvas() {
    return this.#canvas;
  }
  get half() {
    return this.#half;
  }
  set half(value) {
    this.#half = value;
    this.#touch();
  }
  get t() {
    return this.#t;
  }
  get layers() {
    return { ...this.#on };
  }
  get flow() {
    return this.#data.flow;
  }
  get handles() {
    return this.#data.handles;
  }
  set label(text) {
    this.#canvas.setAttribute("aria-label", text);
  }
  get label() {
    return this.#canvas.getAttribute("aria-label");
  }

  /** Switches layers by name; what is not named stays. */
  setLayers(layers) {
    for (const name of Object.keys(layers)) {
      if (Object.hasOwn(INITIAL, name)) continue;
      throw new Error(`a stage has no layer “${name}”; it has ${Object.keys(INITIAL).join(", ")}`);
    }
    Object.assign(this.#on, layers);
    this.#touch();
  }

  /** The particles; `curve` between frames: "linear", what Euler does, or "cubic" for solvers of higher order. */
  setFlow(flow, { curve = "linear" } = {}) {
    this.#put({ flow, curve }, false);
  }
  /** The learned velocity: {side, values} or, for several t, {side, times, values}. */
  setField(field) {
    this.#put({ field, ...this.#speed(field ?? this.#data.exact) });
  }
  /** The exact velocity, in the same shape, or its estimate from so many `draws`; both get arrows of the learned one's scale. */
  setExact(exact) {
    this.#put({ exact, ...this.#speed(this.#data.field ?? exact) });
  }
  /** {side, values}: densities, row 0 lowest; null counts the particles as they are shown. */
  setDensity(density) {
    this.#put({ density });
  }
  /** {side, logDensity, low?, high?}: the range that the shades cover (by default the upper ln 1000). */
  setLikelihood(likelihood) {
    this.#put({ likelihood });
  }
  /** {side, times, x}: a flow of side × side points that began as a regular grid. */
  setGrid(grid) {
    this.#put({ grid }, false);
  }
  setEnds(source, target) {
    this.#put({ source, target });
  }
  /** A flow of conditional paths. */
  setConditional(conditional) {
    this.#put({ conditional });
  }
  /** A flow of chosen particles, each shown with its whole trajectory. */
  setTraces(traces) {
    this.#put({ traces });
  }
  /** {x, y, points, weights, velocity}: which data points pull (x, y). */
  setPull(pull) {
    this.#put({ pull }, false);
  }
  /** Points that can be dragged: [{x, y, label}]. */
  setHandles(handles) {
    this.#put({ handles: handles ?? [] }, false);
  }
  /** Marks (x, y), {x, y, strong} or null, and the handle that is held; Pointing calls it. */
  setCursor(cursor, held = -1) {
    this.#put({ cursor, held }, false);
  }

  /** Reads the colors again: the style sheet's changed. */
  recolor() {
    this.#colors = null;
    this.#touch();
  }

  /** Shows the flow at `t`; does nothing where that would change nothing. */
  draw(t = this.#t) {
    const moves = t !== this.#t && this.#shown().some((layer) => !layer.still(this.#data));
    this.#t = t;
    if (!moves && !this.#stale) return;
    const side = this.#canvas.clientWidth;
    if (side === 0) return; // hidden: drawn when it is seen
    const size = Math.min(MOST_PIXELS, Math.max(1, Math.round(side * devicePixelRatio)));
    if (this.#canvas.width !== size || this.#canvas.height !== size) {
      this.#canvas.width = this.#canvas.height = size;
      this.#age += 1;
    }
    this.#stale = false;
    this.#paint(this.#context, this.#env(size, side, this.#image), this.#kept);
  }

  /**
   * Draws the same at another size, for a file: `side` in CSS pixels, `size` in pixels of `context`. The cursor
   * is left out; `caption` is written at the lower left.
   */
  paint(context, { size, side = size, t = this.#t, caption = "" }) {
    this.#large ??= new ParticleImage();
    const env = this.#env(size, side, this.#large, t);
    this.#paint(context, env, null);
    if (caption) words(context, caption, 12 * env.unit, size - 32 * env.unit, env, { size: 12 });
  }

  /** The shown particle nearest to (x, y): {index, distance}; index −1 without particles. */
  nearest(x, y) {
    return this.#data.flow ? nearest(this.#positions(this.#t), x, y) : { index: -1, distance: Infinity };
  }

  #put(values, kept = true) {
    Object.assign(this.#data, values);
    this.#touch(kept);
  }

  #speed(field) {
    return { speed: field ? typicalSpeed(field.values) : 1 };
  }

  /** Draws at the next display frame, however often it is asked. */
  #touch(kept = true) {
    if (kept) this.#age += 1;
    this.#stale = true;
    this.#ask();
  }

  #shown() {
    return this.#layers.filter((layer) => this.#on[layer.name] && layer.has(this.#data));
  }

  #env(size, side, image, t = this.#t) {
    this.#colors ??= readPalette(this.#canvas);
    const plane = new Plane(this.#half, size);
    const positions = () => this.#positions(t);
    return { plane, unit: size / side, side, t, colors: this.#colors, image, on: this.#on, positions };
  }

  /** The particles at `t`, x, y interleaved: a view that the next call may overwrite. */
  #positions(t) {
    const { flow, curve } = this.#data;
    const n = 2 * pointsOf(flow);
    if (this.#placesOf.flow !== flow || this.#placesOf.t !== t) {
      if (this.#places.length < n) this.#places = new Float32Array(n);
      interpolate(flow, t, this.#places, curve);
      this.#placesOf = { flow, t };
    }
    return this.#places.subarray(0, n);
  }

  #paint(context, env, kept) {
    const { size } = env.plane;
    context.fillStyle = env.colors.paper;
    context.fillRect(0, 0, size, size);
    const shown = this.#shown().filter((layer) => kept || layer.name !== "cursor");
    let run = 0;
    for (let i = 0; i < shown.length; ) {
      let end = i;
      while (kept && end < shown.length && shown[end].still(this.#data) && !shown[end].light) end += 1;
      if (end > i) {
        context.drawImage(this.#keep(kept, run, shown.slice(i, end), env), 0, 0);
        run += 1;
        i = end;
      } else {
        shown[i].draw(context, env, this.#data);
        i += 1;
      }
    }
    if (this.#on.key) drawKey(context, env, this.#data, shown);
  }

  /** A picture of `layers`, drawn again only when something in it changed. */
  #keep(kept, run, layers, env) {
    const { size } = env.plane;
    const picture = (kept[run] ??= { canvas: document.createElement("canvas"), of: "" });
    const of = `${this.#age} ${size} ${layers.map((layer) => layer.name)}`;
    if (picture.of === of) return picture.canvas;
    picture.of = of;
    if (picture.canvas.width !== size) picture.canvas.width = picture.canvas.height = size;
    const context = picture.canvas.getContext("2d");
    context.clearRect(0, 0, size, size);
    for (const layer of layers) layer.draw(context, env, this.#data);
    return picture.canvas;
  }
}
