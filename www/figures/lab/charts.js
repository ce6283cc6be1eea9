// The lab's charts: loss while training, error against evaluations, gradients against batch size.
import { Chart, NO_FLOOR, element, line } from "../../plot/chart.js";
import { Series, envelope, figure, linearTicks, logTicks } from "../../plot/scales.js";

const RUNS = ["a", "b"];

/** Loss over steps: every step's as a pale band, the recent mean as a line. */
export class LossChart extends Chart {
  #runs = { a: new Series(), b: new Series() };
  #log;
  #of = "velocity";

  constructor(place, signal, { log = true } = {}) {
    super(place, signal);
    this.#log = log;
    this.redraw();
  }

  set log(log) {
    this.#log = Boolean(log);
    this.redraw();
  }
  get log() {
    return this.#log;
  }

  /** Of what the loss is the mean square error: "velocity", "data", "noise"; empty where the runs differ in it. */
  set of(what) {
    this.#of = what;
    this.redraw();
  }

  /** The losses of the steps just made. */
  append(run, losses) {
    this.#runs[run].append(losses);
    this.redraw();
  }

  clear(run) {
    for (const name of run ? [run] : RUNS) this.#runs[name] = new Series();
    this.redraw();
  }

  /** Every loss of a run, for its record. */
  losses(run) {
    return this.#runs[run].raw;
  }

  render(width) {
    const runs = RUNS.filter((run) => this.#runs[run].length > 0);
    const bands = Object.fromEntries(runs.map((run) => [run, envelope(this.#runs[run].raw, Math.ceil(width / 2))]));
    const steps = Math.max(100, ...runs.map((run) => this.#runs[run].length));
    const y = this.#range(runs.flatMap((run) => bands[run]));
    const now = (run) => figure(this.#runs[run].smooth.at(-1));
    const legend = runs.map((run) => ({ run, text: `${runs.length > 1 ? this.names[run] : "mean"} ${now(run)}` }));
    const said = runs.map((run) => `${this.names[run]}: ${now(run)} after ${this.#runs[run].length} steps`);
    const { root, X, Y } = this.frame(width, {
      x: { title: "training step", low: 0, high: steps, ticks: linearTicks(0, steps, width < 420 ? 4 : 6) },
      y: { title: `loss: mean square ${this.#of && `of ${this.#of} `}error`, ...y },
      legend,
      label: `Training loss. ${said.join("; ") || "No step made yet"}.`,
    });
    const within = (v) => Y(Math.min(y.high, Math.max(y.low, v)));
    for (const run of runs) {
      const group = element("g", { class: run });
      const band = bands[run];
      const above = band.map((b) => [X(b.at + 1), within(b.high)]);
      const below = band.map((b) => [X(b.at + 1), within(b.low)]).reverse();
      if (band.length) group.append(element("path", { class: "raw", d: `${line([...above, ...below])}Z` }));
      const { smooth } = this.#runs[run];
      const points = band.map(({ at }) => [X(Math.floor(at) + 1), within(smooth[Math.floor(at)])]);
      group.append(element("path", { class: "line", d: line(points) }));
      root.append(group);
    }
  }

  /** The range that holds all but the wildest steps. */
  #range(band) {
    if (!band.length) return { low: this.#log ? 0.1 : 0, high: 1, log: this.#log, ticks: this.#log ? [0.1, 1] : [0, 1] };
    const highs = band.map((b) => b.high).sort((a, b) => a - b);
    const lows = band.map((b) => b.low).sort((a, b) => a - b);
    const high = 1.05 * highs[Math.floor(0.99 * (highs.length - 1))];
    if (!this.#log) return { low: 0, high: high || 1, log: false, ticks: linearTicks(0, high || 1, 4) };
    const low = Math.max(1e-8, 0.95 * lows[Math.floor(0.01 * (lows.length - 1))]);
    const top = Math.max(high, 1.5 * low);
    return { low, high: top, log: true, ticks: logTicks(low, top) };
  }
}

/** Two finite bounds around `values` with room for a log axis. */
function logRange(values, room = 1.25) {
  const fine = values.filter((v) => v > 0 && v < Infinity);
  if (!fine.length) return { low: 0.1, high: 1 };
  return { low: Math.min(...fine) / room, high: Math.max(...fine) * room };
}

function marked(run, points) {
  const group = element("g", { class: run });
  group.append(element("path", { class: "line", d: line(points) }));
  for (const [cx, cy] of points.filter((p) => p.every(Number.isFinite))) {
    group.append(element("circle", { class: "dot", cx, cy, r: 4 }));
  }
  return group;
}

/** How far the samples are from the data, against how often the network was asked: both axes logarithmic. */
export class NfeChart extends Chart {
  #runs = { a: null, b: null };
  #floor = NO_FLOOR;

  constructor(place, signal) {
    super(place, signal);
    this.redraw();
  }

  /** `nfe` and `w2` of equal length; NaN leaves a gap. Null takes the run away. */
  set(run, points) {
    this.#runs[run] = points && { nfe: Array.from(points.nfe), w2: Array.from(points.w2) };
    this.redraw();
  }

  /** W2 between two fresh sets of data: better than that is chance. @param {{mean: number, deviation: number}} floor */
  setFloor(floor) {
    this.#floor = floor;
    this.redraw();
  }

  render(width) {
    const runs = RUNS.filter((run) => this.#runs[run]);
    const all = runs.flatMap((run) => this.#runs[run].w2);
    const y = { ...logRange([...all, this.#floor.mean]), log: true };
    const nfes = [...new Set(runs.flatMap((run) => this.#runs[run].nfe))].sort((p, q) => p - q);
    const ticks = nfes.length ? nfes : [1, 2, 4, 8, 16, 32];
    const best = (run) => {
      const { nfe, w2 } = this.#runs[run];
      return nfe.map((n, i) => `${figure(w2[i])} at ${n}`).join(", ");
    };
    const said = runs.map((run) => `${this.names[run]}: ${best(run)}`);
    const { root, X, Y } = this.frame(width, {
      x: { title: "NFE: network evaluations per sample", ...logRange(ticks, 1.12), log: true, ticks },
      y: { title: "W₂ to fresh data (units of the plane)", ...y, ticks: logTicks(y.low, y.high) },
      legend: runs.length > 1 ? runs.map((run) => ({ run, text: this.names[run] })) : [],
      floor: this.#floor,
      label: `Wasserstein distance by network evaluations. ${said.join("; ") || "Not measured yet"}.`,
    });
    for (const run of runs) {
      const { nfe, w2 } = this.#runs[run];
      root.append(
        marked(
          run,
          nfe.map((n, i) => [X(n), w2[i] > 0 ? Y(w2[i]) : NaN]),
        ),
      );
    }
  }
}

/** Cosine between the gradients of the conditional and the marginal loss, against the size of the batch. */
export class CosineChart extends Chart {
  #points = null;

  constructor(place, signal) {
    super(place, signal);
    this.redraw();
  }

  /** `batches`, `cosines` and their `deviations`, of equal length; null empties the chart. */
  set(points) {
    this.#points = points && { ...points, cosines: Array.from(points.cosines), deviations: Array.from(points.deviations) };
    this.redraw();
  }

  render(width) {
    const { batches, cosines, deviations } = this.#points ?? { batches: [], cosines: [], deviations: [] };
    const least = Math.min(0, ...cosines.map((c, i) => c - deviations[i]).filter(Number.isFinite));
    const low = Math.floor(least * 5) / 5;
    const ticks = batches.length ? batches : [1, 16, 256, 4096];
    const said = batches.map((b, i) => `${figure(cosines[i])} ± ${figure(deviations[i])} at ${b}`).join(", ");
    const { root, X, Y } = this.frame(width, {
      x: { title: "batch size: pairs in the gradient", ...logRange(ticks, 1.15), log: true, ticks },
      y: { title: "cosine of the two gradients, mean ± deviation", low, high: 1.04, ticks: linearTicks(low, 1, 4) },
      legend: [],
      label: `Cosine between the conditional and the marginal gradient. ${said || "Not measured yet"}.`,
    });
    const edge = (sign) => batches.map((b, i) => [X(b), Y(Math.min(1, cosines[i] + sign * deviations[i]))]);
    const group = marked(
      "a",
      batches.map((b, i) => [X(b), Y(cosines[i])]),
    );
    if (batches.length) group.prepend(element("path", { class: "raw", d: `${line([...edge(1), ...edge(-1).reverse()])}Z` }));
    root.append(group);
  }
}
