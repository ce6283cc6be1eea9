// What the line charts share: axes in an SVG as wide as its place, drawn at most once a display frame.
import { figure, scale } from "./scales.js";
import { atNextFrame, onResize } from "./watch.js";

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element with attributes; text where given. */
export function element(name, attributes = {}, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

/** For charts without one. */
export const NO_FLOOR = Object.freeze({ mean: NaN, deviation: NaN });

const round = (v) => Math.round(v * 10) / 10;

/** Path of the points [[x, y], ...] in pixels; a point that is not finite breaks it. */
export function line(points) {
  let path = "";
  let pen = "M";
  for (const [x, y] of points) {
    if (Number.isFinite(x) && Number.isFinite(y)) {
      path += `${pen}${round(x)} ${round(y)}`;
      pen = "L";
    } else pen = "M";
  }
  return path;
}

export class Chart {
  #svg = element("svg", { role: "img" });
  #ask;
  #names = { a: "A", b: "B" };

  /** `place`: an element that becomes the chart, until `signal` aborts. @param {Element} place @param {AbortSignal} signal */
  constructor(place, signal) {
    place.classList.add("chart");
    place.append(this.#svg);
    this.#ask = atNextFrame(() => {
      const width = place.clientWidth;
      if (width > 0) this.render(width);
    }, signal);
    onResize(place, () => this.redraw(), signal);
  }

  /** What the two runs are called: {a, b}. */
  set names(names) {
    this.#names = { ...this.#names, ...names };
    this.redraw();
  }
  get names() {
    return this.#names;
  }
  get svg() {
    return this.#svg;
  }

  /** Draws it anew at a width in pixels; each chart its own way. @param {number} _width */
  render(_width) {}

  redraw() {
    this.#ask();
  }

  /**
   * Empties the chart and draws its axes: `x`, `y` are {title, low, high, log, ticks}; `legend` names the runs
   * [{run, text}]; `floor`, {mean, deviation}, is drawn and named where its mean is a number. Returns {root, X, Y}: X and Y give pixels.
   */
  frame(width, { x, y, legend: runs, floor: { mean: floor, deviation } = NO_FLOOR, label: said }) {
    const floored = floor > 0; // a logarithmic scale has no 0
    const legend = floored ? [...runs, { run: "floor", text: `floor ${figure(floor)} ± ${figure(deviation)}: data against data` }] : runs;
    const label = floored ? `${said} Floor: ${figure(floor)} ± ${figure(deviation)}.` : said;
    // Side by side where there is room for all of them.
    const narrow = legend.some(({ text }) => 40 + 7.2 * text.length > (width - 58) / legend.length);
    const rows = narrow ? legend.length : Math.min(1, legend.length);
    const top = 24 + rows * 18;
    const height = Math.round(Math.max(190, Math.min(280, width * 0.55))) + rows * 18;
    const box = { left: 46, right: width - 12, top, bottom: height - 40 };
    const svg = this.#svg;
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("aria-label", label);
    const [sx, sy] = [scale(x), scale(y)];
    const X = (v) => box.left + sx(v) * (box.right - box.left);
    const Y = (v) => box.bottom - sy(v) * (box.bottom - box.top);

    svg.append(element("text", { class: "title", x: 0, y: 12 }, y.title));
    for (const tick of y.ticks) {
      const at = round(Y(tick));
      svg.append(element("line", { class: "grid", x1: box.left, x2: box.right, y1: at, y2: at }));
      svg.append(element("text", { x: box.left - 7, y: at + 4, "text-anchor": "end" }, figure(tick)));
    }
    svg.append(element("line", { class: "axis", x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom }));
    let taken = -Infinity;
    for (const tick of x.ticks) {
      const at = round(X(tick));
      const text = figure(tick);
      const half = 3.6 * text.length;
      svg.append(element("line", { class: "axis", x1: at, x2: at, y1: box.bottom, y2: box.bottom + 4 }));
      if (at - half < taken) continue; // no room for this one's figure
      taken = at + half + 6;
      const end = at + half > width;
      const place = { x: end ? width : at, y: box.bottom + 17, "text-anchor": end ? "end" : "middle" };
      svg.append(element("text", place, text));
    }
    const middle = (box.left + box.right) / 2;
    svg.append(element("text", { class: "title", x: middle, y: height - 5, "text-anchor": "middle" }, x.title));
    this.#legend(legend, box, narrow);
    if (floored) {
      const edge = (v) => Math.min(box.bottom, Math.max(box.top, v > 0 ? Y(v) : box.bottom));
      const [high, low] = [edge(floor + deviation), edge(floor - deviation)];
      svg.append(element("rect", { class: "floor-band", x: box.left, width: box.right - box.left, y: high, height: low - high }));
      svg.append(element("line", { class: "floor", x1: box.left, x2: box.right, y1: Y(floor), y2: Y(floor) }));
    }
    return { root: svg, X, Y };
  }

  #legend(legend, box, narrow) {
    const share = (box.right - box.left) / Math.max(1, legend.length);
    legend.forEach(({ run, text }, k) => {
      const x = narrow ? 0 : box.left + k * share;
      const y = 30 + (narrow ? 18 * k : 0);
      const group = element("g", { class: run });
      group.append(element("path", { class: "line", d: `M${x + 1} ${y - 4}h24` }));
      group.append(element("text", { class: "value", x: x + 32, y }, text));
      this.#svg.append(group);
    });
  }
}
