// The race: trains the contestants one after another in a worker, shows their particles and W2 by evaluations.
import { MAKE_RACE } from "../lab/protocol.js";
import { RaceChart } from "./chart.js";
import { END_NAMES } from "../lab/form.js";
import { onTheme } from "../theme.js";
import { NFES, RACE, race } from "./table.js";
import { Tile } from "./tile.js";
import { focused } from "../state.js";

const SLICE_MS = 40; // a training call takes about this long, so that stopping is quick
const PICTURE_MS = 700;
const PARTICLES = 1000;

export class RaceFigure {
  #root;
  #form;
  #state;
  #client;
  #open;
  #report;
  #chart;
  #tiles = [];
  #lines = [];
  #contestants = [];
  #data = null; // {target, floor}
  #half = 5;
  #running = false;
  #loop = Promise.resolve();
  #slice = 4;

  /** `open()` resolves when `client` has an engine; `save()` puts the state into the link; `report(text)` shows a problem. */
  constructor({ root, state, client, open, save, report }) {
    this.#root = root;
    this.#state = state;
    this.#client = client;
    this.#open = open;
    this.#report = report;
    this.#form = this.#part("form");
    this.#chart = new RaceChart(this.#part("chart"));
    this.#fill();
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#root.addEventListener("input", ({ target }) => this.#input(target, save)); // not all controls stand in the form
    this.#part("start").addEventListener("click", () => this.#try(() => (this.#running ? this.#stop() : this.#go())));
    const redraw = () => this.#tiles.forEach((tile) => tile.redraw());
    new ResizeObserver(redraw).observe(this.#part("tiles"));
    onTheme(root, redraw);
    this.refresh();
  }

  /** Options of the menus, from the table. */
  #fill() {
    for (const [key, { kind }] of Object.entries(RACE)) {
      const menu = this.#form.elements[key];
      if (menu?.tagName !== "SELECT") continue;
      for (const value of kind.values) menu.add(new Option(END_NAMES[value] ?? value.toLocaleString("en"), value));
    }
  }

  #part(name) {
    return this.#root.querySelector(`#race-${name}`);
  }

  #call(method, ...args) {
    return this.#client.call(method, 0, ...args);
  }

  async #try(action) {
    try {
      return await action();
    } catch (error) {
      this.#report(error.message);
    }
  }

  #input(target, save) {
    const key = target.dataset.method ? "race.methods" : target.name;
    const boxes = () => [...this.#form.querySelectorAll("[data-method]")].filter((box) => box.checked).map((box) => box.dataset.method);
    const value = RACE[key].kind.read(target.dataset.method ? boxes().join(".") || "none" : target.value);
    target.setCustomValidity(value === undefined ? `Give ${RACE[key].kind.says}.` : "");
    if (value === undefined) return target.reportValidity();
    this.#state[key] = value;
    save();
    this.changed(RACE[key].part);
  }

  /** The state changed in what `part` needs. */
  changed(part) {
    this.refresh();
    this.#report("");
    if (part === "picture") this.#try(() => this.#show());
    else this.#try(() => this.#stop().then(() => this.#forget()));
  }

  /** Shows the state in the form. */
  refresh() {
    for (const key of Object.keys(RACE)) {
      const control = this.#form.elements[key];
      if (control && !focused(control)) control.value = String(this.#state[key]);
    }
    const methods = this.#state["race.methods"].split(".");
    for (const box of this.#form.querySelectorAll("[data-method]")) box.checked = methods.includes(box.dataset.method);
    this.#part("rounds").hidden = !methods.includes("reflow");
  }

  /** Another race was asked for: what is shown belongs to the one before. */
  #forget() {
    this.#contestants = [];
    this.#tiles = [];
    this.#lines = [];
    this.#part("tiles").replaceChildren();
    this.#chart.set([], NaN);
    this.#progress(0, "Not started yet.");
  }

  #progress(share, text) {
    this.#part("progress").value = share;
    this.#part("text").textContent = text;
    this.#part("start").textContent = this.#running ? "Stop" : share > 0 && share < 1 ? "Go on" : "Start the race";
    this.#root.setAttribute("aria-busy", String(this.#running));
  }

  get running() {
    return this.#running;
  }

  /** Starts, or goes on where it rested. */
  run() {
    this.#try(async () => {
      await this.#loop.catch(() => {}); // it may still be coming to rest
      if (!this.#running) await this.#go();
    });
  }

  /** Nobody looks: nothing is trained. */
  rest() {
    if (this.#running) this.#try(() => this.#stop());
  }

  async #stop() {
    this.#running = false;
    this.#part("start").disabled = true; // until it has stopped
    await this.#loop.catch(() => {});
    this.#part("start").disabled = false;
  }

  /** Starts, or goes on where it was stopped. */
  async #go() {
    this.#report("");
    this.#running = true;
    this.#progress(0, "Starting the engine…");
    this.#loop = this.#train();
    try {
      await this.#loop;
    } finally {
      this.#running = false;
      this.#progress(this.#part("progress").value, this.#part("text").textContent);
    }
  }

  async #begin() {
    await this.#open();
    await this.#call(MAKE_RACE, JSON.stringify(race(this.#state)));
    this.#contestants = JSON.parse(await this.#call("contestants"));
    this.#data = await this.#call("data", PARTICLES);
    const sizes = this.#data.target.map(Math.abs).sort();
    this.#half = Math.max(2.5, 1.25 * sizes[Math.floor(0.99 * sizes.length)]);
    const rounds = (i) => this.#contestants.slice(0, i + 1).filter(({ id }) => id === "reflow").length;
    this.#lines = this.#contestants.map(({ id, label }, i) => ({
      label: id === "reflow" && this.#state["race.rounds"] > 1 ? `${label}, round ${rounds(i)}` : label,
      w2: null,
    }));
    this.#tiles = this.#lines.map(({ label }, i) => new Tile(i, label));
    this.#part("tiles").replaceChildren(...this.#tiles.map((tile) => tile.root));
    this.#chart.set(this.#lines, this.#data.floor);
  }

  async #train() {
    if (!this.#contestants.length) await this.#begin();
    const total = this.#state["race.steps"];
    let shown = performance.now();
    while (this.#running) {
      const began = performance.now();
      const done = await this.#call("train", this.#slice);
      const finished = await this.#measureUpTo(done?.contestant ?? this.#contestants.length);
      if (done === undefined) return this.#progress(1, `Done: ${this.#contestants.length} methods, ${total} steps each, seed ${this.#state["race.seed"]}.`);
      const last = done.contestant;
      this.#pace(done, performance.now() - began);
      const { label } = this.#lines[last];
      const doing = done.pairs < 1 ? `making pairs, ${Math.round(100 * done.pairs)} %` : `step ${done.step} of ${total}`;
      this.#progress((last + done.step / total) / this.#contestants.length, `${label} (${last + 1} of ${this.#contestants.length}): ${doing}`);
      if (!finished && done.pairs === 1 && performance.now() - shown > PICTURE_MS) {
        await this.#picture(last);
        shown = performance.now();
      } else if (done.pairs < 1) this.#tiles[last].say("making pairs");
    }
  }

  /** Steps of the next call, from how long this one took. */
  #pace({ losses }, ms) {
    if (losses.length) this.#slice = Math.max(1, Math.min(500, Math.round((SLICE_MS * losses.length) / Math.max(1, ms))));
  }

  async #picture(i) {
    const run = await this.#call("run", i, PARTICLES, this.#state["race.nfe"]);
    this.#tiles[i]?.show(run, this.#data.target, this.#half);
  }

  /** Measures contestants before the `end`th that are done and were not yet; whether there were any. */
  async #measureUpTo(end) {
    let any = false;
    for (let i = 0; i < end; i += 1) {
      if (this.#lines[i].w2) continue;
      await this.#measure(i);
      any = true;
    }
    return any;
  }

  async #measure(i) {
    await this.#picture(i);
    const w2 = [];
    for (const nfe of NFES) w2.push((await this.#call("run", i, PARTICLES, nfe)).w2);
    this.#lines[i].w2 = w2;
    this.#chart.set(this.#lines, this.#data.floor);
  }

  /** Every contestant that has a picture, at the number of evaluations that is set now. */
  async #show() {
    for (const [i, { w2 }] of this.#lines.entries()) if (w2) await this.#picture(i);
  }
}
