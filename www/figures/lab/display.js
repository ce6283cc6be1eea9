// What the lab shows of its runs: stages, charts, figures, what the buttons can do now.
import { NFES, Readings } from "./readings.js";
import { earlierSays } from "./table.js";
import { View } from "./view.js";

/** How old the weights may be that another engine goes on from. */
const KEEP_MS = 2000;

/** Half the side of a square that holds 99 % of both ends with some room. */
function reach(source, target, scale) {
  const far = (points, by) => {
    const sizes = Float32Array.from(
      { length: points.length / 2 },
      (_, i) => by * Math.max(Math.abs(points[2 * i]), Math.abs(points[2 * i + 1])),
    ).sort();
    return sizes[Math.floor(0.99 * (sizes.length - 1))];
  };
  return Math.ceil(2 * 1.12 * Math.max(far(source, scale), far(target, 1), 1)) / 2;
}

export class LabDisplay {
  #root;
  #byId;
  #state;
  #runs;
  #form;
  #clock;
  #readings;
  #how = "idle"; // how training stands: see Task
  views;
  #kept = []; // slot → {weights, at}: for an engine that fails
  #keep;

  /** `byId(id)`: the figure's elements; the others: its parts; `announce(text)` reads out, `report(text)` shows a problem; `keep()`: there are newer weights to keep; `signal` ends it. */
  constructor({ root, byId, state, runs, form, clock, announce, report, keep, signal }) {
    this.#root = root;
    this.#byId = byId;
    this.#state = state;
    this.#runs = runs;
    this.#form = form;
    this.#clock = clock;
    this.#keep = keep;
    this.#readings = new Readings(byId, signal);
    this.#stages(state["lab.compare"] === "off" ? 1 : 2); // the room that they take, before they are made
    this.views = [0, 1].map((slot) => {
      const view = new View(byId(`lab-stage-${slot}`), runs, clock, { announce, report }, signal);
      clock.add(view.stage);
      return view;
    });
  }

  #stages(count) {
    this.#byId("lab-stages").dataset.runs = count;
    this.#root.querySelectorAll("[data-run]").forEach((figure) => (figure.hidden = Number(figure.dataset.run) >= count));
  }

  /** Runs of a new experiment, untrained, between these ends. */
  begun(runs, source, target) {
    const exploding = runs.some((run) => run.state["lab.path"] === "ve");
    const half = reach(source, target, exploding ? 5 : 1);
    this.#stages(runs.length);
    for (const run of runs) {
      const name = this.#form.runName(run.state);
      const letter = "AB"[run.slot];
      this.#byId(`lab-name-${run.slot}`).textContent = name ? `${letter}, ${name}` : "";
      this.views[run.slot].begin(run, half, source, target, this.#state["lab.layers"]);
      this.views[run.slot].stage.label = `The flow${name ? ` of run ${letter}` : ""}: particles from source to target`;
    }
    for (const id of ["lab-likelihood-text", "lab-exact-text"]) this.#byId(id).textContent = ""; // of what was before
    const names = runs.map((run) => this.#form.runName(run.state));
    this.#readings.begin(
      names,
      runs.map((run) => run.state["lab.loss"]),
    );
    this.earlier();
  }

  losses(run, losses) {
    this.#readings.losses(run.slot, losses);
    if (run.slot === this.#runs.runs.length - 1) this.buttons();
  }

  /** The weights of a run that were kept last; undefined where none were. */
  kept(slot) {
    return this.#kept[slot]?.weights;
  }

  /** Nothing is kept of what was trained before. */
  forget() {
    this.#kept = [];
  }

  /** A picture of how a run stands. */
  async picture(run, live) {
    await this.views[run.slot].picture(live);
    const last = this.#kept[run.slot];
    // While it trains a picture comes every 0.3 s: not each is worth a file of weights.
    if (!live || !last || performance.now() - last.at > KEEP_MS) {
      this.#kept[run.slot] = { weights: await this.#runs.call(run, "weights"), at: performance.now() };
      if (run.slot === 0 && run.step > 0) this.#keep();
    }
    if (run.slot === 0) this.#exact();
    this.#root.dataset.pictures = Number(this.#root.dataset.pictures ?? 0) + 1;
  }

  async pictures() {
    for (const run of this.#runs.runs) await this.picture(run, false);
  }

  /** What was measured of a run. */
  async figures(run) {
    const view = this.views[run.slot];
    const figures = await view.figures();
    this.#readings.figures(run, figures, await view.w2ByNfe(NFES));
  }

  cosines(batches, found) {
    this.#readings.cosines(batches, found);
  }

  async likelihood() {
    const [view] = this.views;
    await view.computeLikelihood();
    if (!view.likelihood) return; // another experiment began
    const { bitsPerDim, heldOut, mass, nfe } = view.likelihood;
    this.#byId("lab-likelihood-text").textContent =
      `${bitsPerDim.toFixed(3)} bits per dimension on ${heldOut} held-out points; the density integrates to ${mass.toFixed(3)} over the square (${nfe} evaluations of Runge–Kutta 4).`;
  }

  layers() {
    for (const view of this.views) view.layers(this.#state["lab.layers"]);
  }

  /** How far the learned field is from the exact one, where that is shown. */
  #exact() {
    const { exact } = this.views[0];
    if (!exact || !this.views[0].has("exact")) return;
    this.#byId("lab-exact-text").textContent =
      exact.problem ??
      `At t = ${exact.t.toFixed(2)} the learned field differs from the ${exact.draws ? "estimated" : "exact"} one by ${exact.error.toFixed(3)}${Number.isFinite(exact.errorDeviation) ? ` ± ${exact.errorDeviation.toFixed(3)}` : ""} (root mean square over 512 points of p_t; ±: its standard error); the root mean square of the field is ${exact.scale.toFixed(3)}.${exact.draws ? ` This target has no closed form: the field shown is estimated from ${exact.draws} draws, and the difference is computed with more draws.` : ""}`;
  }

  /** Learning rates before the present one. */
  earlier() {
    this.#byId("lab-earlier").textContent = earlierSays(this.#state);
  }

  buttons(how = this.#how) {
    this.#how = how;
    const { training, step } = this.#runs;
    const until = this.#state["lab.until"];
    this.#byId("lab-train").textContent = training ? "Pause" : "Train";
    const done = step >= until && !training;
    this.#byId("lab-train").disabled = done;
    this.#byId("lab-step").disabled = training || done;
    this.#byId("lab-slow").textContent = this.#runs.slow ? "Stop" : "Slow motion";
    this.#byId("lab-reset").disabled = step === 0;
    const settings = (this.#root.getRootNode().host?.getAttribute("controls") ?? "all") === "all";
    const more = done && settings ? " Raise “train until” to go on." : "";
    this.#byId("lab-progress").textContent = step === 0 && !training ? "Not trained yet." : `Step ${step} of ${until}.${more}`;
    this.#root.setAttribute("aria-busy", String(how !== "idle"));
    this.#root.dataset.step = step;
  }

  time() {
    const { t, playing } = this.#clock;
    this.#byId("lab-t").value = t;
    this.#byId("lab-t-text").textContent = `t = ${t.toFixed(2)}`;
    this.#byId("lab-play").textContent = playing ? "Pause" : "Play";
  }
}
