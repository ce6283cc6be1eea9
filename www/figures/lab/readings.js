// The lab's charts and its table of figures, one column a run and their difference.
import { SAMPLES } from "./view.js";
import { CosineChart, LossChart, NfeChart } from "./charts.js";

export const NFES = [1, 2, 4, 8, 16, 32];

/** @type {[string, string, number][]} */
const ROWS = [
  ["w2", "W₂ to fresh data", 3],
  ["sliced", "sliced W₂", 3],
  ["floor", "floor: W₂ between two fresh data sets, mean of 5", 3],
  ["floorDeviation", "its standard deviation", 3],
  ["normalizedPathEnergy", "normalized path energy", 3],
  ["pathEnergy", "path energy", 2],
  ["straightness", "straightness (0 is straight)", 3],
  ["nfe", "NFE", 0],
  ["loss", "loss, mean of the last 100", 4],
  ["parameters", "weights of the network", 0],
];

const NAMES = ["a", "b"];

const shown = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : "–");

export class Readings {
  #loss;
  #nfe;
  #cosine;
  #table;
  #measured;
  #columns = [];
  #names = [];

  constructor(byId, signal) {
    this.#loss = new LossChart(byId("lab-loss"), signal);
    this.#nfe = new NfeChart(byId("lab-nfe"), signal);
    this.#cosine = new CosineChart(byId("lab-cosine"), signal);
    this.#table = byId("lab-figures");
    this.#measured = byId("lab-measured");
  }

  /** `names` of the runs; `losses`: of what the loss of each is. */
  begin(names, losses) {
    this.#names = names;
    this.#loss.of = new Set(losses).size === 1 ? losses[0] : "";
    this.#columns = names.map(() => ({}));
    for (const run of NAMES) {
      this.#loss.clear(run);
      this.#nfe.set(run, null);
    }
    this.#cosine.set(null);
    this.#render();
  }

  losses(slot, losses) {
    this.#loss.append(NAMES[slot], losses);
  }

  figures(run, figures, w2) {
    const recent = run.losses.slice(-100);
    const loss = recent.reduce((a, b) => a + b, 0) / recent.length;
    this.#columns[run.slot] = { ...figures, loss, parameters: run.parameters };
    this.#nfe.setFloor({ mean: figures.floor, deviation: figures.floorDeviation });
    this.#nfe.set(NAMES[run.slot], { nfe: NFES, w2: Array.from(w2) });
    this.#measured.textContent = `at step ${run.step}, on ${SAMPLES} particles, seed ${run.state["lab.seed"]}`;
    this.#render();
  }

  /** `found`: {cosines, deviations}, an entry a batch size. */
  cosines(batches, found) {
    this.#cosine.set({ batches, ...found });
  }

  #render() {
    const two = this.#columns.length === 2;
    const cell = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
    const head = document.createElement("tr");
    const titles = two ? [`A, ${this.#names[0]}`, `B, ${this.#names[1]}`, "B − A"] : ["this run"];
    head.append(cell("td", ""), ...titles.map((title) => Object.assign(cell("th", title), { scope: "col" })));
    this.#table.tHead.replaceChildren(head);
    const rows = ROWS.map(([key, title, digits]) => {
      const row = document.createElement("tr");
      const values = this.#columns.map((column) => column[key]);
      row.append(Object.assign(cell("th", title), { scope: "row" }), ...values.map((v) => cell("td", shown(v, digits))));
      if (two) {
        const difference = values[1] - values[0];
        row.append(cell("td", Number.isFinite(difference) ? `${difference > 0 ? "+" : ""}${difference.toFixed(digits)}` : "–"));
      }
      row.dataset.figure = key;
      return row;
    });
    this.#table.tBodies[0].replaceChildren(...rows);
  }
}
