// The digits figure: joins state, controls and network to the frames that are shown.
import { Figure } from "../../element/figure.js";
import { unless } from "../../element/task.js";
import { ImageNetwork } from "../../engine/images/network.js";
import { statusLine } from "../../engine/images/status.js";
import { bindControls } from "./controls.js";
import { Player } from "../../element/player.js";
import { DIGIT } from "../../plot/images.js";
import { labels } from "./table.js";

/** Controls that change how a picture looks, not what is computed. */
const VIEW_ONLY = new Set(["show"]);

/** The parts that a run is shown in. */
const view = (part) => ({
  figure: part("figure"),
  grid: part("grid"),
  stripX: part("strip-x"),
  stripX1: part("strip-x1"),
  time: part("time"),
  timeText: part("time-text"),
  play: part("play"),
  chosen: part("chosen"),
  nfe: part("nfe"),
  ms: part("ms"),
  total: part("total"),
  announce: part("announce"),
});

export class DigitsFigure extends Figure {
  #network;
  #player;
  #controls;

  constructor(context) {
    super(context, "digits", "");
    this.#network = new ImageNetwork("digits", (status) => this.#status(status));
    this.#player = new Player(
      this.#network,
      view((name) => this.part(name)),
      DIGIT,
      this.signal,
    );
    this.onClose(() => this.#network.close());
    this.on(this.part("stop"), "click", () => this.task.stop());
    const changed = (keys) => {
      this.report(""); // what was wrong before, a person has now answered
      this.save();
      this.#changed(keys);
    };
    this.#controls = bindControls(this.part("controls"), this.state, changed, this.signal);
    this.#open().catch((error) => this.report(error.message));
  }

  #status(status) {
    const line = this.part("engine");
    line.textContent = statusLine(status);
    if (status.engine) line.dataset.engine = status.engine;
    else delete line.dataset.engine;
  }

  #loading(share) {
    this.part("progress").value = share;
    this.part("loading-text").textContent = `Loading the network… ${Math.round(100 * share)} %`;
  }

  /** Opens the engine that is chosen, and again where another was chosen meanwhile. */
  async #open() {
    try {
      for (let wanted = null; wanted !== this.state.device; ) {
        wanted = this.state.device;
        const { cached } = await this.#network.open(wanted, (share) => this.#loading(share));
        this.part("figure").dataset.weights = cached ? "cached" : "downloaded";
      }
    } finally {
      this.part("loading").hidden = true;
    }
  }

  /** What the state asks for. */
  #asked() {
    const { solver, steps, tolerance, seed, show, from, to } = this.state;
    const guidance = { weight: from > to ? 1 : this.state.guidance, from, to: Math.max(from, to) };
    const classes = labels(this.state);
    const request = { seed, labels: classes, solver, steps, tolerance, guidance };
    return { request, show, noun: "digit", about: (i) => `a ${classes[i]}` };
  }

  #compute() {
    const { from, to, guidance } = this.state;
    const none = from > to && guidance !== 1;
    this.report(none ? `Guidance ends at t = ${to}, before it begins at t = ${from}: these digits are not guided.` : "");
    this.task.run(async (signal) => {
      await unless(signal, this.#open());
      await this.#player.compute(this.#asked(), signal);
    });
  }

  #changed(keys) {
    if (keys.every((key) => VIEW_ONLY.has(key))) this.#player.show(this.state.show);
    else this.#compute();
  }

  working(how) {
    this.part("stop").disabled = how !== "busy";
    this.part("figure").setAttribute("aria-busy", String(how !== "idle"));
  }

  replaced(keys) {
    this.#controls.refresh();
    if (keys.length) this.#changed(keys);
  }

  begin() {
    this.#compute();
  }

  rest() {
    this.#player.pause();
    super.rest();
  }

  /** Breaks the GPU device on purpose, to try out what happens then. */
  destroyDevice() {
    this.#network.destroyDevice();
  }
}
