// The race: trains the contestants in workers, shows their particles and W2 by evaluations.
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
    const { lines, workers } = this.#race;
    let failed = false; // where one worker fails, none goes on
    const going = () => !signal.aborted && !failed;
    const all = workers.map(async (worker) => {
      try {
        await worker.ready;
        for (const i of worker.own) await this.#trainOne(worker, i, going);
      } catch (error) {
        failed = true;
        throw error;
      }
    });
    const wrong = (await Promise.allSettled(all)).find(({ status }) => status === "rejected");
    if (wrong) throw /** @type {PromiseRejectedResult} */ (wrong).reason;
    const { "race.steps": total, "race.seed": seed } = this.state;
    if (!signal.aborted) this.#progress(1, `Done: ${lines.length} methods, ${total} steps each, seed ${seed}.`);
  }

  /** Trains contestant `i` to its end, as long as it is `going()`, and measures it. */
  async #trainOne(worker, i, going) {
    const line = this.#race.lines[i];
    let shown = -Infinity; // the first picture comes at once
    while (going() && (await this.#race.train(worker, i))) {
      if (!going()) return;
      this.#tellTraining();
      if (line.pairs < 1) this.#tiles[i].say("making pairs");
      else if (performance.now() - shown > PICTURE_MS) {
        await this.#picture(i);
        if (i === 0 && this.#race.floor === NO_FLOOR) await this.#measureFloor();
        shown = performance.now();
      }
    }
    if (!going() || line.w2) return;
    await this.#picture(i);
    await this.#race.measure(i);
    if (going()) this.#chart.set(this.#race.lines, this.#race.floor);
  }

  /** What is being trained now, and how much of it all is done. */
  #tellTraining() {
    const total = this.state["race.steps"];
    const { lines } = this.#race;
    const doing = lines
      .filter(({ step, pairs }) => pairs < 1 || (step > 0 && step < total))
      .map(({ label, step, pairs }) => `${label}: ${pairs < 1 ? `making pairs, ${Math.round(100 * pairs)} %` : `step ${step} of ${total}`}`);
    const done = lines.filter(({ step }) => step >= total).length;
    const share = lines.reduce((sum, { step }) => sum + step, 0) / (total * lines.length);
    this.#progress(share, [...doing, `${done} of ${lines.length} methods done`].join("; "));
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
