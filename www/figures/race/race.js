// A race in workers: its contestants, what they are trained for and what was measured of them. No contestant depends on when another trains, but
// those that learn from the flow, which stay together in the first worker.
import { unless } from "../../element/task.js";
import { LabClient } from "../../engine/lab/client.js";
import { RACE } from "../../engine/protocol.js";
import { workersFor } from "../../engine/spawn.js";
import { NO_FLOOR } from "../../plot/chart.js";
import { divided } from "./divided.js";
import { NFES, race } from "./table.js";

const SLICE_MS = 40; // a training call takes about this long, so that stopping is quick
const PARTICLES = 1000;
const WAYS = 60; // particles whose way is drawn
const MOMENTS = 64; // of a way through training
const MOST_WORKERS = 4;
/** Half a view that shows the points of `target`. */
export function halfOf(target) {
  const sizes = Float32Array.from(target, Math.abs).sort();
  return Math.max(2.5, 1.25 * sizes[Math.floor(0.99 * sizes.length)]);
}

export class Race {
  #clients;
  #opened = null; // a promise while the first engine is or was opened
  #floor = null; // a promise once it is asked for
  /** Who trains what: {own: indices of lines, client, slice, ready: a promise of its engine}. @type {any[]} */
  workers = [];
  target = new Float32Array(0); // fresh data
  floor = NO_FLOOR; // W2 between data and data: {mean, deviation}, once it was measured
  lines = []; // {id, label, step, pairs, w2}: an entry a contestant, w2 at NFES once it was measured
  #training = []; // where the drifting model's particles were during training, first the earliest
  half = 5; // of the view that shows the target

  /** `onFatal(error)`: see LabClient. */
  constructor(onFatal) {
    const lost = (error) => {
      this.#opened = null;
      onFatal(error);
    };
    this.#clients = Array.from({ length: workersFor(MOST_WORKERS) }, () => new LabClient(lost));
  }

  get begun() {
    return this.lines.length > 0;
  }

  /** A call of the first worker. */
  #call(method, ...args) {
    return this.#clients[0].call(method, 0, ...args);
  }

  /** A call of the worker that has contestant `i`. */
  #callOf(i, method, ...args) {
    const { client } = this.workers.find(({ own }) => own.includes(i));
    return client.call(method, 0, i, ...args);
  }

  /** The workers of these contestants; the first one is ready. */
  #hire(ids, settings) {
    return divided(ids, this.#clients.length).map((own, k) => {
      const worker = { own, client: this.#clients[k], slice: 4, ready: Promise.resolve() };
      const open = async () => {
        await worker.client.open("cpu", `race ${k}`);
        await worker.client.call(RACE, 0, settings);
      };
      // One worker less, where it cannot be opened: the first does its work too.
      if (k > 0) worker.ready = open().catch(() => void (worker.client = this.#clients[0]));
      return worker;
    });
  }

  /** The contestants that `state` asks for, untrained. */
  async begin(state, signal) {
    this.#opened ??= this.#clients[0].open("cpu").catch((error) => {
      this.#opened = null; // whatever is pressed next tries again
      throw error;
    });
    await unless(signal, this.#opened);
    const settings = JSON.stringify(race(state));
    await unless(signal, this.#call(RACE, settings));
    this.#training = [];
    const contestants = JSON.parse(await unless(signal, this.#call("contestants")));
    this.target = await unless(signal, this.#call("data", PARTICLES));
    this.floor = NO_FLOOR;
    this.#floor = null;
    this.half = halfOf(this.target);
    const rounds = (i) => contestants.slice(0, i + 1).filter(({ id }) => id === "reflow").length;
    const { alpha } = race(state);
    const name = ({ id, label }, i) => {
      if (id === "reflow" && state["race.rounds"] > 1) return `${label}, round ${rounds(i)}`;
      return id === "alpha-flow" && alpha !== undefined ? `${label}, α = ${alpha}` : label;
    };
    this.workers = this.#hire(
      contestants.map(({ id }) => id),
      settings,
    );
    this.lines = contestants.map((contestant, i) => ({ id: contestant.id, label: name(contestant, i), step: 0, pairs: 1, w2: null }));
  }

  /** Trains contestant `i` for a while, in its `worker`; whether it is not done yet. */
  async train(worker, i) {
    const line = this.lines[i]; // another race may be asked for meanwhile
    const began = performance.now();
    const done = await worker.client.call("train", 0, i, worker.slice);
    if (!done) return false;
    const steps = done.losses.length;
    if (steps) worker.slice = Math.max(1, Math.min(500, Math.round((SLICE_MS * steps) / Math.max(1, performance.now() - began))));
    Object.assign(line, { step: done.step, pairs: done.pairs });
    return true;
  }

  /** Particles of contestant `i` after `nfe` evaluations: what {@link Tile.show} takes. */
  async particles(i, nfe) {
    const line = this.lines[i]; // another race may be asked for meanwhile
    const { times, x, w2, straightness } = await this.#callOf(i, "run", PARTICLES, nfe);
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
    this.#floor ??= this.#call("floor", PARTICLES);
    this.floor = await this.#floor;
  }

  async measure(i) {
    const line = this.lines[i];
    if (this.floor === NO_FLOOR) await this.measureFloor();
    const w2 = [];
    for (const nfe of NFES) w2.push((await this.#callOf(i, "run", PARTICLES, nfe)).w2);
    line.w2 = w2;
  }

  forget() {
    this.lines = [];
  }

  close() {
    for (const client of this.#clients) client.close();
  }
}
