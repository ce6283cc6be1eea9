// A flow in the plane, trained by a script: what index.d.ts describes as Training.
import { LabClient } from "../engine/lab/client.js";
import { slice } from "../engine/lab/slice.js";
import { LAB, experiment } from "../figures/lab/table.js";
import { defaults, number } from "../element/state.js";
import { webgpu } from "../engine/webgpu.js";
import { all, floats, keys, needsWorkers, one, signalOf } from "./check.js";
import { closed, unlessAborted } from "./stream.js";

const SETTINGS = ["path", "curves", "sigmaMin", "coupling", "epsilon", "width", "depth", "batch", "rate", "predicts", "loss", "time", "ema", "seed"];
const TABLE = Object.fromEntries(SETTINGS.map((key) => [key, LAB[`lab.${key}`]]));
const ENDS = ["source", "target"];
const BACKEND = { backend: LAB["lab.device"] };
const named = LAB["lab.source"].kind.values.filter((name) => name !== "text" && name !== "points");
const NAME = {
  initial: "",
  kind: {
    read: (text) => named.find((name) => name === text),
    says: `one of ${named.join(", ")}, or {text}, or {points}`,
  },
};
const TRAIN = { steps: LAB["lab.until"], every: { kind: LAB["lab.until"].kind, initial: 50 } };
const SAMPLE = {
  particles: { kind: number(1, 10_000, { whole: true }), initial: LAB["lab.particles"].initial },
  solver: LAB["lab.solver"],
  steps: LAB["lab.steps"],
  noise: LAB["lab.noise"],
};

/** An end of the flow: {kind}, {kind, text}, or {kind, points: Float32Array}, which the engine has yet to write as text. */
function end(which, given) {
  const what = `createTraining: ${which}`;
  if (given === undefined) return { kind: LAB[`lab.${which}`].initial };
  if (given === null || typeof given !== "object") return { kind: one(what, given, NAME) };
  keys(what, given, ["text", "points"]);
  if ((given.text === undefined) === (given.points === undefined)) throw new TypeError(`${what} must have either text or points`);
  if (given.text !== undefined) return { kind: "text", text: one(`${what}.text`, given.text, LAB[`lab.${which}Text`]) };
  const points = floats(`${what}.points`, given.points);
  if (points.length === 0 || points.length % 2) {
    throw new RangeError(`${what}.points must be x and y of each point, not ${points.length} numbers`);
  }
  return { kind: "points", points };
}

class Training {
  #client = new LabClient();
  #slice = 4; // steps of a call, so that one takes about as long as in the lab
  #closed = false;

  step = 0;
  parameters = 0;

  constructor(backend) {
    this.backend = backend;
  }

  async open(settings, ends) {
    const { obstacle, name } = this.backend === "webgpu" ? await webgpu() : { name: "CPU" };
    if (this.#closed) throw closed("the training");
    if (obstacle) throw Object.assign(new Error(`WebGPU cannot be used: ${obstacle}`), { name: "DeviceError" });
    await this.#client.open(this.backend);
    this.device = name;
    const state = defaults(LAB);
    for (const key of SETTINGS) state[`lab.${key}`] = settings[key];
    for (const which of ENDS) {
      const { kind, text, points } = ends[which];
      state[`lab.${which}`] = kind;
      if (text !== undefined) state[`lab.${which}Text`] = text;
      if (points) state[`lab.${which}Points`] = await this.#call("encodePoints", points);
    }
    const { parameters } = await this.#call("lab", JSON.stringify(experiment(state)));
    this.parameters = parameters;
  }

  async #call(method, ...args) {
    try {
      return await this.#client.call(method, 0, ...args);
    } catch (error) {
      throw this.#closed ? closed("the training") : error;
    }
  }

  train(options = {}) {
    const { steps, every } = all("train", options, TRAIN, ["signal"]);
    return this.#train(steps, every, signalOf("train", options.signal));
  }

  async *#train(steps, every, signal) {
    for (let left = steps; left > 0; ) {
      const portion = Math.min(every, left);
      let sum = 0;
      for (let made = 0; made < portion; ) {
        signal?.throwIfAborted();
        const asked = Math.min(this.#slice, portion - made);
        const began = performance.now();
        const losses = await unlessAborted(signal, this.#advance(asked));
        this.#slice = slice((performance.now() - began) / asked);
        made += asked;
        for (const loss of losses) sum += loss;
      }
      signal?.throwIfAborted();
      left -= portion;
      yield { step: this.step, loss: sum / portion, done: left === 0 };
    }
  }

  async #advance(steps) {
    const { step, losses } = await this.#call("train", steps);
    this.step = step;
    return losses;
  }

  async sample(options = {}) {
    const { particles, solver, steps, noise } = all("sample", options, SAMPLE, ["signal"]);
    const signal = signalOf("sample", options.signal);
    signal?.throwIfAborted();
    const { times, x, nfe } = await unlessAborted(signal, this.#call("flow", particles, solver, steps, noise));
    return { times, x, nfe };
  }

  weights() {
    return this.#call("weights");
  }

  close() {
    this.#closed = true;
    this.#client.close();
  }
}

export async function createTraining(asked = {}, options = {}) {
  needsWorkers("createTraining");
  const settings = all("createTraining", asked, TABLE, ENDS);
  const ends = Object.fromEntries(ENDS.map((which) => [which, end(which, asked[which])]));
  const { backend } = all("createTraining", options, BACKEND, ["signal"]);
  const signal = signalOf("createTraining", options.signal);
  signal?.throwIfAborted();
  const training = new Training(backend);
  try {
    await unlessAborted(signal, training.open(settings, ends));
  } catch (error) {
    training.close();
    throw error;
  }
  return training;
}
