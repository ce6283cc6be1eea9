// The same noise through the velocity network and through the few-step network, at more and more evaluations.
import { FIGURES as MEASURED } from "../../engine/assets.js";
import { focused, newSeed } from "../../element/state.js";
import { onTheme } from "../../plot/theme.js";
import { DigitNetwork } from "../../engine/digits/network.js";
import { drawStrip } from "../../plot/images.js";
import { LiveDistillation } from "./live.js";
import { DIGITS, FEW, FLOW, NFES } from "./table.js";
import { Task, startStop, unless } from "../../element/task.js";

const PIXELS = 784;
const SHOWN = ["few.class", "few.seed"]; // what the rows depend on

/** A digit network, and what was measured of it beforehand. */
class Network extends DigitNetwork {
  figures = null;
  #name;

  constructor(name) {
    super(name);
    this.#name = name;
  }

  async open(wanted, progress) {
    await super.open(wanted, progress);
    this.figures ??= await fetch(MEASURED[this.#name])
      .then((response) => (response.ok ? response.json() : null))
      .catch(() => null); // the digits are there without their figures
  }

  /** "99.3 % recognised, Fréchet distance 1.95": as measured beforehand at so many evaluations; empty where it was not. */
  says(nfe) {
    const row = this.figures?.rows.find((r) => r.nfe === nfe);
    return row ? `${(100 * row.recognised).toFixed(1)} % recognised, Fréchet distance ${row.frechet.toFixed(2)}` : "";
  }
}

export class FewFigure {
  #root;
  #state;
  #save;
  #report;
  #networks = { flow: new Network("digits"), map: new Network("few") };
  #task;
  #cells = new Map(); // canvas → digits
  #live;

  constructor({ root, state, save, report }) {
    this.#root = root;
    this.#state = state;
    this.#save = save;
    this.#report = report;
    this.#build();
    const form = this.#part("form");
    form.addEventListener("submit", (event) => event.preventDefault());
    root.addEventListener("input", ({ target }) => FEW[target.name] && this.#input(target));
    this.#part("new-seed").addEventListener("click", () => this.#change("few.seed", newSeed()));
    this.#task = new Task(startStop(this.#root, this.#part("start"), "Compare"), report);
    this.#part("start").addEventListener("click", () => (this.#task.busy ? this.#task.stop() : this.compare()));
    const redraw = () => this.#cells.forEach((cells, canvas) => this.#paint(canvas, cells));
    new ResizeObserver(redraw).observe(this.#part("rows"));
    onTheme(root, redraw);
    this.#fill();
    this.#live = new LiveDistillation(root.querySelector("#few-live"), state, report);
    this.refresh();
  }

  /** Options of the menus, from the table. */
  #fill() {
    for (const [key, { kind }] of Object.entries(FEW)) {
      const menu = this.#control(key);
      if (menu?.tagName !== "SELECT" || menu.options.length) continue;
      for (const value of kind.values) menu.add(new Option(value.toLocaleString("en"), value));
    }
  }

  #control(key) {
    return this.#root.querySelector(`[name="${key}"]`);
  }

  #part(name) {
    return this.#root.querySelector(`#few-${name}`);
  }

  #build() {
    const rows = NFES.map((nfe) => {
      const row = document.createElement("div");
      row.className = "few-row";
      row.dataset.nfe = String(nfe);
      const title = Object.assign(document.createElement("strong"), { textContent: nfe === 0 ? "the noise" : `${nfe} NFE` });
      row.append(title, this.#cell("flow"), nfe > 0 ? this.#cell("map") : document.createElement("span"));
      return row;
    });
    this.#part("rows").append(...rows);
  }

  #cell(which) {
    const figure = document.createElement("figure");
    figure.dataset.network = which;
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "Nothing computed yet");
    figure.append(canvas, document.createElement("figcaption"));
    return figure;
  }

  refresh() {
    for (const key of Object.keys(FEW)) {
      const control = this.#control(key);
      if (control && !focused(control)) control.value = this.#state[key];
    }
  }

  #input(target) {
    const value = FEW[target.name]?.kind.read(target.value);
    target.setCustomValidity(value === undefined ? `Give ${FEW[target.name].kind.says}.` : "");
    if (value === undefined) target.reportValidity();
    else this.#change(target.name, value);
  }

  #change(key, value) {
    this.#state[key] = value;
    this.refresh();
    this.#save();
    if (SHOWN.includes(key) && this.#cells.size) this.compare();
  }

  #say(text) {
    this.#part("text").textContent = text;
  }

  #paint(canvas, digits) {
    const cells = Array.from({ length: DIGITS }, (_, i) => ({ x: digits.subarray(i * PIXELS, (i + 1) * PIXELS) }));
    drawStrip(canvas, cells, "x", 0, DIGITS, -1);
  }

  #show(nfe, which, digits, label) {
    const canvas = this.#part("rows").querySelector(`[data-nfe="${nfe}"] [data-network="${which}"] canvas`);
    canvas.setAttribute("aria-label", label);
    this.#cells.set(canvas, digits);
    this.#paint(canvas, digits);
  }

  #caption(nfe, which, text) {
    this.#part("rows").querySelector(`[data-nfe="${nfe}"] [data-network="${which}"] figcaption`).textContent = text;
  }

  replaced(keys) {
    if (keys.length) this.refresh();
  }

  begin() {
    this.compare();
  }

  /** Computes the rows. */
  compare() {
    this.#report("");
    this.#task.run(async (signal) => {
      try {
        await this.#compute(signal);
      } catch (error) {
        this.#say(signal.aborted ? "Stopped." : "");
        throw error;
      }
    });
  }

  /** Nobody looks: nothing is computed. */
  rest() {
    this.#task.rest();
    this.#live.rest();
  }

  resume() {
    this.#task.resume();
    this.#live.resume();
  }

  close() {
    this.#task.close();
    this.#live.close();
    for (const network of Object.values(this.#networks)) network.close();
  }

  async #compute(signal) {
    const { flow, map } = this.#networks;
    signal.addEventListener("abort", () => [flow, map].forEach((network) => network.stop()));
    this.#say("Loading the networks…");
    const loading = (share) => this.#task.busy && this.#say(`Loading the few-step network… ${Math.round(100 * share)} %`);
    await unless(
      signal,
      flow.open(this.#state.engine, () => {}),
    );
    await unless(signal, map.open(this.#state.engine, loading));
    const label = this.#state["few.class"];
    const request = { ...FLOW, seed: this.#state["few.seed"], labels: Array(DIGITS).fill(label) };
    for (const nfe of NFES.slice(1)) {
      for (const [which, network] of Object.entries(this.#networks)) {
        const name = which === "flow" ? "velocity network" : "few-step network";
        this.#say(`${nfe} NFE, ${name}`);
        const noise = nfe === 1 && which === "flow"; // the first frame of this run is shown too
        let end = null;
        const onFrame = (frame) => {
          if (noise && !end) this.#show(0, "flow", frame.x, "The noise that every row begins with");
          end = frame;
        };
        await unless(signal, network.sample({ ...request, steps: nfe }, onFrame, { last: !noise }));
        this.#show(nfe, which, end.x, `${DIGITS} digits of class ${label} after ${nfe} evaluations of the ${name}`);
        this.#caption(nfe, which, network.says(nfe));
      }
    }
    const samples = [...new Set([flow, map].flatMap(({ figures }) => figures?.samples ?? []))];
    const measured = samples.length
      ? ` Beside the digits: measured beforehand, on ${samples.map((n) => n.toLocaleString("en")).join(" and ")} digits of all classes.`
      : "";
    this.#say(`Class ${label}, seed ${request.seed}.${measured}`);
  }
}
