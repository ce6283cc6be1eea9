// The path's alpha and sigma, its signal-to-noise ratio, and the curves of one's own that a person moves.
import { Chart, element, line } from "../../plot/chart.js";
import { experiment, ownRun, readCurves, settings, writeCurves } from "./table.js";

const TICKS = [0, 0.25, 0.5, 0.75, 1];
const RATIOS = [0.001, 0.1, 10, 1000];
const LEAST = 1; // hundredths from one value of a curve to the next, see src/path/schedule.rs
const FAR = 5; // hundredths, with Shift
const NAMES = { alpha: "α", sigma: "σ" };

/** How low and how high value `i` of a curve can be between its neighbors. */
function limits(values, name, i) {
  const all = name === "alpha" ? [0, ...values.alpha, 1] : [1, ...values.sigma, 0];
  const [low, high] = [all[i], all[i + 2]].sort((a, b) => a - b);
  return [low + LEAST / 100, high - LEAST / 100];
}

/** Curves over t, with what they are called beside their ends. */
class CurveChart extends Chart {
  #told = null; // {curves: [{run, name, values}], t, y, title, label}
  #placed;

  /** `placed({X, Y})` is called when it was drawn: what gives pixels. @param {Element} place @param {AbortSignal} signal */
  constructor(place, signal, placed = (_scales) => {}) {
    super(place, signal);
    this.#placed = placed;
  }

  set(told) {
    this.#told = told;
    this.redraw();
  }

  render(width) {
    if (!this.#told) return;
    const { curves, t, y, label } = this.#told;
    const legend = curves.map(({ run, name }) => ({ run, text: name }));
    const { root, X, Y } = this.frame(width, { x: { title: "t", low: 0, high: 1, ticks: TICKS }, y, legend, label });
    for (const { run, values } of curves) {
      const group = element("g", { class: run });
      group.append(element("path", { class: "line", d: line(Array.from(t, (at, k) => [X(at), Y(values[k])])) }));
      root.append(group);
    }
    this.#placed({ X, Y });
  }
}

export class Curves {
  #state;
  #place;
  #calls;
  #signal;
  #charts;
  #handles = { alpha: [], sigma: [] };
  #scales = null;
  #asked = 0;

  /**
   * `places`: {curves, ratio, note}, elements; `calls`: schedule(experiment) resolves to {t, alpha, sigma}; moved(text) when a person moved a
   * value; `signal` ends it.
   */
  constructor(places, state, calls, signal) {
    this.#state = state;
    this.#place = places;
    this.#calls = calls;
    this.#signal = signal;
    const placed = (scales) => {
      this.#scales = scales;
      this.#lay();
    };
    this.#charts = { curves: new CurveChart(places.curves, signal, placed), ratio: new CurveChart(places.ratio, signal) };
    for (const name of ["alpha", "sigma"]) this.#handles[name] = [0, 1, 2].map((i) => this.#make(name, i));
  }

  /** Shows the path that the state asks for. */
  async refresh() {
    this.#lay();
    const asked = (this.#asked += 1);
    const { t, alpha, sigma } = await this.#calls.schedule(experiment(settings(this.#state, ownRun(this.#state) ?? 0)));
    if (asked !== this.#asked || this.#signal.aborted) return;
    const top = Math.max(1, ...sigma);
    const said = (values) => TICKS.map((at) => values[Math.round(at * (values.length - 1))].toFixed(2)).join(", ");
    this.#charts.curves.set({
      curves: [
        { run: "a", name: "α, weight of the data", values: alpha },
        { run: "b", name: "σ, weight of the noise", values: sigma },
      ],
      t,
      y: { title: "weight", low: 0, high: top, ticks: top > 1 ? [0, 1, 2, 3, 4, 5] : TICKS },
      label: `The path. At t = 0, 0.25, 0.5, 0.75 and 1, alpha is ${said(alpha)}; sigma is ${said(sigma)}.`,
    });
    const within = (v) => Math.min(2 * RATIOS.at(-1), Math.max(RATIOS[0] / 2, v));
    const ratio = Array.from(alpha, (a, k) => within((a / Math.max(sigma[k], 1e-9)) ** 2));
    const even = t[ratio.findIndex((v) => v >= 1)];
    this.#charts.ratio.set({
      curves: [{ run: "a", name: "α² / σ²", values: ratio }],
      t,
      y: { title: "signal-to-noise ratio", low: RATIOS[0] / 2, high: 2 * RATIOS.at(-1), log: true, ticks: RATIOS },
      label: `Signal-to-noise ratio, alpha squared over sigma squared: 1 at about t = ${even?.toFixed(2)}.`,
    });
  }

  get #own() {
    return ownRun(this.#state) !== undefined;
  }

  /** Puts the handles where the values are. */
  #lay() {
    const values = readCurves(this.#state["lab.curves"]);
    this.#place.note.hidden = !this.#own;
    for (const [name, handles] of Object.entries(this.#handles)) {
      handles.forEach((handle, i) => {
        handle.hidden = !this.#own || !this.#scales;
        if (handle.hidden) return;
        handle.style.left = `${this.#scales.X((i + 1) / 4)}px`;
        handle.style.top = `${this.#scales.Y(values[name][i])}px`;
        const [low, high] = limits(values, name, i);
        for (const [what, value] of Object.entries({ now: values[name][i], min: low, max: high })) {
          handle.setAttribute(`aria-value${what}`, value.toFixed(2));
        }
      });
    }
  }

  #make(name, i) {
    const handle = document.createElement("div");
    handle.className = `curve-handle ${name === "alpha" ? "a" : "b"}`;
    handle.hidden = true;
    const said = { role: "slider", tabindex: "0", "aria-orientation": "vertical" };
    for (const [key, value] of Object.entries(said)) handle.setAttribute(key, value);
    handle.setAttribute("aria-label", `${NAMES[name]} at t = ${(i + 1) / 4}`);
    const on = (type, act) => handle.addEventListener(type, act, { signal: this.#signal });
    on("pointerdown", (event) => this.#drag(event, handle, name, i));
    on("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const now = readCurves(this.#state["lab.curves"])[name][i];
      const far = (event.shiftKey ? FAR : LEAST) / 100;
      const wanted = { ArrowUp: now + far, ArrowRight: now + far, ArrowDown: now - far, ArrowLeft: now - far, Home: 0, End: 1 }[event.key];
      if (wanted === undefined) return;
      event.preventDefault();
      this.#move(name, i, wanted);
    });
    this.#place.curves.append(handle);
    return handle;
  }

  #drag(event, handle, name, i) {
    if (event.button !== 0) return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    handle.setPointerCapture(event.pointerId);
    const value = readCurves(this.#state["lab.curves"])[name][i];
    const unit = this.#scales.Y(0) - this.#scales.Y(1); // pixels
    const end = new AbortController();
    const signal = AbortSignal.any([end.signal, this.#signal]);
    const moved = (now) => now.pointerId === event.pointerId && this.#move(name, i, value + (event.clientY - now.clientY) / unit);
    handle.addEventListener("pointermove", moved, { signal });
    handle.addEventListener("lostpointercapture", () => end.abort(), { signal });
  }

  /** Sets a value, as far as its neighbors let it. */
  #move(name, i, wanted) {
    const values = readCurves(this.#state["lab.curves"]);
    const [low, high] = limits(values, name, i);
    const hundredths = Math.round(100 * Math.min(high, Math.max(low, wanted)));
    if (hundredths === Math.round(100 * values[name][i])) return;
    values[name][i] = hundredths / 100;
    this.#calls.moved(writeCurves(values));
    this.#lay(); // at once; the curve follows when the engine has it
  }
}
