// A race in the lab's worker: its contestants, what they are trained for and what was measured of them.
import { unless } from "../../element/task.js";
import { LabClient } from "../../engine/lab/client.js";
import { RACE } from "../../engine/protocol.js";
import { NO_FLOOR } from "../../plot/chart.js";
import { NFES, race } from "./table.js";

const SLICE_MS = 40; // a training call takes about this long, so that stopping is quick
const PARTICLES = 1000;
const WAYS = 60; // particles whose way is drawn
const MOMENTS = 64; // of a way through training

/** Half a view that shows the points of `target`. */
export function halfOf(target) {
  const sizes = Float32Array.from(target, Math.abs).sort();
  return Math.max(2.5, 1.25 * sizes[Math.floor(0.99 * sizes.length)]);
}

export class Race {
  #client;
  #opened = null; // a promise while the engine is or was opened
  #slice = 4;
  target = new Float32Array(0); // fresh data
  floor = NO_FLOOR; // W2 between data and data: {mean, deviation}, once it was measured
  lines = []; // {id, label, w2}: an entry a contestant, w2 at NFES once it was measured
  #training = []; // where the drifting model's particles were during training, first the earliest
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

  #call(method, ...args) {
    return this.#client.call(method, 0, ...args);
  }

  /** The contestants that `state` asks for, untrained. */
  async begin(state, signal) {
    this.#opened ??= this.#client.open("cpu").catch((error) => {
      this.#opened = null; // whatever is pressed next tries again
      throw error;
    });
    await unless(signal, this.#opened);
    await unless(signal, this.#call(RACE, JSON.stringify(race(state))));
    this.#training = [];
    const contestants = JSON.parse(await unless(signal, this.#call("contestants")));
    this.target = await unless(signal, this.#call("data", PARTICLES));
    this.floor = NO_FLOOR;
    this.half = halfOf(this.target);
    const rounds = (i) => contestants.slice(0, i + 1).filter(({ id }) => id === "reflow").length;
    const { alpha } = race(state);
    const name = ({ id, label }, i) => {
      if (id === "reflow" && state["race.rounds"] > 1) return `${label}, round ${rounds(i)}`;
      return id === "alpha-flow" && alpha !== undefined ? `${label}, α = ${alpha}` : label;
    };
    this.lines = contestants.map((contestant, i) => ({ id: contestant.id, label: name(contestant, i), w2: null }));
  }

  /** Trains for a while: {contestant, step, pairs}; undefined when all is done. */
  async train() {
    const began = performance.now();
    const done = await this.#call("train", this.#slice);
    const steps = done?.losses.length;
    if (steps) this.#slice = Math.max(1, Math.min(500, Math.round((SLICE_MS * steps) / Math.max(1, performance.now() - began))));
    return done;
  }

  /** Particles of contestant `i` after `nfe` evaluations: what {@link Tile.show} takes. */
  async particles(i, nfe) {
    const line = this.lines[i]; // another race may be asked for meanwhile
    const { times, x, w2, straightness } = await this.#call("run", i, PARTICLES, nfe);
    const stride = x.length / times.length;
    const ends = x.subarray(x.length - stride);
    const ways = Array.from(times, (_, k) => x.subarray(k * stride, k * stride + 2 * WAYS));
    if (line.id !== "drifting") return { nfe, w2, straightness, ends, ways };
    if (!line.w2) this.#remember(ends.slice(0, 2 * WAYS));
    return { nfe, w2, straightness, ends, ways: this.#training };
  }

  /** Keeps a moment of the drifting model; where there are many, every second one. */
  #remember(places) {
    if (this.#training.length === MOMENTS) this.#training = this.#training.filter((_, k) => k % 2 === 0);
    this.#training.push(places);
  }

  async measureFloor() {
    this.floor = await this.#call("floor", PARTICLES);
  }

  async measure(i) {
    const line = this.lines[i];
    if (this.floor === NO_FLOOR) await this.measureFloor();
    const w2 = [];
    for (const nfe of NFES) w2.push((await this.#call("run", i, PARTICLES, nfe)).w2);
    line.w2 = w2;
  }

  forget() {
    this.lines = [];
  }

  close() {
    this.#client.close();
  }
}
