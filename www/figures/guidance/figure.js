// Guidance in the plane: three networks train in a worker; particles under guidance by them and by the exact field.
import { given, showState } from "../../element/controls.js";
import { Delay } from "../../element/delay.js";
import { Figure } from "../../element/figure.js";
import { unless } from "../../element/task.js";
import { tellTraining, trainInSlices } from "../../element/training.js";
import { LabClient } from "../../engine/lab/client.js";
import { CLASSES } from "../../engine/protocol.js";
import { onAppearance } from "../../plot/watch.js";
import { GUIDANCE, GUIDES, LEAST, settings } from "./table.js";
import { Tile } from "./tile.js";

const TITLES = {
  "classifier-free": "classifier-free guidance",
  weak: "guided by a weaker network",
  input: "guidance scale as an input, 1 NFE",
  exact: "classifier-free, exact field",
};
const PARTICLES = 900;
const REST_MS = 150; // a slider that is dragged acts when it rests

export class GuidanceFigure extends Figure {
  #form;
  #client;
  #tiles;
  #delay;
  #opened = null; // a promise while the engine is or was opened
  #made = null; // a promise while the networks are or were made
  #data = null;
  #step = 0;
  #how = "idle"; // see Task

  constructor(context) {
    super(context, "guidance");
    this.#client = new LabClient(({ gone }) => {
      const going = this.task.busy;
      this.#opened = null;
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
    this.part("scale").value = String(this.state["guidance.scale"]);
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
    const parts = new Set(keys.map((key) => GUIDANCE[key].part));
    const { busy, owed } = this.task;
    if (parts.has("networks")) {
      this.task.stop().then(() => this.#forget());
      if (busy || owed) this.#train();
    } else if (parts.has("particles") && this.#made && !busy && !owed) this.task.run((signal) => this.#show(signal)); // else what is at work sees it
    this.#tell();
  }

  /** Other networks are asked for: what is shown belongs to those before. */
  #forget() {
    this.#made = null;
    this.#step = 0;
    this.#tiles.forEach((tile) => tile.clear("not trained yet", this.#data));
    this.#tell();
  }

  /** Says how training stands, in its line and by what the button does; `instead`: what else there is to say. */
  #tell(instead = "") {
    const { "guidance.until": until, "guidance.seed": seed, "guidance.steps": euler } = this.state;
    const sampled = `sampled with ${euler} Euler steps`;
    tellTraining((name) => this.part(name), { step: this.#step, until, seed, how: this.#how, sampled, instead });
  }

  working(how) {
    this.#how = how;
    this.root.setAttribute("aria-busy", String(how !== "idle"));
    this.#tell();
  }

  begin({ still }) {
    if (!still) this.#train();
  }

  /** Trains, or goes on where it was stopped. */
  #train() {
    this.task.run((signal) => this.#work(signal));
  }

  /** Makes the networks, untrained. */
  async #make() {
    this.#opened ??= this.#client.open("cpu").catch((error) => {
      this.#opened = null; // whatever is pressed next tries again
      throw error;
    });
    await this.#opened;
    await this.#client.call(CLASSES, 0, JSON.stringify(settings(this.state)));
    this.#data = await this.#client.call("data", 0, PARTICLES);
  }

  async #work(signal) {
    this.report("");
    if (!this.#made) {
      this.#tell("Starting the engine…");
      const made = this.#make();
      this.#made = made;
      made.catch(() => this.#made === made && (this.#made = null));
    }
    await unless(signal, this.#made);
    await trainInSlices(signal, {
      step: this.#step,
      until: () => this.state["guidance.until"],
      train: async (steps) => (await this.#client.call("train", 0, steps)).step,
      told: (step) => {
        this.#step = step;
        this.#tell();
      },
      picture: () => this.#show(signal),
    });
    await this.#show(signal);
  }

  /** Particles under guidance as it is set now, until that is what is shown. */
  async #show(signal) {
    for (let shown = ""; !signal.aborted; ) {
      const { "guidance.scale": weight, "guidance.steps": steps } = this.state;
      const asked = JSON.stringify([weight, steps]);
      if (shown === asked) return;
      for (const [guide, tile] of this.#tiles) {
        const input = guide === "input";
        if (input && weight < LEAST) tile.clear(`trained for scales of ${LEAST} and more`, this.#data);
        else {
          const taken = input ? 1 : steps;
          tile.show(await this.#client.call("run", 0, PARTICLES, guide, weight, taken), taken, this.#data);
        }
      }
      shown = asked;
    }
  }
}
