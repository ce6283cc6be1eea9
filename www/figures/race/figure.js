// The race: trains the contestants one after another in a worker, shows their particles and W2 by evaluations.
import { Figure } from "../../element/figure.js";
import { given, showState } from "../../element/controls.js";
import { NO_FLOOR } from "../../plot/chart.js";
import { onAppearance } from "../../plot/watch.js";
import { RaceChart } from "./chart.js";
import { Race } from "./race.js";
import { savedRace } from "./saved-race.js";
import { RACE } from "./table.js";
import { Tile } from "./tile.js";

const PICTURE_MS = 700;

export class RaceFigure extends Figure {
  #form;
  #chart;
  #race;
  #opens; // a promise while a race made beforehand is looked for
  #saved = null; // a race made beforehand, while that is what is shown
  #tiles = [];
  #how = "idle"; // see Task

  constructor(context) {
    super(context, "race");
    this.#race = new Race(({ gone }) => {
      if (!gone && !this.#race.begun) return; // who begins it hears of it
      const again = gone && this.task.busy;
      this.#changed("race"); // what it had trained is gone
      if (again) this.#run();
    });
    this.onClose(() => this.#race.close());
    this.#form = this.part("form");
    this.#chart = new RaceChart(this.part("chart"), this.signal);
    this.on(this.#form, "submit", (event) => event.preventDefault());
    this.on(this.root, "input", ({ target }) => this.#input(target)); // not all controls stand in the form
    this.on(this.part("start"), "click", () => (this.task.busy ? this.task.stop() : this.#run()));
    onAppearance(this.part("tiles"), () => this.#tiles.forEach((tile) => tile.redraw()), this.signal);
    this.#refresh();
    this.#opens = this.#try(() => this.#showSaved());
  }

  async #try(action) {
    try {
      return await action();
    } catch (error) {
      this.report(error.message);
    }
  }

  #boxes() {
    return [...this.#form.querySelectorAll("[data-method]")];
  }

  #input(target) {
    const key = target.dataset.method ? "race.methods" : target.name;
    const value = target.dataset.method ? this.#methods() : given(target, RACE[key]);
    if (value === undefined) return;
    this.state[key] = value;
    this.save();
    this.#changed(RACE[key].part);
  }

  #methods() {
    const checked = this.#boxes().filter((box) => box.checked);
    return RACE["race.methods"].kind.read(checked.map((box) => box.dataset.method).join(".") || "none");
  }

  replaced(keys) {
    if (keys.length) this.#changed(keys.some((key) => RACE[key].part === "race") ? "race" : "picture");
  }

  /** The state changed in what `part` needs. */
  #changed(part) {
    this.#refresh();
    this.report("");
    if (part === "picture") this.#try(() => this.#show());
    else {
      const { owed } = this.task;
      this.task.stop().then(() => {
        this.#forget();
        if (!owed) this.#try(() => this.#showSaved());
      });
      if (owed) this.#run(); // another race, when somebody looks
    }
  }

  /** Shows the race made beforehand where the state asks for that one and nothing is trained; whether it does. */
  async #showSaved() {
    const asked = JSON.stringify(this.state);
    const saved = await savedRace(this.state);
    if (!saved || this.#race.begun || this.task.busy || asked !== JSON.stringify(this.state)) return false;
    this.#saved = saved;
    this.#tell(saved);
    this.#untrained();
    await this.#show();
    return true;
  }

  /** Says that nothing is trained here yet. */
  #untrained() {
    const { steps, seed } = this.#saved?.settings ?? {};
    const saved = `Saved results, trained by the same program: ${steps} steps each, seed ${seed}. Press “Start the race” to train here.`;
    this.#progress(0, this.#saved ? saved : "Not started yet.");
  }

  /** A tile for each contestant of `race`, and its chart. */
  #tell({ lines, floor }) {
    this.#tiles = lines.map(({ label }, i) => new Tile(i, label));
    this.part("tiles").replaceChildren(...this.#tiles.map((tile) => tile.root));
    this.#chart.set(lines, floor);
  }

  /** Shows the state in the form. */
  #refresh() {
    showState(this.#form, RACE, this.state);
    const methods = this.state["race.methods"].split(".");
    for (const box of this.#boxes()) box.checked = methods.includes(box.dataset.method);
    this.part("rounds").hidden = !methods.includes("reflow");
    this.part("alpha").hidden = !methods.includes("alpha-flow");
  }

  /** Another race was asked for: what is shown belongs to the one before. */
  #forget() {
    this.#race.forget();
    this.#saved = null;
    this.#tiles = [];
    this.part("tiles").replaceChildren();
    this.#chart.set([], NO_FLOOR);
    this.#untrained();
  }

  #progress(share, text) {
    this.part("progress").value = share;
    this.part("text").textContent = text;
    this.#name();
  }

  /** What the button does now. */
  #name() {
    const share = this.part("progress").value;
    this.part("start").textContent = this.#how !== "idle" ? "Stop" : share > 0 && share < 1 ? "Continue" : "Start the race";
  }

  working(how) {
    this.#how = how;
    this.#name();
    this.part("start").disabled = how === "stopping";
    this.root.setAttribute("aria-busy", String(how !== "idle"));
  }

  begin({ still }) {
    this.#opens.then(() => !this.#saved && !still && !this.#race.begun && !this.task.busy && this.#run());
  }

  /** Starts, or goes on where it was stopped. */
  #run() {
    this.task.run(async (signal) => {
      this.report("");
      try {
        await this.#train(signal);
      } catch (error) {
        if (!this.#race.begun) this.#untrained();
        throw error;
      }
    });
  }

  async #begin(signal) {
    this.#progress(0, "Starting the engine…");
    await this.#race.begin(this.state, signal);
    this.#saved = null;
    this.#tell(this.#race);
  }

  async #train(signal) {
    if (!this.#race.begun) await this.#begin(signal);
    const { lines } = this.#race;
    const total = this.state["race.steps"];
    let shown = -Infinity; // the first picture comes at once
    while (!signal.aborted) {
      const done = await this.#race.train();
      const finished = await this.#measureUpTo(done?.contestant ?? lines.length);
      if (done === undefined) return this.#progress(1, `Done: ${lines.length} methods, ${total} steps each, seed ${this.state["race.seed"]}.`);
      const last = done.contestant;
      const doing = done.pairs < 1 ? `making pairs, ${Math.round(100 * done.pairs)} %` : `step ${done.step} of ${total}`;
      this.#progress((last + done.step / total) / lines.length, `${lines[last].label} (${last + 1} of ${lines.length}): ${doing}`);
      if (!finished && done.pairs === 1 && performance.now() - shown > PICTURE_MS) {
        await this.#picture(last);
        if (this.#race.floor === NO_FLOOR) await this.#measureFloor();
        shown = performance.now();
      } else if (done.pairs < 1) this.#tiles[last].say("making pairs");
    }
  }

  /** Takes longer than the first picture, which does not wait for it. */
  async #measureFloor() {
    await this.#race.measureFloor();
    this.#chart.set(this.#race.lines, this.#race.floor);
  }

  async #picture(i) {
    const [race, tile] = [this.#saved ?? this.#race, this.#tiles[i]];
    const { target, half } = race;
    tile?.show(await race.particles(i, this.state["race.nfe"]), target, half);
  }

  /** Measures contestants before the `end`th that are done and were not yet; whether there were any. */
  async #measureUpTo(end) {
    let any = false;
    for (let i = 0; i < end; i += 1) {
      if (this.#race.lines[i].w2) continue;
      await this.#picture(i);
      await this.#race.measure(i);
      this.#chart.set(this.#race.lines, this.#race.floor);
      any = true;
    }
    return any;
  }

  /** Every contestant that was measured, at the number of evaluations that is set now. */
  async #show() {
    const race = this.#saved ?? this.#race;
    const { lines } = race;
    for (const [i, { w2 }] of lines.entries()) {
      if (race.lines !== lines || (this.#saved ?? this.#race) !== race) return; // another race is asked for
      if (w2) await this.#picture(i);
    }
  }
}
