// A race in the lab's worker: its contestants, what they are trained for and what was measured of them.
import { unless } from "../../element/task.js";
import { LabClient } from "../../engine/lab/client.js";
import { RACE } from "../../engine/protocol.js";
import { NFES, race } from "./table.js";

const SLICE_MS = 40; // a training call takes about this long, so that stopping is quick
const PARTICLES = 1000;

export class Race {
  #client;
  #opened = null; // a promise while the engine is or was opened
  #data = null; // {target, floor, floorDeviation}
  #slice = 4;
  lines = []; // {label, w2}: an entry a contestant, w2 at NFES once it was measured
  half = 5; // of the view that shows the target

  /** `onFatal(error)`: see LabClient. */
  constructor(onFatal) {
    this.#client = new LabClient((error) => {
      this.#opened = null;
      onFatal(error);
    });
  }

  get begun() {
    return this.lines.length > 0;
  }

  get target() {
    return this.#data.target;
  }

  /** W2 between data and data: {mean, deviation}. */
  get floor() {
    return { mean: this.#data.floor, deviation: this.#data.floorDeviation };
  }

  #call(method, ...args) {
    return this.#client.call(method, 0, ...args);
  }

  /** The contestants that `state` asks for, untrained. */
  async begin(state, signal) {
    await unless(signal, (this.#opened ??= this.#client.open("cpu")));
    await this.#call(RACE, JSON.stringify(race(state)));
    const contestants = JSON.parse(await this.#call("contestants"));
    this.#data = await this.#call("data", PARTICLES);
    const sizes = this.#data.target.map(Math.abs).sort();
    this.half = Math.max(2.5, 1.25 * sizes[Math.floor(0.99 * sizes.length)]);
    const rounds = (i) => contestants.slice(0, i + 1).filter(({ id }) => id === "reflow").length;
    this.lines = contestants.map(({ id, label }, i) => ({
      label: id === "reflow" && state["race.rounds"] > 1 ? `${label}, round ${rounds(i)}` : label,
      w2: null,
    }));
  }

  /** Trains for a while: {contestant, step, pairs}; undefined when all is done. */
  async train() {
    const began = performance.now();
    const done = await this.#call("train", this.#slice);
    const steps = done?.losses.length;
    if (steps) this.#slice = Math.max(1, Math.min(500, Math.round((SLICE_MS * steps) / Math.max(1, performance.now() - began))));
    return done;
  }

  /** Particles of contestant `i` after `nfe` evaluations: {times, x, w2, straightness}. */
  particles(i, nfe) {
    return this.#call("run", i, PARTICLES, nfe);
  }

  async measure(i) {
    const w2 = [];
    for (const nfe of NFES) w2.push((await this.particles(i, nfe)).w2);
    this.lines[i].w2 = w2;
  }

  forget() {
    this.lines = [];
  }

  close() {
    this.#client.close();
  }
}
