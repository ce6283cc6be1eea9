// A network on one engine, for scripts: what index.d.ts describes as Engine.
import { ImageNetwork } from "../engine/images/network.js";
import { DEVICE, oneOf } from "../element/state.js";
import { all, functionOf, needsWorkers, signalOf } from "./check.js";
import { NAMES, requestOf } from "./networks.js";
import { closed, stream, unlessAborted } from "./stream.js";

const OPTIONS = { network: oneOf(NAMES, "digits"), backend: DEVICE };

class NetworkEngine {
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

  sample(asked) {
    return this.#run(asked, false);
  }

  /** The frames of a run, or the `last` alone. */
  #run(asked, last) {
    const request = requestOf(this.#name, asked);
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
  const engine = new NetworkEngine(network, backend);
  try {
    await unlessAborted(signal, engine.open(progress));
    progress(1); // where somebody else had downloaded it before
  } catch (error) {
    engine.close();
    throw error;
  }
  return engine;
}
