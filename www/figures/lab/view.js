// One run on its stage: asks the engine for what the switched-on layers need.
import { likelihood } from "./likelihood.js";
import { particles } from "./runs.js";
import { noise } from "./table.js";
import { Stage } from "../../plot/stage.js";

const FIELD_SIDE = 19;
const FIELD_TIMES = Array.from({ length: 11 }, (_, i) => i / 10);
const GRID_SIDE = 17;
const CONDITIONAL = { pairs: 40, frames: 25 };
const MARGINAL = 40; // particles whose whole trajectory is drawn
const PULLS = 12;
/** Particles, and fresh data, that W2 is measured with: a distance between samples depends on their number. */
export const SAMPLES = 300;
const HANDLES = 8;

/** A regular grid of side² points in [−half, half]², interleaved. */
function gridPoints(side, half) {
  const at = (i) => -half + (2 * half * i) / (side - 1);
  return Float32Array.from({ length: 2 * side * side }, (_, k) => at(k % 2 ? Math.floor(k / 2 / side) : (k >> 1) % side));
}

/** The first n points of each frame. */
function some(flow, n) {
  const all = flow.x.length / flow.times.length;
  const few = Math.min(all, 2 * n);
  const x = new Float32Array(few * flow.times.length);
  flow.times.forEach((_, k) => x.set(flow.x.subarray(k * all, k * all + few), k * few));
  return { times: flow.times, x };
}

export class View {
  #runs;
  #run = null;
  #starts = new Float32Array(0);
  #pulling = false;
  #wantedPull = null;
  #tracing = false;
  #clock;
  exact = null; // {error, scale, draws, t} or {problem}
  likelihood = null;

  /** `hooks`: {announce(text), report(text)}; `signal` ends it. */
  constructor(canvas, runs, clock, hooks, signal) {
    this.#runs = runs;
    this.#clock = clock;
    this.hooks = hooks;
    this.stage = new Stage(canvas, {
      signal,
      half: 4,
      label: "The flow",
      announce: hooks.announce,
      onPick: (at) => this.#pick(at),
      onDrag: (at) => this.#drag(at),
      onHover: (at) => this.#hover(at),
    });
  }

  /** A new experiment: the ends, and how much of the plane is shown. */
  begin(run, half, source, target, layers) {
    this.#run = run;
    this.stage.half = half;
    this.#starts = new Float32Array(0);
    this.likelihood = null;
    this.stage.setLikelihood(null);
    this.stage.setTraces(null);
    this.stage.setHandles([]);
    this.stage.setPull(null);
    this.stage.setEnds(source, target);
    this.layers(layers);
  }

  has(layer) {
    return this.#on.includes(layer);
  }

  #on = [];

  /** Switches layers; the caller asks for a picture where one was added. */
  layers(list) {
    this.#on = list.split(".");
    const on = (name) => this.has(name);
    this.stage.setLayers({
      particles: on("particles"),
      source: on("ends"),
      target: on("ends"),
      field: on("field"),
      exact: on("exact"),
      density: on("density"),
      grid: on("grid"),
      conditional: on("conditional"),
      likelihood: on("likelihood"),
      pull: on("exact"),
    });
    if (!on("exact")) this.stage.setPull(null);
  }

  #ask(method, ...args) {
    return this.#runs.call(this.#run, method, ...args);
  }

  get #solver() {
    return [this.#run.state["lab.solver"], this.#run.state["lab.steps"]];
  }

  get #noise() {
    return noise(this.#run.state);
  }

  /** Everything that depends on the weights; `live`: training goes on, so be quick. */
  async picture(live) {
    const run = this.#run;
    const half = this.stage.half;
    const flow = await this.#ask("flow", particles(run, live), ...this.#solver, this.#noise);
    if (run !== this.#run) return;
    const curve = this.#solver[0] === "euler" || this.#noise ? "linear" : "cubic";
    this.stage.setFlow(flow, { curve });
    if (this.has("field")) {
      const values = await this.#ask("field", FIELD_SIDE, FIELD_TIMES, half);
      this.stage.setField({ side: FIELD_SIDE, times: FIELD_TIMES, values });
    }
    if (this.has("grid")) {
      const grid = await this.#ask("trace", gridPoints(GRID_SIDE, half), ...this.#solver);
      this.stage.setGrid({ side: GRID_SIDE, ...grid });
    }
    if (this.has("conditional")) {
      this.stage.setConditional(await this.#ask("conditional", CONDITIONAL.pairs, CONDITIONAL.frames));
    }
    await this.#traces(flow);
    if (this.has("exact")) await this.#exact(live);
    if (this.has("likelihood") && !live) await this.computeLikelihood();
  }

  async #traces(flow = this.stage.flow) {
    if (this.#starts.length) {
      const traces = await this.#ask("trace", this.#starts, ...this.#solver);
      this.stage.setTraces(traces);
    } else this.stage.setTraces(this.has("marginal") && flow ? some(flow, MARGINAL) : null);
  }

  async #exact(live) {
    const t = Math.min(0.95, this.#clock.t);
    const times = live ? [0, 0.25, 0.5, 0.75, 0.95] : FIELD_TIMES.map((v) => Math.min(0.95, v));
    try {
      const { field, ...found } = await this.#ask("exact", FIELD_SIDE, times, this.stage.half, t);
      this.stage.setExact({ side: FIELD_SIDE, times, values: field, draws: found.draws });
      this.exact = found;
    } catch (error) {
      if (error.name !== "ConfigError") throw error;
      this.stage.setExact(null);
      this.exact = { problem: error.message };
    }
  }

  async computeLikelihood() {
    const run = this.#run;
    const { step } = run;
    if (this.likelihood?.step === step) return; // these weights have it
    const found = await likelihood((method, ...args) => this.#runs.call(run, method, ...args), run.state, run.slot, this.stage.half);
    if (run !== this.#run) return;
    this.likelihood = { ...found, step };
    this.stage.setLikelihood(found);
  }

  /** The figures of the run. */
  figures() {
    return this.#ask("figures", SAMPLES, ...this.#solver, this.#noise);
  }

  w2ByNfe(nfes) {
    return this.#ask("w2ByNfe", SAMPLES, this.#solver[0], this.#noise, Uint32Array.from(nfes));
  }

  /** A click sets a start whose trajectory is drawn; a click on a start takes it away. */
  #pick({ x, y, handle }) {
    const points = Array.from(this.#starts);
    if (handle >= 0) points.splice(2 * handle, 2);
    else if (points.length / 2 < HANDLES) points.push(x, y);
    else return this.hooks.report(`At most ${HANDLES} starts: click on one to take it away.`);
    this.#setStarts(points);
  }

  #drag({ x, y, handle }) {
    if (handle < 0) return;
    const points = Array.from(this.#starts);
    points.splice(2 * handle, 2, x, y);
    this.#setStarts(points);
  }

  async #setStarts(points) {
    this.#starts = Float32Array.from(points);
    this.stage.setHandles(Array.from({ length: points.length / 2 }, (_, i) => ({ x: points[2 * i], y: points[2 * i + 1], label: `start ${i + 1}` })));
    if (this.#tracing) return; // the one under way asks again with the newest
    this.#tracing = true;
    try {
      for (let done = null; done !== this.#starts; ) {
        done = this.#starts;
        await this.#traces();
      }
    } catch (error) {
      this.hooks.report(error.message);
    } finally {
      this.#tracing = false;
    }
  }

  /** Shows which data points pull at the pointer, while the exact field is shown. */
  async #hover(at) {
    this.#wantedPull = at;
    if (!at) this.stage.setPull(null);
    if (this.#pulling || !this.has("exact") || this.exact?.problem) return;
    this.#pulling = true;
    try {
      while (this.#wantedPull) {
        const { x, y } = this.#wantedPull;
        this.#wantedPull = null;
        const pull = await this.#ask("pull", x, y, Math.min(0.95, this.#clock.t), PULLS);
        this.stage.setPull({ x, y, ...pull });
      }
    } catch (error) {
      if (error.name !== "ConfigError") this.hooks.report(error.message);
    } finally {
      this.#pulling = false;
    }
  }
}
