// The two roads: keeps the points, asks for the curves, shows them and what they say.
import { Playback } from "../../plot/playback.js";
import { draw } from "./drawing.js";
import { onTheme } from "../../plot/theme.js";
import { Handles } from "./handles.js";
import { MOST, ROADS, STEPS, decode, encode, request, shown } from "./table.js";
import { distance, kind, outcome, schedule } from "./words.js";
import { focused } from "../../element/state.js";

const PLAY_MS = 5000;
const REST_MS = 200; // a slider that stands still for so long is put into the link
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

export class RoadsFigure {
  #root;
  #form;
  #state;
  #compute;
  #changed;
  #report;
  #handles;
  #clock;
  #answer = null;
  #chosen = 0; // the noise point whose conditional paths are shown
  #asking = false;
  #wanted = false; // the state changed since the last question
  #said = false; // the next answer is read out
  #drawn = false;
  #timer = null;

  /**
   * `root`: the section; `state`: has the keys of ROADS; `compute(request)`: a promise of the engine's answer;
   * `changed(key)`: a person changed that key; `report(text)`: shows a problem, "" for none; `signal`: the figure goes.
   */
  constructor({ root, state, compute, changed, report, signal }) {
    this.#root = root;
    this.#form = this.#part("form");
    this.#state = state;
    this.#compute = compute;
    this.#changed = changed;
    this.#report = report;
    const canvas = this.#part("canvas");
    this.#handles = new Handles(this.#part("handles"), {
      moved: (key, i, place) => this.#place(key, i, place),
      removed: (key, i) => this.#remove(key, i),
      chosen: (key, i) => this.#choose(key, i),
      rested: () => this.#rested(),
    });
    this.#clock = new Playback({ duration: PLAY_MS, onChange: ({ t, playing }) => this.#time(t, playing) });
    signal.addEventListener("abort", () => this.#clock.destroy());
    this.#listen(canvas);
    this.#clock.add({ canvas, draw: () => this.redraw() });
    this.refresh();
  }

  #part(name) {
    return this.#root.querySelector(`#roads-${name}`);
  }

  #listen(canvas) {
    this.#form.addEventListener("input", ({ target }) => this.#input(target));
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#part("play").addEventListener("click", () => this.#clock.toggle());
    this.#part("reset").addEventListener("click", () => this.#reset());
    for (const button of this.#root.querySelectorAll("[data-add]")) {
      button.addEventListener("click", () => this.#add(button.dataset.add));
    }
    for (const button of this.#root.querySelectorAll("[data-remove]")) {
      const key = button.dataset.remove;
      button.addEventListener("click", () => this.#remove(key, decode(this.#state[`roads.${key}`]).length - 1));
    }
    new ResizeObserver(() => this.redraw()).observe(canvas);
    onTheme(canvas, () => this.redraw());
  }

  play() {
    this.#clock.play();
  }

  /** Shows the state, which may have been replaced from outside, the time too. */
  refresh(time = true) {
    if (time) this.#clock.seek(this.#state["roads.t"]);
    this.#show();
    this.#ask();
  }

  /** The controls and points as the state has them. */
  #show() {
    const state = this.#state;
    for (const key of Object.keys(ROADS)) {
      const control = this.#form.elements[key];
      if (control && !focused(control)) control.value = String(state[key]);
    }
    const points = shown(state);
    const set = state["roads.points"] === "set";
    this.#root.dataset.show = state["roads.show"];
    this.#root.dataset.points = state["roads.points"];
    if (this.#answer) this.#part("outcome").textContent = outcome(this.#answer, state);
    this.#part("counts").hidden = !set;
    for (const key of ["x0", "x1"]) {
      const count = points[key].length;
      this.#part(`count-${key}`).textContent = String(count);
      this.#root.querySelector(`[data-add="${key}"]`).disabled = count >= MOST;
      this.#root.querySelector(`[data-remove="${key}"]`).disabled = count <= 1;
    }
    this.#part("sigma-out").textContent = state["roads.sigmaMin"].toFixed(2);
    this.#part("schedule").textContent = schedule(state["roads.diffusion"]);
    const { title, text } = kind(state, points);
    this.#part("kind-title").textContent = title;
    this.#part("kind-text").textContent = text;
    this.#chosen = Math.min(this.#chosen, points.x0.length - 1);
    this.#handles.show(points, this.#chosen);
    this.redraw();
  }

  #input(target) {
    const property = ROADS[target.name];
    const value = property?.kind.read(target.value);
    if (value === undefined) return;
    if (target.name === "roads.t") {
      this.#clock.seek(value);
      return;
    }
    this.#set(target.name, value);
    this.#rested(target.name, REST_MS);
  }

  #set(key, value) {
    this.#state[key] = value;
    this.#show();
    if (ROADS[key].part === "roads") this.#ask();
  }

  #rested(key = "roads.x0", after = 0) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#changed(key), after);
    this.#said = true;
    if (!this.#asking) this.#say();
  }

  #points(key) {
    return decode(this.#state[`roads.${key}`]);
  }

  #place(key, i, place) {
    const points = this.#points(key);
    points[i] = place;
    this.#set(`roads.${key}`, encode(points));
  }

  /** A new point, where it is furthest from the others of its kind. */
  #add(key) {
    const points = this.#points(key);
    if (points.length >= MOST) return;
    const radius = key === "x0" ? 1.2 : 2.1;
    /** @type {(place: number[]) => number} */
    const room = ([x, y]) => Math.min(...points.map(([a, b]) => Math.hypot(a - x, b - y)));
    const places = Array.from({ length: 24 }, (_, k) => k * GOLDEN_ANGLE).map((angle) => [radius * Math.cos(angle), radius * Math.sin(angle)]);
    points.push(places.reduce((best, place) => (room(place) > room(best) ? place : best)));
    this.#set(`roads.${key}`, encode(points));
    this.#handles.focus(key, points.length - 1);
    this.#rested();
  }

  #remove(key, i) {
    const points = this.#points(key);
    if (this.#state["roads.points"] === "pair" || points.length <= 1) return;
    points.splice(i, 1);
    this.#set(`roads.${key}`, encode(points));
    this.#rested();
  }

  #reset() {
    for (const key of ["roads.x0", "roads.x1"]) this.#state[key] = ROADS[key].initial;
    this.#show();
    this.#ask();
    this.#rested();
  }

  #choose(key, i) {
    if (key !== "x0" || i === this.#chosen) return;
    this.#chosen = i;
    this.#handles.show(shown(this.#state), i);
    this.redraw();
  }

  #time(t, playing) {
    const shownT = Math.round(100 * t) / 100;
    this.#part("time").value = String(shownT);
    this.#part("time").setAttribute("aria-valuetext", `t = ${shownT.toFixed(2)}`);
    this.#part("time-text").textContent = `t = ${shownT.toFixed(2)}`;
    this.#part("play").textContent = playing ? "Pause" : "Play";
    if (playing || shownT === this.#state["roads.t"]) return;
    this.#state["roads.t"] = shownT;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#changed("roads.t"), REST_MS);
  }

  /** Asks for the curves; while an answer is under way, only the newest state waits. */
  async #ask() {
    this.#wanted = true;
    if (this.#asking) return;
    this.#asking = true;
    this.#root.setAttribute("aria-busy", "true");
    try {
      while (this.#wanted) {
        this.#wanted = false;
        this.#answer = await this.#compute(request(this.#state));
        this.#report("");
        this.#read();
        this.redraw();
      }
    } catch (error) {
      this.#report(error.message);
    } finally {
      this.#asking = false;
      this.#root.setAttribute("aria-busy", "false");
    }
    this.#say();
  }

  /** The figures of the newest answer. */
  #read() {
    const { diffusion, straight } = this.#answer;
    for (const [name, road] of [
      ["diffusion", diffusion],
      ["straight", straight],
    ]) {
      this.#part(`miss-${name}`).textContent = distance(road.error);
      const cells = this.#root.querySelectorAll(`[data-ladder="${name}"] td`);
      STEPS.forEach((steps, k) => {
        const rung = road.ladder.find((r) => r.steps === steps);
        cells[k].textContent = rung ? distance(rung.error) : "–";
      });
    }
    for (const cell of this.#root.querySelectorAll("[data-steps]")) {
      cell.classList.toggle("now", Number(cell.dataset.steps) === straight.nfe);
    }
    this.#part("nfe").textContent = String(straight.nfe);
    this.#part("outcome").textContent = outcome(this.#answer, this.#state);
  }

  /** Reads the outcome out, once a person has let go. */
  #say() {
    if (!this.#said || !this.#answer) return;
    this.#said = false;
    this.#part("said").textContent = this.#part("outcome").textContent;
  }

  /** Draws at the next display frame, however often it is asked. */
  redraw() {
    if (this.#drawn) return;
    this.#drawn = true;
    requestAnimationFrame(() => {
      this.#drawn = false;
      draw(this.#part("canvas"), {
        answer: this.#answer,
        points: shown(this.#state),
        t: this.#clock.t,
        show: this.#state["roads.show"],
        chosen: this.#chosen,
        sigmaMin: this.#state["roads.sigmaMin"],
      });
    });
  }
}
