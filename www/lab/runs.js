// Trains one or two labs in the worker, in slices, and asks for pictures and figures in between.
import { Task } from "../task.js";
import { experiment, settings } from "./table.js";

const SLICE_MS = 30; // a training call takes about this long, so that other calls get in between
/** Steps of the next training call, where one took `each` milliseconds. */
export const slice = (each) => Math.max(1, Math.min(200, Math.round(SLICE_MS / each)));

const PICTURE_MS = 300;
const FIGURES_MS = 2500;
const LIVE_PARTICLES = 1000; // drawn while training; all of them when it pauses

/** One run: what it was asked for and what it went through. */
class Run {
  step = 0;
  losses = [];
  parameters = 0;
  constructor(slot, state) {
    this.slot = slot;
    this.state = state;
  }
}

export class Runs {
  #client;
  #state;
  #on;
  #task;
  #slice = 4;
  #newRate = false; // a changed learning rate waits for the step that all runs have made
  #epoch = 0; // counts experiments: results of an earlier one are dropped
  runs = [];

  /**
   * `on`: {begun(runs), losses(run, losses), picture(run, live), figures(run), rate(earlier), state(how), problem(text)}; picture
   * and figures return promises that are awaited; `how`: see Task.
   */
  constructor(client, state, on) {
    this.#client = client;
    this.#state = state;
    this.#on = on;
    this.#task = new Task((how) => on.state(how), (text) => on.problem(text));
  }

  get training() {
    return this.#task.busy;
  }

  /** Whether it trains on when somebody looks again. */
  get owed() {
    return this.#task.owed;
  }

  get step() {
    return this.runs[0]?.step ?? 0;
  }

  /** Calls a method of a run's lab. */
  call(run, method, ...args) {
    return this.#client.call(method, run.slot, ...args);
  }

  /** Makes the labs that the state asks for, untrained; the same seed gives the same initial weights. */
  async begin() {
    const epoch = (this.#epoch += 1);
    await this.pause();
    const slots = this.#state["lab.compare"] === "off" ? [0] : [0, 1];
    const runs = slots.map((slot) => new Run(slot, settings(this.#state, slot)));
    for (const run of runs) {
      const { parameters } = await this.#client.call("lab", run.slot, JSON.stringify(experiment(run.state)));
      run.parameters = parameters;
    }
    if (slots.length === 1) await this.#client.call("close", 1);
    if (epoch !== this.#epoch) return false; // asked for again meanwhile
    this.runs = runs;
    await this.#on.begun(runs);
    await this.show();
    return true;
  }

  /** Sampling settings changed: the runs stay, their pictures do not. */
  async resample() {
    for (const run of this.runs) run.state = settings(this.#state, run.slot);
    await this.show();
  }

  /** The learning rate changed: it holds from the next step on, the same step in every run. */
  async setRate() {
    this.#newRate = true;
    if (!this.training) await this.#applyRate();
  }

  async #applyRate() {
    this.#newRate = false;
    for (const run of this.runs) {
      run.state = settings(this.#state, run.slot);
      this.#on.rate(await this.call(run, "setRate", run.state["lab.rate"]));
    }
  }

  /** Pictures and figures of how things stand. */
  async show() {
    for (const run of this.runs) await this.#on.picture(run, false);
    for (const run of this.runs) await this.#on.figures(run);
  }

  /** Trains until the step that the state names, or until it is paused. */
  train() {
    if (!this.training) this.#task.run((signal) => this.#train(signal));
  }

  /** Resolves when nothing is trained any more. */
  pause() {
    return this.#task.stop();
  }

  rest() {
    this.#task.rest();
  }

  resume() {
    this.#task.resume();
  }

  close() {
    this.#task.close();
  }

  /** Makes `steps` steps in every run. */
  async advance(steps) {
    if (this.#newRate) await this.#applyRate();
    for (const run of this.runs) {
      const { step, losses } = await this.call(run, "train", steps);
      run.step = step;
      for (const loss of losses) run.losses.push(loss);
      this.#on.losses(run, losses);
    }
  }

  async #train(signal) {
    const epoch = this.#epoch;
    let picture = performance.now() - PICTURE_MS;
    let figures = performance.now();
    while (!signal.aborted && epoch === this.#epoch) {
      const left = this.#state["lab.until"] - this.step;
      if (left <= 0) break;
      const began = performance.now();
      const steps = Math.min(this.#slice, left);
      await this.advance(steps);
      const now = performance.now();
      const each = (now - began) / (steps * this.runs.length);
      this.#slice = slice(each);
      if (now - picture > PICTURE_MS) {
        for (const run of this.runs) await this.#on.picture(run, true);
        picture = performance.now();
      }
      if (now - figures > FIGURES_MS) {
        for (const run of this.runs) await this.#on.figures(run);
        figures = performance.now();
      }
    }
    if (this.#newRate) await this.#applyRate();
    if (epoch === this.#epoch) await this.show();
    if (this.#newRate) await this.#applyRate(); // changed while the last picture was made
  }
}

/** Particles to ask for: fewer while training. */
export const particles = (run, live) =>
  live ? Math.min(LIVE_PARTICLES, run.state["lab.particles"]) : run.state["lab.particles"];
