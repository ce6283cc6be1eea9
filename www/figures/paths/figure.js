// The two paths: keeps the points, asks for the curves, shows them and what they say.
import { Delay } from "../../element/delay.js";
import { Figure } from "../../element/figure.js";
import { showState } from "../../element/controls.js";
import { Playback } from "../../plot/playback.js";
import { atNextFrame, onAppearance } from "../../plot/watch.js";
import { Curves } from "./curves.js";
import { draw } from "./drawing.js";
import { Handles } from "./handles.js";
import { Points } from "./points.js";
import { MOST, PATHS, STEPS, request, shown } from "./table.js";
import { distance, kind, outcome, schedule } from "./words.js";

const PLAY_MS = 5000;
const REST_MS = 200; // a slider that stands still for so long is put into the link

export class PathsFigure extends Figure {
  #form;
  #curves = new Curves();
  #points;
  #handles;
  #clock;
  #delay = new Delay(() => this.save(), this.signal);
  #redraw = atNextFrame(() => this.#draw(), this.signal);
  #answer = null;
  #chosen = 0; // the noise point whose conditional paths are shown
  #asking = false;
  #wanted = false; // the state changed since the last question
  #said = false; // the next answer is read out

  constructor(context) {
    super(context, "paths");
    this.#form = this.part("form");
    this.#points = new Points(this.state);
    const canvas = this.part("canvas");
    const calls = {
      moved: (key, i, place) => this.#set(`paths.${key}`, this.#points.moved(key, i, place)),
      removed: (key, i) => this.#remove(key, i),
      chosen: (key, i) => this.#choose(key, i),
      rested: () => this.#rested(),
    };
    this.#handles = new Handles(this.part("handles"), calls, this.signal);
    this.#clock = new Playback({ duration: PLAY_MS, onChange: ({ t, playing }) => this.#time(t, playing), signal: this.signal });
    this.onClose(() => this.#curves.close());
    this.#listen(canvas);
    this.#clock.add({ canvas, draw: this.#redraw });
    this.#refresh();
  }

  #listen(canvas) {
    this.on(this.#form, "input", ({ target }) => this.#input(target));
    this.on(this.#form, "submit", (event) => event.preventDefault());
    this.on(this.part("play"), "click", () => this.#clock.toggle());
    this.on(this.part("reset"), "click", () => this.#reset());
    for (const button of this.root.querySelectorAll("[data-add]")) this.on(button, "click", () => this.#add(button.dataset.add));
    for (const button of this.root.querySelectorAll("[data-remove]")) {
      const key = button.dataset.remove;
      this.on(button, "click", () => this.#remove(key, this.#points.count(key) - 1));
    }
    onAppearance(canvas, this.#redraw, this.signal);
  }

  replaced(keys) {
    if (keys.length) this.#refresh(keys.includes("paths.t"));
  }

  begin({ still }) {
    if (!still && this.state["paths.t"] === PATHS["paths.t"].initial) this.#clock.play(); // nobody has chosen a time yet
  }

  /** Shows the state, which may have been replaced from outside, the time too. */
  #refresh(time = true) {
    if (time) this.#clock.seek(this.state["paths.t"]);
    this.#show();
    this.#compute();
  }

  /** The controls and points as the state has them. */
  #show() {
    const state = this.state;
    showState(this.#form, PATHS, state);
    const points = shown(state);
    const set = state["paths.points"] === "set";
    this.root.dataset.show = state["paths.show"];
    this.root.dataset.points = state["paths.points"];
    if (this.#answer) this.part("outcome").textContent = outcome(this.#answer, state);
    this.part("counts").hidden = !set;
    for (const key of ["x0", "x1"]) {
      const count = points[key].length;
      this.part(`count-${key}`).textContent = String(count);
      this.root.querySelector(`[data-add="${key}"]`).disabled = count >= MOST;
      this.root.querySelector(`[data-remove="${key}"]`).disabled = count <= 1;
    }
    this.part("sigma-out").textContent = state["paths.sigmaMin"].toFixed(2);
    this.part("schedule").textContent = schedule(state["paths.diffusion"]);
    const { title, text } = kind(state, points);
    this.part("kind-title").textContent = title;
    this.part("kind-text").textContent = text;
    this.#chosen = Math.min(this.#chosen, points.x0.length - 1);
    this.#handles.show(points, this.#chosen);
    this.#redraw();
  }

  #input(target) {
    const property = PATHS[target.name];
    const value = property?.kind.read(target.value);
    if (value === undefined) return;
    if (target.name === "paths.t") {
      this.#clock.seek(value);
      return;
    }
    this.#set(target.name, value);
    this.#rested(target.name, REST_MS);
  }

  #set(key, value) {
    this.state[key] = value;
    this.#show();
    if (PATHS[key].part === "paths") this.#compute();
  }

  #rested(key = "paths.x0", after = 0) {
    this.#delay.ask(key, after);
    this.#said = true;
    if (!this.#asking) this.#say();
  }

  #add(key) {
    const points = this.#points.added(key);
    if (points === null) return;
    this.#set(`paths.${key}`, points);
    this.#handles.focus(key, this.#points.count(key) - 1);
    this.#rested();
  }

  #remove(key, i) {
    const points = this.#points.removed(key, i);
    if (points === null) return;
    this.#set(`paths.${key}`, points);
    this.#rested();
  }

  #reset() {
    for (const key of ["paths.x0", "paths.x1"]) this.state[key] = PATHS[key].initial;
    this.#show();
    this.#compute();
    this.#rested();
  }

  #choose(key, i) {
    if (key !== "x0" || i === this.#chosen) return;
    this.#chosen = i;
    this.#handles.show(shown(this.state), i);
    this.#redraw();
  }

  #time(t, playing) {
    const shownT = Math.round(100 * t) / 100;
    this.part("time").value = String(shownT);
    this.part("time").setAttribute("aria-valuetext", `t = ${shownT.toFixed(2)}`);
    this.part("time-text").textContent = `t = ${shownT.toFixed(2)}`;
    this.part("play").textContent = playing ? "Pause" : "Play";
    if (playing || shownT === this.state["paths.t"]) return;
    this.state["paths.t"] = shownT;
    this.#delay.ask("paths.t", REST_MS);
  }

  /** Asks for the curves; while an answer is under way, only the newest state waits. */
  async #compute() {
    this.#wanted = true;
    if (this.#asking) return;
    this.#asking = true;
    this.root.setAttribute("aria-busy", "true");
    try {
      while (this.#wanted) {
        this.#wanted = false;
        this.#answer = await this.#curves.compute(request(this.state));
        this.report("");
        this.#read();
        this.#redraw();
      }
    } catch (error) {
      this.report(error.message);
    } finally {
      this.#asking = false;
      this.root.setAttribute("aria-busy", "false");
    }
    this.#say();
  }

  /** The figures of the newest answer. */
  #read() {
    const { diffusion, straight } = this.#answer;
    for (const [name, path] of [
      ["diffusion", diffusion],
      ["straight", straight],
    ]) {
      this.part(`miss-${name}`).textContent = distance(path.error);
      const cells = this.root.querySelectorAll(`[data-ladder="${name}"] td`);
      STEPS.forEach((steps, k) => {
        const rung = path.ladder.find((r) => r.steps === steps);
        cells[k].textContent = rung ? distance(rung.error) : "–";
      });
    }
    for (const cell of this.root.querySelectorAll("[data-steps]")) {
      cell.classList.toggle("now", Number(cell.dataset.steps) === straight.nfe);
    }
    this.part("nfe").textContent = String(straight.nfe);
    this.part("outcome").textContent = outcome(this.#answer, this.state);
  }

  /** Reads the outcome out, once a person has let go. */
  #say() {
    if (!this.#said || !this.#answer) return;
    this.#said = false;
    this.part("said").textContent = this.part("outcome").textContent;
  }

  #draw() {
    draw(this.part("canvas"), {
      answer: this.#answer,
      points: shown(this.state),
      t: this.#clock.t,
      show: this.state["paths.show"],
      chosen: this.#chosen,
      sigmaMin: this.state["paths.sigmaMin"],
    });
  }
}
