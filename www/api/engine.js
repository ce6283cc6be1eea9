// A digit network on one engine, for scripts: what index.d.ts describes as Engine.
import { ImageNetwork } from "../engine/images/network.js";
import { DIGITS } from "../figures/digits/table.js";
import { CATALOG } from "../element/catalog.js";
import { choice, offered } from "../element/state.js";
import { all, functionOf, needsWorkers, one, signalOf } from "./check.js";
import { closed, stream, unlessAborted } from "./stream.js";

const MOST_DIGITS = CATALOG.digits.most; // of one run
const OPTIONS = { network: { kind: choice("digits", "few-step"), initial: "digits" }, backend: DIGITS.device };
const CLASS = DIGITS.class;
const WEIGHT = DIGITS.guidance;
const { seed, solver, steps, tolerance } = DIGITS;
/** What a run of each network can be told beside its labels; a few-step network has no field to integrate or to guide. */
const SETTINGS = {
  digits: { seed, solver, steps, tolerance },
  "few-step": { seed, steps: offered(CATALOG.fewStep.steps, { whole: true }) },
};
const IGNORED = { solver: solver.initial, tolerance: tolerance.initial, guidance: { weight: 1, from: 0, to: 1 } };

function labelsOf(given) {
  if (!Array.isArray(given)) throw new TypeError("sample: labels must be an array of classes, 0 to 9, or null for none");
  if (given.length < 1 || given.length > MOST_DIGITS) {
    throw new RangeError(`sample: labels must be 1 to ${MOST_DIGITS} classes, not ${given.length}`);
  }
  return Array.from(given, (label, i) => (label === null ? null : one(`sample: labels[${i}]`, label, CLASS)));
}

function guidanceOf(given = {}) {
  if (typeof given === "number") return guidanceOf({ weight: given });
  const to = offered(CATALOG.digits.guidance.to);
  const guidance = all("sample: guidance", given, { weight: WEIGHT, from: DIGITS.from, to });
  if (guidance.from > guidance.to) throw new RangeError(`sample: guidance holds from ${guidance.from} to ${guidance.to}, which is earlier`);
  return guidance;
}

class DigitEngine {
  #name;
  #backend;
  #network; // holds the shared engine open
  #status = {};
  #runs = new Set();
  #closed = false;

  constructor(name, backend) {
    this.#name = name;
    this.#backend = backend;
    this.#network = new ImageNetwork(name, (status) => status.engine && (this.#status = status));
  }

  open(progress) {
    return this.#network.open(this.#backend, progress);
  }

  get network() {
    return this.#name;
  }

  get backend() {
    return this.#status.engine;
  }

  get device() {
    return this.#status.name;
  }

  get why() {
    return this.#status.why;
  }

  #request(asked) {
    const table = SETTINGS[this.#name];
    const others = this.#name === "few-step" ? ["labels", "signal"] : ["labels", "guidance", "signal"];
    const settings = all(`sample of the network “${this.#name}”`, asked, table, others);
    const guidance = this.#name === "few-step" ? {} : { guidance: guidanceOf(asked.guidance) };
    return { ...IGNORED, labels: labelsOf(asked.labels), ...settings, ...guidance };
  }

  sample(asked) {
    return this.#run(asked, false);
  }

  /** The frames of a run, or the `last` alone. */
  #run(asked, last) {
    const request = this.#request(asked);
    const signal = signalOf("sample", asked.signal);
    const run = new ImageNetwork(this.#name); // joins the same engine: a place of its own among those that wait
    const begin = async (push) => {
      if (this.#closed) throw closed("the engine");
      this.#runs.add(run);
      await run.open(this.#backend);
      let given = -1;
      const onFrame = ({ t, nfe, done, x, x1 }) => {
        // After a failure of the GPU the run begins again on the CPU: what was given before is not given twice.
        if (t > given) push({ t, nfe, done, x, x1 });
        given = Math.max(t, given);
      };
      const ended = await run.sample(request, onFrame, { last });
      if (!ended) throw closed("the engine");
    };
    const stop = () => {
      this.#runs.delete(run);
      run.close();
    };
    return stream({ begin, stop, signal });
  }

  async draw(asked) {
    let end;
    for await (const frame of this.#run(asked, true)) end = frame;
    return end;
  }

  close() {
    this.#closed = true;
    for (const run of this.#runs) run.close();
    this.#network.close();
  }
}

export async function createEngine(options = {}) {
  needsWorkers("createEngine");
  const { network, backend } = all("createEngine", options, OPTIONS, ["onProgress", "signal"]);
  const progress = functionOf("createEngine: onProgress", options.onProgress) ?? (() => {});
  const signal = signalOf("createEngine", options.signal);
  signal?.throwIfAborted();
  const engine = new DigitEngine(network, backend);
  try {
    await unlessAborted(signal, engine.open(progress));
    progress(1); // where somebody else had downloaded it before
  } catch (error) {
    engine.close();
    throw error;
  }
  return engine;
}
