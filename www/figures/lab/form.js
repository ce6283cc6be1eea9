// The lab's form: shows a state, changes it, says which key changed.
import { LAB, withoutNoise } from "./table.js";
import { Delay } from "../../element/delay.js";
import { given, showState } from "../../element/controls.js";
import { ADAPTIVE } from "../../element/state.js";

/** Dragging a slider changes its number at once and acts when it rests. */
const REST_MS = 150;

const LAYERS = {
  particles: "particles",
  field: "learned field",
  ends: "source and target",
  density: "density",
  grid: "deformed grid",
  conditional: "conditional paths",
  marginal: "marginal trajectories",
  exact: "exact field",
  likelihood: "likelihood",
};

/** Values that the second run may take for the compared setting. */
function alternatives(key) {
  const { kind } = LAB[key];
  if (kind.values) return kind.values;
  return {
    "lab.sigmaMin": [0, 0.01, 0.05, 0.1, 0.2, 0.3],
    "lab.depth": [1, 2, 3, 4, 5, 6],
    "lab.steps": [1, 2, 4, 8, 16, 20, 32, 64],
    "lab.noise": [0, 0.5, 1, 2, 5, 10],
  }[key];
}

export class LabForm {
  #form;
  #state;
  #delay;

  /** `changed(keys)` is called after a person changed `state[key]` for each of them; `signal` ends it. */
  constructor(form, state, changed, signal) {
    this.#form = form;
    this.#state = state;
    this.#delay = new Delay(changed, signal);
    this.#fill();
    const on = (target, type, act) => target.addEventListener(type, act, { signal });
    on(form, "input", (event) => this.#input(event.target));
    on(form, "submit", (event) => event.preventDefault());
    on(this.#with, "input", () => this.set("lab.with", this.#with.value));
    this.refresh();
  }

  get #with() {
    return this.#form.querySelector("#lab-with");
  }

  #fill() {
    const layers = this.#form.querySelector("#lab-layers");
    for (const [name, title] of Object.entries(LAYERS)) {
      const box = Object.assign(document.createElement("input"), { type: "checkbox", value: name });
      box.dataset.layer = name;
      const label = document.createElement("label");
      label.append(box, ` ${title}`);
      layers.append(label);
    }
  }

  #input(target) {
    if (target.dataset.layer) return this.#layers();
    const property = LAB[target.name];
    const value = property && given(target, property);
    if (value !== undefined) this.set(target.name, value);
  }

  #layers() {
    const boxes = [...this.#form.querySelectorAll("[data-layer]")];
    const on = boxes.filter((box) => box.checked).map((box) => box.value);
    this.set("lab.layers", LAB["lab.layers"].kind.read(on.join(".") || "none"));
  }

  /** Sets a key as if a person had. */
  set(key, value) {
    this.#state[key] = value;
    if (key === "lab.compare") this.#state["lab.with"] = this.#other(value);
    this.refresh();
    this.#delay.ask(key, LAB[key].part === "picture" ? 0 : REST_MS);
  }

  /** A value for the second run that differs from the first. */
  #other(compare) {
    if (compare === "off") return "";
    const key = `lab.${compare}`;
    const preferred = { path: "vp", coupling: "ot", noise: 2 }[compare];
    const others = alternatives(key).filter((v) => v !== this.#state[key]);
    return String(others.includes(preferred) ? preferred : others[0]);
  }

  refresh() {
    showState(this.#form, LAB, this.#state);
    for (const output of this.#form.querySelectorAll("[data-out]")) output.value = String(this.#state[output.dataset.out]);
    for (const element of this.#form.querySelectorAll("[data-show]")) {
      const [key, value] = element.dataset.show.split("=");
      element.hidden = String(this.#state[key]) !== value;
    }
    this.#form.querySelector('[data-for="fixed"]').hidden = ADAPTIVE.includes(this.#state["lab.solver"]);
    this.#refreshNoise();
    const layers = this.#state["lab.layers"].split(".");
    for (const box of this.#form.querySelectorAll("[data-layer]")) box.checked = layers.includes(box.value);
    this.#refreshWith();
  }

  #refreshNoise() {
    const reason = withoutNoise(this.#state);
    this.#form.elements["lab.noise"].disabled = reason !== "";
    const adds = this.#state["lab.noise"] > 0 ? "Random trajectories; at each t the same distribution." : "0: the flow itself.";
    this.#form.querySelector("#lab-noise-note").textContent = reason || adds;
  }

  #refreshWith() {
    const compare = this.#state["lab.compare"];
    this.#form.querySelector("#lab-with-field").hidden = compare === "off";
    if (compare === "off") return;
    const source = this.#form.elements[`lab.${compare}`];
    const title = (value) => [...(source?.options ?? [])].find((o) => o.value === String(value))?.textContent ?? String(value);
    this.#with.replaceChildren(...alternatives(`lab.${compare}`).map((v) => new Option(title(v), String(v))));
    this.#with.value = this.#state["lab.with"];
  }

  /** What a run is called: the compared setting's value, or nothing where there is one run. */
  runName(state) {
    const compare = this.#state["lab.compare"];
    if (compare === "off") return "";
    const value = state[`lab.${compare}`];
    const option = [...this.#with.options].find((o) => o.value === String(value));
    const what = this.#form.elements["lab.compare"].selectedOptions[0].textContent;
    return `${what}: ${option?.textContent ?? value}`;
  }
}
