// The lab: an experiment, trained on an engine, shown, changed by a person.
import { Figure } from "../../element/figure.js";
import { Keeper } from "../../element/keep.js";
import { LabEngine } from "../../engine/lab/engine.js";
import { Playback } from "../../plot/playback.js";
import { bindButtons } from "./buttons.js";
import { Curves } from "./curves.js";
import { LabDisplay } from "./display.js";
import { Ends } from "./ends.js";
import { LabForm } from "./form.js";
import { bindParts } from "./parts.js";
import { Runs } from "./runs.js";
import { SlowMotion } from "./slow.js";
import { LAB, experiment, fromExperiment, missing, ownRun, writeEarlier } from "./table.js";

const END_POINTS = 1500;

export class LabFigure extends Figure {
  #engine;
  #runs;
  #form;
  #ends;
  #clock;
  #curves;
  #display;
  #showPart;
  #opened = null; // a promise while the engine is or was opened

  constructor(context) {
    super(context, "lab");
    const { root, state, report, signal } = this;
    const byId = (id) => root.querySelector(`#${id}`);
    this.#engine = new LabEngine({
      wants: () => state["lab.device"],
      says: (text) => (byId("lab-engine").textContent = text),
      fallsBack: (why) => {
        this.#toCpu();
        report(`WebGPU is not used: ${why}. The CPU computes instead.`);
      },
      lost: (error) => this.#lost(error),
    });
    this.onClose(() => {
      this.#opened = null; // what is lost now is not missed
      this.#engine.close();
    });
    this.#runs = new Runs(this.#engine, state, this.task, {
      begun: (runs) => this.#begun(runs),
      losses: (run, losses) => this.#display.losses(run, losses),
      picture: (run, live) => this.#display.picture(run, live),
      figures: (run) => this.#display.figures(run),
      rate: (earlier) => this.#setEarlier(writeEarlier(earlier)),
      speed: (ms, run) => this.#engine.compare(ms, experiment(run.state)),
    });
    const changed = (keys) => {
      if (keys.some((key) => LAB[key].part === "experiment")) this.#setEarlier(""); // it belongs to the experiment before
      return this.#changed(keys);
    };
    this.#form = new LabForm(byId("lab-form"), state, changed, signal);
    const announce = (text) => (byId("lab-caption").textContent = text);
    const call = async (method, ...args) => {
      // Not open(): that waits for the ends to be shown, which may need this very answer.
      if (!this.#engine.isOpen) await this.open();
      return this.#engine.call(method, 0, ...args);
    };
    this.#ends = new Ends({ root: byId("lab-form"), state, form: this.#form, call, report, announce, signal });
    this.#clock = new Playback({ onChange: () => this.#time(), signal });
    const parts = { byId, runs: this.#runs, form: this.#form, clock: this.#clock };
    const now = () => this.#runs.step > 0 && this.#display.kept(0) && { weights: this.#display.kept(0) };
    const places = { curves: byId("lab-curves"), ratio: byId("lab-ratio"), note: byId("lab-path-note") };
    const schedule = (wanted) => call("scheduleOf", JSON.stringify(wanted));
    this.#curves = new Curves(places, state, { schedule, moved: (text) => this.#form.set("lab.curves", text) }, signal);
    this.on(byId("lab-path-panel"), "toggle", () => this.#showCurves());
    this.#showPart = bindParts(root, signal);
    this.#openOwn();
    const keeper = new Keeper({ root, name: "lab", now, restore: ({ weights }) => this.loadWeights(weights), report, signal });
    const keep = () => keeper.save(now());
    this.#display = new LabDisplay({ ...parts, root, state, announce, report, keep, signal });
    this.#clock.seek(state["lab.t"]);
    const slow = new SlowMotion(byId("lab-slow-0"), byId("lab-caption"));
    bindButtons(this, { ...parts, slow, display: this.#display });
    this.attempt(() => this.open());
  }

  working(how) {
    this.#display.buttons(how);
  }

  /** It is seen for the first time: it trains, for a person who does not want it still. */
  begin({ still }) {
    if (still) return;
    this.attempt(async () => {
      await this.open();
      if (!this.#runs.busy) this.#runs.train();
    });
  }

  /** Shows the curves of one's own, which are there to be moved. */
  #openOwn() {
    if (ownRun(this.state) === undefined) return;
    this.root.querySelector("#lab-path-panel").open = true;
    this.#showPart("settings"); // that they stand in
  }

  /** Shows the path, where somebody looks. */
  #showCurves() {
    if (this.root.querySelector("#lab-path-panel").open) this.attempt(() => this.#curves.refresh());
  }

  /** Opens the engine once; resolves when the untrained experiment is shown. */
  open() {
    if (this.signal.aborted) return Promise.reject(new Error("the figure is gone"));
    this.#opened ??= this.#open().catch((error) => {
      this.#opened = null; // whatever is pressed next tries again
      throw error;
    });
    return this.#opened;
  }

  async #open() {
    await this.#engine.open();
    await this.attempt(() => this.beginExperiment());
    if (this.#engine.isOpen) this.root.dataset.ready = "true";
    else this.#opened = null; // it failed at once: whatever is pressed next tries again
  }

  #toCpu() {
    this.state["lab.device"] = "cpu";
    this.#form.refresh();
    this.save();
  }

  /** Another engine was chosen: the experiment begins again on it. */
  async #reopen() {
    const { going } = this.#runs;
    await this.#runs.pause();
    this.root.dataset.ready = "false";
    this.#opened = null;
    await this.open();
    if (going) this.#runs.train();
  }

  /** The engine failed: the CPU goes on from the newest weights. Where only its frame went, it trains on too. */
  #lost(error) {
    if (!this.#opened || this.root.dataset.ready !== "true") return; // who opens it hears of it
    this.root.dataset.ready = "false";
    this.#opened = null;
    this.#toCpu();
    this.#setEarlier(""); // training goes on from weights, at the present rate
    const going = this.#runs.going && (error.gone || !this.#runs.busy);
    this.attempt(async () => {
      await this.#runs.pause(); // what it was doing fails too, and says less
      this.report(`The engine stopped (${error.message}). The CPU was started from the weights that were kept last.`);
      const kept = this.#runs.runs.map(({ slot }) => this.#display.kept(slot));
      await this.open();
      for (const run of this.#runs.runs) {
        const weights = kept[run.slot];
        if (weights) await this.#runs.call(run, "loadWeights", weights);
      }
      await this.#runs.show();
      if (going) this.#runs.train();
    });
  }

  /** Begins the experiment that the state asks for, unless something is missing: then that is said. */
  async beginExperiment() {
    const absent = missing(this.state);
    if (!absent) return this.#runs.begin();
    this.#ends.empty();
    this.report(absent);
  }

  async #begun(runs) {
    this.#display.forget();
    const [source, target] = await Promise.all(
      ["source", "target"].map((end) => this.#runs.call(runs[0], "samples", end, END_POINTS, this.state["lab.seed"])),
    );
    this.#display.begun(runs, source, target);
    await this.#ends.show(source, target);
    this.#display.buttons();
  }

  /** The experiment from its first step, at its first rate; it does not train yet. */
  async reset() {
    this.#setEarlier("");
    await this.beginExperiment();
  }

  /** Does something that may fail; a failure becomes a sentence. */
  async attempt(action) {
    try {
      return await action();
    } catch (error) {
      this.report(error.message);
      this.#display.buttons();
    }
  }

  #time() {
    this.state["lab.t"] = Number(this.#clock.t.toFixed(3));
    this.#display.time();
  }

  /** Learning rates before the present one, as they stand in the link. */
  #setEarlier(text) {
    this.state["lab.earlier"] = text;
    this.#display.earlier();
    this.save();
  }

  /** The state was replaced from outside; `keys` changed. */
  replaced(keys) {
    if (!keys.length) return;
    this.#form.refresh();
    if (this.#opened) this.#changed(keys);
  }

  #changed(keys) {
    this.report("");
    this.save();
    if (["lab.path", "lab.compare", "lab.with"].some((key) => keys.includes(key))) this.#openOwn();
    if (keys.some((key) => LAB[key].part === "experiment")) this.#showCurves();
    const time = keys.includes("lab.t");
    return this.attempt(() => this.#apply(new Set(keys.filter((key) => key !== "lab.t").map((key) => LAB[key].part)), time));
  }

  /** Makes changes in the `parts` of the settings hold (table.js): the weightier bring the lighter with them. */
  async #apply(parts, time) {
    if (time) this.#clock.seek(this.state["lab.t"]);
    this.#display.buttons();
    if ([...parts].every((part) => part === "none")) return;
    await this.open();
    if (parts.has("device")) return this.#reopen();
    if (parts.has("experiment") || (parts.has("rate") && this.state["lab.compare"] === "rate")) return this.#restart();
    if (parts.has("rate")) await this.#runs.setRate();
    this.#display.layers();
    if (parts.has("samples")) return this.#runs.resample();
    if (parts.has("picture") && !this.#runs.training) await this.#display.pictures();
  }

  /** A new experiment; it trains if the one before did, or did to its end. */
  #restart() {
    const { going, step } = this.#runs;
    const trains = going || step >= this.state["lab.until"];
    const begun = this.beginExperiment();
    if (trains && !missing(this.state)) this.#runs.train();
    return begun;
  }

  /** Takes weights from a file, with their experiment; a bad file changes nothing. */
  async loadWeights(bytes) {
    await this.open();
    const found = JSON.parse(await this.#engine.call("labConfigOf", 0, bytes));
    const before = { ...this.state };
    Object.assign(this.state, fromExperiment(found), { "lab.compare": "off", "lab.with": "" });
    try {
      await this.#runs.begin();
      await this.#runs.call(this.#runs.runs[0], "loadWeights", bytes);
    } catch (error) {
      Object.assign(this.state, before);
      throw error;
    }
    this.#form.refresh();
    this.#openOwn();
    this.#showCurves();
    this.save();
    await this.#runs.show();
    return "Loaded: the picture shows these weights; training goes on from them.";
  }
}
