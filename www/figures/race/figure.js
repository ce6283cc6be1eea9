// The race: trains the contestants one after another in a worker, shows their particles and W2 by evaluations.
import { LabClient } from "../../engine/lab/client.js";
import { MAKE_RACE } from "../../engine/lab/protocol.js";
import { RaceChart } from "./chart.js";
import { END_NAMES } from "../../element/names.js";
import { onTheme } from "../../plot/theme.js";
import { NFES, RACE, race } from "./table.js";
import { Tile } from "./tile.js";
import { focused } from "../../element/state.js";
import { Task, unless } from "../../element/task.js";

const SLICE_MS = 40; // a training call takes about this long, so that stopping is quick
const PICTURE_MS = 700;
const PARTICLES = 1000;

export class RaceFigure {
  #root;
  #form;
  #state;
  #client;
  #opened = null; // a promise while the engine is or was opened
  #report;
  #chart;
  #tiles = [];
  #lines = [];
  #contestants = [];
  #data = null; // {target, floor}
  #half = 5;
  #task;
  #how = "idle"; // see Task
  #slice = 4;

  /** See figures.js; `root`: the figure's own part. */
  constructor({ root, state, save, report }) {
    this.#root = root;
    this.#state = state;
    this.#report = report;
    this.#client = new LabClient(({ gone }) => {
      this.#opened = null;
      if (!gone && !this.#contestants.length) return; // who begins it hears of it
      const again = gone && this.#task.busy;
      this.#changed("race"); // what it had trained is gone
      if (again) this.#run();
    });
    this.#form = this.#part("form");
    this.#chart = new RaceChart(this.#part("chart"));
    this.#fill();
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#root.addEventListener("input", ({ target }) => this.#input(target, save)); // not all controls stand in the form
    this.#task = new Task((how) => this.#working(how), report);
    this.#part("start").addEventListener("click", () => (this.#task.busy ? this.#task.stop() : this.#run()));
    const redraw = () => this.#tiles.forEach((tile) => tile.redraw());
    new ResizeObserver(redraw).observe(this.#part("tiles"));
    onTheme(root, redraw);
    this.#refresh();
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
    this.#changed(RACE[key].part);
  }

  replaced(keys) {
    if (keys.length) this.#changed(keys.some((key) => RACE[key].part === "race") ? "race" : "picture");
  }

  /** The state changed in what `part` needs. */
  #changed(part) {
    this.#refresh();
    this.#report("");
    if (part === "picture") this.#try(() => this.#show());
    else {
      const { owed } = this.#task;
      this.#task.stop().then(() => this.#forget());
      if (owed) this.#run(); // another race, when somebody looks
    }
  }

  /** Shows the state in the form. */
  #refresh() {
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
    this.#name();
  }

  /** What the button does now. */
  #name() {
    const share = this.#part("progress").value;
    this.#part("start").textContent = this.#how !== "idle" ? "Stop" : share > 0 && share < 1 ? "Go on" : "Start the race";
  }

  #working(how) {
    this.#how = how;
    this.#name();
    this.#part("start").disabled = how === "stopping";
    this.#root.setAttribute("aria-busy", String(how !== "idle"));
  }

  begin({ still }) {
    if (!still) this.#run();
  }

  /** Starts, or goes on where it was stopped. */
  #run() {
    this.#task.run(async (signal) => {
      this.#report("");
      try {
        await this.#train(signal);
      } catch (error) {
        if (!this.#contestants.length) this.#progress(0, "Not started yet.");
        throw error;
      }
    });
  }

  /** Nobody looks: nothing is trained. */
  rest() {
    this.#task.rest();
  }

  resume() {
    this.#task.resume();
  }

  close() {
    this.#task.close();
    this.#client.close();
  }

  async #begin(signal) {
    await unless(signal, (this.#opened ??= this.#client.open("cpu")));
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

  async #train(signal) {
    if (!this.#contestants.length) {
      this.#progress(0, "Starting the engine…");
      await this.#begin(signal);
    }
    const total = this.#state["race.steps"];
    let shown = performance.now();
    while (!signal.aborted) {
      const began = performance.now();
      const done = await this.#call("train", this.#slice);
      const finished = await this.#measureUpTo(done?.contestant ?? this.#contestants.length);
      if (done === undefined)
        return this.#progress(1, `Done: ${this.#contestants.length} methods, ${total} steps each, seed ${this.#state["race.seed"]}.`);
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
