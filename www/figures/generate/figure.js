// Digits from noise at the top of the article, on the CPU: by a small few-step network at once, then by the one that the other figures have.
import { given, showState } from "../../element/controls.js";
import { Delay } from "../../element/delay.js";
import { Figure } from "../../element/figure.js";
import { newSeed } from "../../element/state.js";
import { unless } from "../../element/task.js";
import { ImageNetwork } from "../../engine/images/network.js";
import { onResize } from "../../plot/watch.js";
import { GENERATE } from "./table.js";
import { Tiles, columnsAt } from "./tiles.js";

const ROWS = 4;
const REST_MS = 300; // a seed that is typed acts when it rests

export class GenerateFigure extends Figure {
  // Not on a GPU: its engine is another download, and this is the first thing that a reader sees.
  #network = new ImageNetwork("few-step-small");
  #full = null; // the larger network, once it is on its way
  #tiles;
  #form;
  #delay = new Delay(() => this.#compute(), this.signal);
  #begun = false; // it may compute
  #done = false; // what the settings say was generated

  constructor(context) {
    super(context, "generate");
    const motion = matchMedia("(prefers-reduced-motion: reduce)");
    this.#form = this.part("form");
    this.#tiles = new Tiles(this.part("tiles"), () => motion.matches, this.signal);
    this.onClose(() => {
      this.#network.close();
      this.#full?.close();
    });
    this.on(this.#form, "submit", (event) => event.preventDefault());
    this.on(this.#form, "input", ({ target }) => this.#input(target));
    this.on(this.part("new"), "click", () => this.#press());
    onResize(this.part("tiles"), () => this.#resized(), this.signal);
    this.#refresh();
  }

  #refresh() {
    showState(this.#form, GENERATE, this.state);
  }

  #input(target) {
    const value = GENERATE[target.name] && given(target, GENERATE[target.name]);
    if (value === undefined) return;
    this.state[target.name] = value;
    this.save();
    this.#delay.ask(target.name, target.type === "number" ? REST_MS : 0);
  }

  /** The first press generates what the settings say, every further one something else. */
  #press() {
    if (this.#done) {
      this.state["generate.seed"] = newSeed();
      this.#refresh();
      this.save();
    }
    this.#compute();
  }

  replaced(keys) {
    this.#refresh();
    if (keys.length && this.#begun) this.#compute();
  }

  begin() {
    this.#compute();
  }

  /** Another number of columns has other digits in them. */
  #resized() {
    const { columns } = this.#tiles;
    if (columns && columns !== columnsAt(this.part("tiles").clientWidth) && this.#begun) this.#compute();
  }

  working(how) {
    this.root.setAttribute("aria-busy", String(how !== "idle"));
  }

  #say(text) {
    this.part("text").textContent = text;
  }

  #compute() {
    this.#begun = true;
    this.part("new").textContent = "New noise";
    return this.task.run(async (signal) => {
      this.report("");
      try {
        await this.#run(signal);
      } catch (error) {
        if (!signal.aborted) this.#say("Nothing could be generated.");
        throw error;
      }
    });
  }

  /** Begins to load the larger network, and generates the same digits with it when it has come; whether it is on its way. */
  #improve() {
    const saving = /** @type {any} */ (navigator).connection?.saveData;
    if (this.#full || saving) return Boolean(this.#full && this.#full !== this.#network);
    const [small, full] = [this.#network, (this.#full = new ImageNetwork("few-step"))];
    const change = async () => {
      await full.open("cpu");
      this.#network = full;
      this.root.dataset.network = "few-step";
      await this.#compute();
      small.close();
    };
    change().catch(() => {}); // the small one goes on
    return true;
  }

  async #run(signal) {
    this.#say("Starting the engine…");
    /** @type {any} */
    const loading = (share) => signal.aborted || this.#say(`Loading the network: ${Math.round(100 * share)} %`);
    await unless(signal, this.#network.open("cpu", loading));
    const { "generate.steps": steps, "generate.seed": seed } = this.state;
    const columns = columnsAt(this.part("tiles").clientWidth);
    const n = ROWS * columns;
    // A few-step network ignores solver, tolerance and guidance, but every request names them.
    const unused = { solver: "euler", tolerance: 0.01, guidance: { weight: 1, from: 0, to: 1 } };
    const request = { seed, labels: Array.from({ length: n }, (_, i) => i % 10), steps, ...unused };
    this.#tiles.begin(n, columns);
    const began = performance.now();
    await unless(
      signal,
      this.#network.sample(request, ({ t, x }) => signal.aborted || this.#tiles.add({ t, x })),
      () => this.#network.stop(),
    );
    this.#done = true;
    const coming = this.#improve();
    const seconds = ((performance.now() - began) / 1000).toFixed(2);
    const evaluations = `${steps} ${steps === 1 ? "evaluation" : "evaluations"}`;
    this.#say(`${n} digits, ${evaluations} of the network for each, ${seconds} s on the CPU.${coming ? " A larger network is on its way." : ""}`);
    this.part("tiles").setAttribute("aria-label", `${n} generated digits, each class from 0 to 9 in turn, after ${evaluations}.`);
  }
}
