// Guidance in the plane: two networks train in a worker; particles under guidance by them and by the exact field.
import { given, showState } from "../../element/controls.js";
import { Delay } from "../../element/delay.js";
import { Figure } from "../../element/figure.js";
import { unless } from "../../element/task.js";
import { LabClient } from "../../engine/lab/client.js";
import { slice } from "../../engine/lab/slice.js";
import { CLASSES } from "../../engine/protocol.js";
import { onAppearance } from "../../plot/watch.js";
import { GUIDANCE, GUIDES, settings } from "./table.js";
import { Tile } from "./tile.js";

const TITLES = { "classifier-free": "classifier-free guidance", weak: "guided by a weaker network", exact: "classifier-free, exact field" };
const PARTICLES = 900;
const PICTURE_MS = 700;
const REST_MS = 150; // a slider that is dragged acts when it rests

export class GuidanceFigure extends Figure {
  #form;
  #client;
  #tiles;
  #delay;
  #made = null; // a promise while the networks are or were made
  #data = null;
  #step = 0;

  constructor(context) {
    super(context, "guidance");
    this.#client = new LabClient(({ gone }) => {
      const going = this.task.busy;
      this.#forget();
      if (going && gone) this.#train();
    });
    this.onClose(() => this.#client.close());
    this.#form = this.part("form");
    this.#tiles = new Map(GUIDES.map((guide) => [guide, new Tile(TITLES[guide])]));
    this.part("tiles").append(...[...this.#tiles.values()].map(({ root }) => root));
    this.#delay = new Delay((keys) => this.#changed(keys), this.signal);
    this.on(this.#form, "submit", (event) => event.preventDefault());
    this.on(this.#form, "input", ({ target }) => this.#input(target));
    this.on(this.part("start"), "click", () => (this.task.busy ? this.task.stop() : this.#train()));
    onAppearance(this.part("tiles"), () => this.#tiles.forEach((tile) => tile.redraw()), this.signal);
    this.#refresh();
  }

  #refresh() {
    showState(this.#form, GUIDANCE, this.state);
    this.part("weight").value = String(this.state["guidance.weight"]);
  }

  #input(target) {
    const value = GUIDANCE[target.name] && given(target, GUIDANCE[target.name]);
    if (value === undefined) return;
    this.state[target.name] = value;
    this.#refresh();
    this.save();
    this.#delay.ask(target.name, REST_MS);
  }

  replaced(keys) {
    if (!keys.length) return;
    this.#refresh();
    this.#changed(keys);
  }

  #changed(keys) {
    this.report("");
    const parts = new Set(keys.map((key) => GUIDANCE[key].part));
    if (parts.has("networks")) {
      const { busy, owed } = this.task;
      this.task.stop().then(() => this.#forget());
      if (busy || owed) this.#train();
    } else if (parts.has("particles") && this.#made && !this.task.busy) this.task.run(() => this.#show());
    this.#name();
  }

  /** Other networks are asked for: what is shown belongs to those before. */
  #forget() {
    this.#made = null;
    this.#step = 0;
    this.#tiles.forEach((tile) => tile.clear("not trained yet", this.#data));
    this.#progress("Not trained yet.");
  }

  #progress(text) {
    this.part("progress").value = Math.min(1, this.#step / this.state["guidance.until"]);
    this.part("text").textContent = text;
    this.#name();
  }

  /** What the button does now. */
  #name(how = this.root.getAttribute("aria-busy") === "true" ? "busy" : "idle") {
    const done = this.#step >= this.state["guidance.until"];
    this.part("start").textContent = how !== "idle" ? "Stop" : this.#step > 0 && !done ? "Go on" : "Train";
    this.part("start").disabled = how === "stopping" || (how === "idle" && done);
  }

  working(how) {
    this.root.setAttribute("aria-busy", String(how !== "idle"));
    this.#name(how);
  }

  begin({ still }) {
    if (!still) this.#train();
  }

  /** Trains, or goes on where it was stopped. */
  #train() {
    this.report("");
    this.task.run(async (signal) => {
      try {
        await this.#work(signal);
      } catch (error) {
        if (!this.#made) this.#progress("Not trained yet.");
        throw error;
      }
    });
  }

  /** Makes the networks, untrained. */
  async #make() {
    await this.#client.open("cpu");
    await this.#client.call(CLASSES, 0, JSON.stringify(settings(this.state)));
    this.#data = await this.#client.call("data", 0, PARTICLES);
  }

  async #work(signal) {
    if (!this.#made) {
      this.#progress("Starting the engine…");
      this.#made = this.#make();
      this.#made.catch(() => (this.#made = null));
    }
    await unless(signal, this.#made);
    const until = this.state["guidance.until"];
    let shown = -Infinity;
    for (let steps = 4; !signal.aborted && this.#step < until; ) {
      const began = performance.now();
      const asked = Math.min(steps, until - this.#step);
      this.#step = (await this.#client.call("train", 0, asked)).step;
      steps = slice((performance.now() - began) / asked);
      this.#progress(`Step ${this.#step} of ${until}, seed ${this.state["guidance.seed"]}.`);
      if (performance.now() - shown > PICTURE_MS) {
        await this.#show();
        shown = performance.now();
      }
    }
    await this.#show();
    const { "guidance.seed": seed, "guidance.steps": euler } = this.state;
    if (this.#step >= until) this.#progress(`Done: ${until} steps, seed ${seed}; sampled with ${euler} Euler steps.`);
    else this.#progress(`Stopped at step ${this.#step} of ${until}.`);
  }

  /** Particles under guidance as it is set now. */
  async #show() {
    const { "guidance.weight": weight, "guidance.steps": steps } = this.state;
    for (const [guide, tile] of this.#tiles) {
      tile.show(await this.#client.call("run", 0, PARTICLES, guide, weight, steps), steps, this.#data);
    }
  }
}
