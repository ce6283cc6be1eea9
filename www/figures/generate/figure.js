// Digits from noise at the top of the article: the few-step network on the CPU, at once.
import { showState } from "../../element/controls.js";
import { Figure } from "../../element/figure.js";
import { newSeed } from "../../element/state.js";
import { unless } from "../../element/task.js";
import { ImageNetwork } from "../../engine/images/network.js";
import { GENERATE } from "./table.js";
import { Tiles } from "./tiles.js";

const ROWS = 4;

export class GenerateFigure extends Figure {
  // Not on a GPU: its engine is another download, and this is the first thing that a reader sees.
  #network = new ImageNetwork("few-step");
  #tiles;
  #form;
  #motion = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(context) {
    super(context, "generate");
    this.#form = this.part("form");
    this.#tiles = new Tiles(this.part("tiles"), () => this.#motion.matches, this.signal);
    this.onClose(() => this.#network.close());
    this.on(this.#form, "submit", (event) => event.preventDefault());
    this.on(this.#form, "input", ({ target }) => this.#input(target));
    this.on(this.part("new"), "click", () => this.#set("generate.seed", newSeed()));
    this.#refresh();
  }

  #refresh() {
    showState(this.#form, GENERATE, this.state);
  }

  #input(target) {
    const value = GENERATE[target.name]?.kind.read(target.value);
    if (value !== undefined) this.#set(target.name, value);
  }

  #set(key, value) {
    this.state[key] = value;
    this.#refresh();
    this.save();
    this.#compute();
  }

  replaced(keys) {
    this.#refresh();
    if (keys.length) this.#compute();
  }

  begin() {
    this.#compute();
  }

  working(how) {
    this.root.setAttribute("aria-busy", String(how !== "idle"));
  }

  #compute() {
    this.task.run((signal) => this.#run(signal));
  }

  async #run(signal) {
    this.report("");
    const loading = (share) => (this.part("text").textContent = `Loading the network: ${Math.round(100 * share)} %`);
    await unless(signal, this.#network.open("cpu", loading));
    const { "generate.steps": steps, "generate.seed": seed } = this.state;
    const n = ROWS * this.#tiles.columns;
    // A few-step network ignores solver, tolerance and guidance, but every request names them.
    const unused = { solver: "euler", tolerance: 0.01, guidance: { weight: 1, from: 0, to: 1 } };
    const request = { seed, labels: Array.from({ length: n }, (_, i) => i % 10), steps, ...unused };
    this.#tiles.begin(n);
    const began = performance.now();
    await unless(
      signal,
      this.#network.sample(request, ({ t, x }) => signal.aborted || this.#tiles.add({ t, x })),
      () => this.#network.stop(),
    );
    if (signal.aborted) return;
    const seconds = ((performance.now() - began) / 1000).toFixed(2);
    const evaluations = `${steps} ${steps === 1 ? "evaluation" : "evaluations"}`;
    this.part("text").textContent = `${n} digits, ${evaluations} of the network for each, ${seconds} s on the CPU.`;
    this.part("tiles").setAttribute("aria-label", `${n} generated digits, each class from 0 to 9 in turn, after ${evaluations}.`);
  }
}
