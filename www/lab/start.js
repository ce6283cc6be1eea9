// Joins the lab's parts: state ↔ form, the worker, the runs, their stages and readings.
import { newSeed } from "../state.js";
import { LabClient } from "./client.js";
import { Ends } from "./ends.js";
import { LabForm } from "./form.js";
import { Playback } from "./playback.js";
import { NFES, Readings } from "./readings.js";
import { Runs } from "./runs.js";
import { SlowMotion } from "./slow.js";
import { LAB, earlierSays, fromExperiment, missing, writeEarlier } from "./table.js";
import { Take } from "./take.js";
import { View } from "./view.js";
import { webgpuObstacle } from "../webgpu.js";

export { LAB as table };

const END_POINTS = 1500;
const SLOW_PAIRS = 12;
const THEOREM = [8, 32, 128, 512, 2048, 8192];

/** Half the side of a square that holds 99 % of both ends with some room. */
function reach(source, target, scale) {
  const far = (points, by) => {
    const sizes = Float32Array.from({ length: points.length / 2 }, (_, i) =>
      by * Math.max(Math.abs(points[2 * i]), Math.abs(points[2 * i + 1]))).sort();
    return sizes[Math.floor(0.99 * (sizes.length - 1))];
  };
  return Math.ceil(2 * 1.12 * Math.max(far(source, scale), far(target, 1), 1)) / 2;
}

/** Starts the figure; see figures.js. */
export function start(context) {
  return new Lab(context);
}

class Lab {
  #state;
  #save;
  #report;
  #root;
  #byId;
  #address;
  #client = new LabClient((error) => this.#lost(error));
  #runs;
  #form;
  #ends;
  #clock;
  #views;
  #slow;
  #readings;
  #opened = null; // a promise while the engine is or was opened
  #kept = null; // the newest weights, for an engine that fails
  #away = false; // nobody sees it
  #owed = null; // whether it trains on when it is seen; at first the page decides

  constructor({ root, state, save, report, address, signal }) {
    const byId = (this.#byId = (id) => root.getElementById(id));
    this.#root = byId("lab");
    this.#readings = new Readings(byId);
    this.#address = address;
    this.#state = state;
    this.#save = save;
    this.#report = report;
    this.#runs = new Runs(this.#client, state, {
      begun: (runs) => this.#begun(runs),
      losses: (run, losses) => this.#trained(run, losses),
      picture: (run, live) => this.#picture(run, live),
      figures: (run) => this.#measure(run),
      rate: (earlier) => this.#setEarlier(writeEarlier(earlier)),
      state: () => this.#buttons(),
    });
    this.#form = new LabForm(byId("lab-form"), state, (key) => {
      if (LAB[key].part === "experiment") this.#setEarlier(""); // it belongs to the experiment before
      return this.#changed(key);
    });
    const announce = (text) => (byId("lab-caption").textContent = text);
    const call = async (method, ...args) => {
      // Not open(): that waits for the ends to be shown, which may need this very answer.
      if (!this.#client.isOpen) await this.open();
      return this.#client.call(method, 0, ...args);
    };
    this.#ends = new Ends(byId("lab-form"), state, this.#form, call, report, announce);
    this.#clock = new Playback({ onChange: ({ t, playing }) => this.#time(t, playing) });
    this.#clock.seek(state["lab.t"]);
    this.#views = [0, 1].map((slot) => {
      const view = new View(byId(`lab-stage-${slot}`), this.#runs, this.#clock, { announce, report });
      this.#clock.add(view.stage);
      return view;
    });
    this.#slow = new SlowMotion(byId("lab-slow-0"), byId("lab-caption"));
    this.#listen();
    signal.addEventListener("abort", () => this.#clock.destroy());
    this.#try(() => this.open());
  }

  /** Somebody sees it: it begins to train, or goes on where it rested. */
  enter({ begin, still }) {
    const owed = this.#owed ?? (begin && !still);
    this.#owed = this.#away = false;
    if (owed) this.#try(() => this.#go());
  }

  async #go() {
    await this.open();
    if (this.#away) return (this.#owed = true); // gone again meanwhile
    if (this.#runs.runs.length && !this.#slow.running) await this.#runs.train();
  }

  /** Nobody sees it: nothing is computed. */
  leave() {
    this.#away = true;
    if (this.#runs.training) this.#owed = true;
    this.#slow.stop();
    this.#try(() => this.#runs.pause());
  }

  close() {
    this.#away = true;
    this.#opened = null; // what is lost now is not missed
    this.#slow.stop();
    this.#runs.pause();
    this.#client.close();
  }

  /** Opens the engine once; resolves when the untrained experiment is shown. */
  open() {
    this.#opened ??= this.#open().catch((error) => {
      this.#opened = null; // whatever is pressed next tries again
      throw error;
    });
    return this.#opened;
  }

  async #open() {
    this.#byId("lab-engine").textContent = await this.#openEngine();
    await this.#try(() => this.#begin());
    if (this.#client.isOpen) this.#root.dataset.ready = "true";
    else this.#opened = null; // it failed at once: whatever is pressed next tries again
  }

  /** Opens the engine that the state asks for, or the CPU where that fails; says which one computes. */
  async #openEngine() {
    if (this.#state["lab.engine"] === "webgpu") {
      this.#byId("lab-engine").textContent = "Starting WebGPU…";
      try {
        const obstacle = await webgpuObstacle();
        if (obstacle) throw new Error(obstacle);
        const { name } = await this.#client.open("lab-webgpu", "webgpu");
        return `Training on WebGPU (${name}), in a worker. For so small a network the CPU is usually faster.`;
      } catch (error) {
        this.#toCpu();
        this.#report(`WebGPU is not used: ${error.message}. The CPU computes instead.`);
      }
    }
    this.#byId("lab-engine").textContent = "Starting the engine…";
    await this.#client.open("lab");
    return "Training on the CPU, in a worker.";
  }

  #toCpu() {
    this.#state["lab.engine"] = "cpu";
    this.#form.refresh();
    this.#save();
  }

  /** Another engine was chosen: the experiment begins again on it. */
  async #reopen() {
    const going = this.#runs.training;
    this.#slow.stop();
    await this.#runs.pause();
    this.#root.dataset.ready = "false";
    this.#opened = null;
    await this.open();
    if (going) await this.#runs.train();
  }

  /** Begins the experiment that the state asks for; false where something is missing or it was overtaken. */
  async #begin() {
    const absent = missing(this.#state);
    if (!absent) return this.#runs.begin();
    this.#ends.empty();
    this.#report(absent);
    return false;
  }

  /** Does something that may fail; a failure becomes a sentence. */
  async #try(action) {
    try {
      return await action();
    } catch (error) {
      this.#report(error.message);
      this.#buttons();
    }
  }

  /** The engine failed: the CPU goes on from the newest weights. */
  #lost(error) {
    if (!this.#opened || this.#root.dataset.ready !== "true") return; // who opens it hears of it
    this.#root.dataset.ready = "false";
    this.#opened = null;
    this.#toCpu();
    this.#setEarlier(""); // training goes on from weights, at the present rate
    this.#try(async () => {
      this.#report(`The engine stopped (${error.message}). The CPU was started from the last picture’s weights.`);
      const kept = this.#kept;
      await this.open();
      for (const run of this.#runs.runs) {
        const weights = kept?.[run.slot];
        if (weights) await this.#runs.call(run, "loadWeights", weights);
      }
      await this.#runs.show();
    });
  }

  async #begun(runs) {
    this.#kept = [];
    const [source, target] = await Promise.all(
      ["source", "target"].map((end) => this.#runs.call(runs[0], "samples", end, END_POINTS, this.#state["lab.seed"])),
    );
    const exploding = runs.some((run) => run.state["lab.path"] === "ve");
    const half = reach(source, target, exploding ? 5 : 1);
    this.#byId("lab-stages").dataset.runs = runs.length;
    this.#root.querySelectorAll("[data-run]").forEach((figure) => (figure.hidden = Number(figure.dataset.run) >= runs.length));
    for (const run of runs) {
      const name = this.#form.runName(run.state);
      this.#byId(`lab-name-${run.slot}`).textContent = name ? `${"AB"[run.slot]}, ${name}` : "";
      this.#views[run.slot].begin(run, half, source, target, this.#state["lab.layers"]);
      this.#views[run.slot].stage.label = `The flow${name ? ` of run ${"AB"[run.slot]}` : ""}: particles from source to target`;
    }
    for (const id of ["lab-likelihood-text", "lab-exact-text"]) this.#byId(id).textContent = ""; // of what was before
    this.#readings.begin(runs.map((run) => this.#form.runName(run.state)));
    this.#byId("lab-earlier").textContent = earlierSays(this.#state);
    await this.#ends.show(source, target);
    this.#buttons();
  }

  #trained(run, losses) {
    this.#readings.losses(run.slot, losses);
    if (run.slot === this.#runs.runs.length - 1) this.#buttons();
  }

  async #picture(run, live) {
    const view = this.#views[run.slot];
    await view.picture(live);
    this.#kept[run.slot] = await this.#runs.call(run, "weights");
    if (run.slot === 0) this.#exactText();
    this.#root.dataset.pictures = Number(this.#root.dataset.pictures ?? 0) + 1;
  }

  async #measure(run) {
    const view = this.#views[run.slot];
    const figures = await view.figures();
    this.#readings.figures(run, figures, await view.w2ByNfe(NFES));
  }

  #exactText() {
    const { exact } = this.#views[0];
    if (!exact || !this.#views[0].has("exact")) return;
    this.#byId("lab-exact-text").textContent =
      exact.problem ?? `At t = ${exact.t.toFixed(2)} the learned field is ${exact.error.toFixed(3)} (root mean square over p_t) from the exact one, whose own size is ${exact.scale.toFixed(3)}.`;
  }

  #buttons() {
    const { training, step } = this.#runs;
    const until = this.#state["lab.until"];
    this.#byId("lab-train").textContent = training ? "Pause" : "Train";
    this.#byId("lab-step").disabled = training;
    this.#byId("lab-slow").textContent = this.#slow?.running ? "Stop" : "Slow motion";
    this.#byId("lab-reset").disabled = step === 0;
    const rest = step >= until ? " Raise “train until” to go on." : "";
    this.#byId("lab-progress").textContent = step === 0 && !training ? "Not trained yet." : `Step ${step} of ${until}.${training ? "" : rest}`;
    this.#root.setAttribute("aria-busy", String(training));
    this.#root.dataset.step = step;
  }

  #time(t, playing) {
    this.#state["lab.t"] = Number(t.toFixed(3));
    this.#byId("lab-t").value = t;
    this.#byId("lab-t-text").textContent = `t = ${t.toFixed(2)}`;
    this.#byId("lab-play").textContent = playing ? "Pause" : "Play";
  }

  /** Learning rates before the present one, as they stand in the link. */
  #setEarlier(text) {
    this.#state["lab.earlier"] = text;
    this.#byId("lab-earlier").textContent = earlierSays(this.#state);
    this.#save();
  }

  #changed(key) {
    this.#report("");
    this.#save();
    return this.#try(() => this.#apply(LAB[key].part, key));
  }

  async #apply(part, key) {
    if (part === "none") return this.#buttons();
    if (part === "picture" && key === "lab.t") return this.#clock.seek(this.#state["lab.t"]);
    await this.open();
    if (part === "engine") return this.#reopen();
    if (part === "experiment") return this.#restart();
    if (part === "rate") return this.#state["lab.compare"] === "rate" ? this.#restart() : this.#runs.setRate();
    if (part === "samples") return this.#runs.resample();
    for (const view of this.#views) view.layers(this.#state["lab.layers"]);
    if (!this.#runs.training) for (const run of this.#runs.runs) await this.#picture(run, false);
  }

  /** A new experiment; it trains on if the one before was training. */
  async #restart() {
    const going = this.#runs.training;
    this.#slow.stop();
    if ((await this.#begin()) && going) await this.#runs.train();
  }

  #listen() {
    const click = (id, action) => this.#byId(id).addEventListener("click", () => this.#try(action));
    click("lab-train", async () => {
      this.#report("");
      await this.open();
      if (this.#runs.training) return this.#runs.pause();
      this.#slow.stop();
      if (this.#runs.runs.length) await this.#runs.train();
      else await this.#begin(); // says what is missing
    });
    click("lab-step", async () => {
      await this.open();
      if (!this.#runs.runs.length) return this.#begin();
      await this.#runs.advance(1);
      await this.#runs.show();
    });
    click("lab-slow", () => this.#slowly());
    click("lab-reset", () => this.#restartStill());
    click("lab-new-seed", () => this.#form.set("lab.seed", newSeed()));
    click("lab-play", () => this.#clock.toggle());
    this.#byId("lab-t").addEventListener("change", () => this.#save());
    click("lab-theorem", async () => {
      await this.open();
      const answer = await this.#runs.call(this.#runs.runs[0], "theorem", Uint32Array.from(THEOREM));
      this.#readings.cosines(THEOREM, answer.cosines);
    });
    click("lab-likelihood", async () => {
      await this.open();
      const view = this.#views[0];
      await view.computeLikelihood();
      const { bitsPerDim, heldOut, mass, nfe } = view.likelihood;
      this.#byId("lab-likelihood-text").textContent = `${bitsPerDim.toFixed(3)} bits per dimension on ${heldOut} held-out points; the density integrates to ${mass.toFixed(3)} over the square (${nfe} evaluations of Runge–Kutta 4).`;
      const layers = this.#state["lab.layers"].split(".");
      if (!layers.includes("likelihood")) this.#form.set("lab.layers", LAB["lab.layers"].kind.read([...layers, "likelihood"].join(".")));
    });
    const parts = {
      runs: this.#runs,
      view: this.#views[0],
      state: this.#state,
      link: () => this.#link(),
      loadWeights: (bytes) => this.#loadWeights(bytes),
    };
    new Take(this.#root, parts, (text) => (this.#byId("lab-take-text").textContent = text));
  }

  async #restartStill() {
    this.#slow.stop();
    await this.#runs.pause();
    this.#setEarlier("");
    await this.#begin();
  }

  /** Steps in slow motion, one after another, until it is stopped. */
  async #slowly() {
    if (this.#slow.running) {
      this.#slow.stop();
      return this.#buttons();
    }
    await this.open();
    await this.#runs.pause();
    this.#slow.running = true;
    this.#buttons();
    const run = this.#runs.runs[0];
    while (this.#slow.running && run === this.#runs.runs[0]) {
      const pairs = await this.#runs.call(run, "stages", SLOW_PAIRS);
      if (!(await this.#slow.show(pairs, this.#views[0].stage.half))) break;
      await this.#runs.advance(1);
      await this.#runs.show();
    }
    this.#slow.stop();
    this.#buttons();
  }

  /** A link that leads to this very step. */
  #link() {
    const step = this.#runs.step;
    const state = step > 0 ? { ...this.#state, "lab.until": step } : this.#state;
    return this.#address(state);
  }

  /** Takes weights from a file, with their experiment; a bad file changes nothing. */
  async #loadWeights(bytes) {
    await this.open();
    const found = JSON.parse(await this.#client.call("labConfigOf", 0, bytes));
    const before = { ...this.#state };
    Object.assign(this.#state, fromExperiment(found), { "lab.compare": "off", "lab.with": "" });
    try {
      await this.#runs.begin();
      await this.#runs.call(this.#runs.runs[0], "loadWeights", bytes);
    } catch (error) {
      Object.assign(this.#state, before);
      throw error;
    }
    this.#form.refresh();
    this.#save();
    await this.#runs.show();
    return "Loaded: the picture shows these weights; training goes on from them.";
  }

  /** The state was replaced from outside; `keys` changed. */
  replaced(keys) {
    if (!keys.length) return;
    this.#form.refresh();
    const order = ["engine", "experiment", "rate", "samples", "picture", "none"];
    const key = keys.sort((a, b) => order.indexOf(LAB[a].part) - order.indexOf(LAB[b].part))[0];
    if (this.#opened) this.#changed(key);
  }
}
