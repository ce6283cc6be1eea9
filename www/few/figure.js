// The same noise through the velocity network and through the few-step network, at more and more evaluations.
import { FIGURES as MEASURED } from "../assets.js";
import { focused, newSeed } from "../state.js";
import { onTheme } from "../theme.js";
import { DigitNetwork } from "../digits/network.js";
import { drawStrip } from "../digits/picture.js";
import { LiveDistillation } from "./live.js";
import { DIGITS, FEW, FLOW, NFES } from "./table.js";

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
  #running = false;
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
    this.#part("start").addEventListener("click", () => (this.#running ? this.#stop() : this.#go()));
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
      row.dataset.nfe = nfe;
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
    if (SHOWN.includes(key) && this.#cells.size) this.#stop().then(() => this.#go());
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

  #loop = Promise.resolve();

  get running() {
    return this.#running;
  }

  /** Computes the rows. */
  compare() {
    if (!this.#running) this.#go();
  }

  /** Nobody looks: nothing is computed. */
  rest() {
    if (this.#running) this.#stop();
    this.#live.stop();
  }

  close() {
    this.rest();
    this.#live.close();
    for (const network of Object.values(this.#networks)) network.close();
  }

  async #stop() {
    this.#running = false;
    this.#part("start").disabled = true; // until it has stopped
    for (const network of Object.values(this.#networks)) network.stop();
    await this.#loop;
  }

  #go() {
    this.#report("");
    this.#running = true;
    this.#part("start").textContent = "Stop";
    this.#root.setAttribute("aria-busy", "true");
    this.#loop = this.#compute()
      .catch((error) => this.#report(error.message))
      .finally(() => {
        this.#running = false;
        this.#part("start").disabled = false;
        this.#part("start").textContent = "Compare";
        this.#root.setAttribute("aria-busy", "false");
      });
    return this.#loop;
  }

  async #compute() {
    const { flow, map } = this.#networks;
    this.#say("Loading the networks…");
    await flow.open(this.#state.engine, () => {});
    await map.open(this.#state.engine, (share) => this.#say(`Loading the few-step network… ${Math.round(100 * share)} %`));
    const label = this.#state["few.class"];
    const request = { ...FLOW, seed: this.#state["few.seed"], labels: Array(DIGITS).fill(label) };
    for (const nfe of NFES.slice(1)) {
      for (const [which, network] of Object.entries(this.#networks)) {
        if (!this.#running) return this.#say("Stopped.");
        const name = which === "flow" ? "velocity network" : "few-step network";
        this.#say(`${nfe} NFE, ${name}`);
        let last = null;
        const finished = await network.sample({ ...request, steps: nfe }, (frame) => {
          if (nfe === 1 && which === "flow" && !last) this.#show(0, "flow", frame.x, "The noise that every row begins with");
          last = frame;
        });
        if (!finished) return this.#say("Stopped.");
        this.#show(nfe, which, last.x, `${DIGITS} digits of class ${label} after ${nfe} evaluations of the ${name}`);
        this.#caption(nfe, which, network.says(nfe));
      }
    }
    this.#say(`Class ${label}, seed ${this.#state["few.seed"]}. Beside the digits: measured beforehand, on ${flow.figures?.samples ?? "–"} and ${map.figures?.samples ?? "–"} digits of all classes.`);
  }
}
