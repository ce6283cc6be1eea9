// Trains one or two labs in the worker, in slices, and asks for pictures and figures in between. One thing at a time: training, slow motion, a step.
import { unless } from "../../element/task.js";
import { slice } from "../../engine/lab/slice.js";
import { experiment, settings } from "./table.js";

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

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
  #doing = ""; // what the task does: "training", "slow motion" or "a step"
  #steps = 0; // asked for one by one and not made yet
  #making = Promise.resolve(); // while labs are made
  #slice = 4;
  #newRate = false; // a changed learning rate waits for the step that all runs have made
  #epoch = 0; // counts experiments: results of an earlier one are dropped
  runs = [];

  /**
   * `on`: {begun(runs), losses(run, losses), picture(run, live), figures(run), rate(earlier), speed(ms, run)};
   * picture and figures return promises that are awaited; `speed`: what a training step took when training stopped. `task`: the figure's.
   */
  constructor(client, state, task, on) {
    this.#client = client;
    this.#state = state;
    this.#task = task;
    this.#on = on;
  }

  get training() {
    return this.#task.busy && this.#doing === "training";
  }

  get slow() {
    return this.#task.busy && this.#doing === "slow motion";
  }

  get busy() {
    return this.#task.busy;
  }

  /** Whether it trains, now or when somebody looks again. */
  get going() {
    return (this.#task.busy || this.#task.owed) && this.#doing === "training";
  }

  get step() {
    return this.runs[0]?.step ?? 0;
  }

  /** Calls a method of a run's lab. */
  call(run, method, ...args) {
    return this.#client.call(method, run.slot, ...args);
  }

  /**
   * Makes the labs that the state asks for, untrained; the same seed gives the same initial weights. Resolves to false where it was
   * overtaken by another call; train() may follow at once.
   */
  begin() {
    const epoch = (this.#epoch += 1);
    this.#newRate = false; // the new labs have it
    const rest = this.#task.stop();
    const before = this.#making;
    /** @type {Promise<any>} */
    const making = Promise.allSettled([rest, before]).then(() => this.#make(epoch));
    this.#making = making.catch(() => {}); // who began hears of it
    return making;
  }

  async #make(epoch) {
    const overtaken = () => epoch !== this.#epoch;
    if (overtaken()) return false;
    try {
      const slots = this.#state["lab.compare"] === "off" ? [0] : [0, 1];
      const runs = slots.map((slot) => new Run(slot, settings(this.#state, slot)));
      for (const run of runs) {
        const { parameters } = await this.#client.call("lab", run.slot, JSON.stringify(experiment(run.state)));
        run.parameters = parameters;
      }
      if (slots.length === 1) await this.#client.call("close", 1);
      if (overtaken()) return false;
      this.runs = runs;
      await this.#on.begun(runs);
      await this.show();
      return !overtaken();
    } catch (error) {
      if (overtaken()) return false;
      this.#task.stop(); // what was to follow
      throw error;
    }
  }

  /** Sampling settings changed: the runs stay, their pictures do not. */
  async resample() {
    for (const run of this.runs) run.state = settings(this.#state, run.slot);
    await this.show();
  }

  /** The learning rate changed: it holds from the next step on, the same step in every run. */
  async setRate() {
    this.#newRate = true;
    if (!this.busy) await this.#applyRate();
  }

  async #applyRate() {
    this.#newRate = false;
    for (const run of this.runs) {
      run.state = settings(this.#state, run.slot);
      this.#on.rate(await this.call(run, "setRate", run.state["lab.rate"]));
    }
  }

  /** Pictures and figures of how things stand; given up where another experiment begins. */
  async show() {
    const epoch = this.#epoch;
    const parts = [this.#on.picture, this.#on.figures].flatMap((part) => this.runs.map((run) => () => part(run, false)));
    for (const part of parts) {
      if (epoch !== this.#epoch) return;
      await part();
    }
  }

  #do(doing, work) {
    this.#doing = doing;
    this.#task.run(async (signal) => {
      await unless(signal, this.#making);
      const epoch = this.#epoch;
      if (this.runs.length) await work(signal);
      if (this.#newRate && epoch === this.#epoch) await this.#applyRate(); // changed meanwhile
    });
  }

  /** Trains until the step that the state names, or until it is paused. */
  train() {
    if (!this.training) this.#do("training", (signal) => this.#train(signal));
  }

  /** Makes one step, and one more for each time that it is asked for meanwhile. */
  makeStep() {
    this.#steps += 1;
    if (this.#task.busy && this.#doing === "a step") return;
    this.#steps = 1;
    this.#do("a step", async (signal) => {
      while (this.#steps > 0 && !signal.aborted) {
        this.#steps -= 1;
        await this.advance(1);
        if (this.#steps === 0) await this.show();
      }
    });
  }

  /** Makes a step and another until it is paused, each after `stages(run, signal)`; then `over()`. */
  slowly(stages, over) {
    this.#do("slow motion", async (signal) => {
      try {
        while (!signal.aborted) {
          await stages(this.runs[0], signal);
          if (signal.aborted) return;
          await this.advance(1);
          await this.show();
        }
      } finally {
        over();
      }
    });
  }

  /** Resolves when nothing is trained any more. */
  pause() {
    return this.#task.stop();
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
    const times = []; // milliseconds a step, of each slice
    while (!signal.aborted) {
      const left = this.#state["lab.until"] - this.step;
      if (left <= 0) break;
      const began = performance.now();
      const steps = Math.min(this.#slice, left);
      await this.advance(steps);
      const now = performance.now();
      const each = (now - began) / (steps * this.runs.length);
      times.push(each);
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
    if (epoch !== this.#epoch) return;
    await this.show();
    times.shift(); // nothing was warm
    if (times.length && epoch === this.#epoch) this.#on.speed(median(times), this.runs[0]);
  }
}

/** Particles to ask for: fewer while training. */
export const particles = (run, live) => (live ? Math.min(LIVE_PARTICLES, run.state["lab.particles"]) : run.state["lab.particles"]);
