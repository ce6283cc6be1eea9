// Emoji from noise: a velocity network or a few-step one, frame by frame.
import { Figure } from "../../element/figure.js";
import { given, showState } from "../../element/controls.js";
import { Delay } from "../../element/delay.js";
import { NAMES } from "../../element/names.js";
import { Player } from "../../element/player.js";
import { newSeed } from "../../element/state.js";
import { unless } from "../../element/task.js";
import { ImageNetwork } from "../../engine/images/network.js";
import { statusLine } from "../../engine/images/status.js";
import { fileName, save } from "../../plot/export.js";
import { PICTURE, imagePng } from "../../plot/images.js";
import { CopyCheck } from "./copy.js";
import { EMOJI, request, wanted } from "./table.js";

const REST_MS = 120; // dragging a slider changes its number at once and computes when it rests
const NETWORKS = { velocity: "emoji", "few-step": "emoji-few-step" };
/** Controls that change how a picture looks, not what is computed. */
const VIEW_ONLY = new Set(["emoji.show"]);

/** "animals and nature, Noto", or with shares where two are mixed. */
function about({ categories, styles }) {
  const side = (shares) => {
    const there = shares.filter(([, share]) => share > 0);
    return there.map(([id, share]) => (there.length > 1 ? `${Math.round(100 * share)} % ${NAMES[id]}` : NAMES[id])).join(" + ");
  };
  return `${side(categories)}, ${side(styles)}`;
}

export class EmojiFigure extends Figure {
  #networks = {}; // one of NETWORKS → ImageNetwork, once it was wanted
  #player;
  #delay;
  #check;

  constructor(context) {
    super(context, "emoji");
    this.onClose(() => Object.values(this.#networks).forEach((network) => network.close()));
    const names = { figure: "", grid: "grid", stripX: "strip-x", stripX1: "strip-x1", time: "time", timeText: "time-text", play: "play" };
    const rest = { chosen: "chosen", nfe: "measured-nfe", ms: "ms", total: "total", announce: "announce" };
    const view = Object.fromEntries(Object.entries({ ...names, ...rest }).map(([key, id]) => [key, id ? this.part(id) : this.root]));
    this.#player = new Player(null, view, PICTURE, this.signal);
    this.#delay = new Delay((keys) => this.#changed(keys), this.signal);
    const form = this.part("form");
    this.on(form, "submit", (event) => event.preventDefault());
    this.on(form, "input", ({ target }) => {
      const value = EMOJI[target.name] && given(target, EMOJI[target.name]);
      if (value !== undefined) this.#set(target.name, value);
    });
    this.on(this.part("new-seed"), "click", () => this.#set("emoji.seed", newSeed()));
    this.on(this.part("start"), "click", () => (this.task.busy ? this.task.stop() : this.#compute()));
    this.#check = new CopyCheck(context, () => this.#player.image());
    this.on(this.part("save"), "click", () => this.#save());
    this.#refresh();
  }

  #set(key, value) {
    this.state[key] = value;
    this.#refresh();
    this.#delay.ask(key, REST_MS);
  }

  #changed(keys) {
    this.report("");
    this.save();
    if (keys.every((key) => VIEW_ONLY.has(key))) this.#player.show(this.state["emoji.show"]);
    else this.#compute();
  }

  #refresh() {
    const form = this.part("form");
    showState(form, EMOJI, this.state);
    for (const output of form.querySelectorAll("[data-out]")) output.value = String(this.state[output.dataset.out]);
    const on = { each: this.state["emoji.arrangement"] === "each", velocity: this.state["emoji.network"] === "velocity" };
    for (const part of form.querySelectorAll("[data-for]")) part.hidden = !on[part.dataset.for];
  }

  replaced(keys) {
    this.#refresh();
    if (keys.length) this.#changed(keys);
  }

  begin() {
    this.#compute();
  }

  working(how) {
    const button = this.part("start");
    button.textContent = how === "idle" ? "Again, same seed" : "Stop";
    button.disabled = how === "stopping";
    this.root.setAttribute("aria-busy", String(how !== "idle"));
  }

  #status(which, status) {
    if (which === this.state["emoji.network"]) this.part("engine").textContent = statusLine(status);
  }

  /** The network that is chosen, opened. */
  async #open() {
    const which = this.state["emoji.network"];
    const network = (this.#networks[which] ??= new ImageNetwork(NETWORKS[which], (status) => this.#status(which, status)));
    const loading = (share) => {
      this.part("loading").hidden = share === 1;
      this.part("progress").value = share;
      this.part("loading-text").textContent = `Loading the network… ${Math.round(100 * share)} %`;
    };
    try {
      await network.open(this.state.device, loading);
    } finally {
      this.part("loading").hidden = true;
    }
    return network;
  }

  #compute() {
    this.report("");
    this.task.run(async (signal) => {
      const network = await unless(signal, this.#open());
      this.#player.network = network;
      const of = wanted(this.state).map(about);
      const job = { request: request(this.state), noun: "emoji", about: (i) => of[i], show: this.state["emoji.show"] };
      await this.#player.compute(job, signal);
    });
  }

  async #save() {
    const image = this.#player.image();
    if (!image) return this.report("There is no picture yet.");
    try {
      const file = await imagePng(image, 1, PICTURE, { place: this.root });
      save(file, fileName("emoji", { seed: this.state["emoji.seed"] }, "png"));
    } catch (error) {
      this.report(error.message);
    }
  }

  rest() {
    this.#player.pause();
    super.rest();
    this.#check.rest();
  }

  resume() {
    super.resume();
    this.#check.resume();
  }

  close() {
    super.close();
    this.#check.close();
  }

  /** Breaks the GPU device on purpose, to try out what happens then. */
  destroyDevice() {
    for (const network of Object.values(this.#networks)) network.destroyDevice();
  }
}
