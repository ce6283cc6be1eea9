// The same noise through the velocity network and through the few-step network, at more and more evaluations.
import { Figure } from "../../element/figure.js";
import { given, showState } from "../../element/controls.js";
import { newSeed } from "../../element/state.js";
import { startStop, unless } from "../../element/task.js";
import { drawStrip } from "../../plot/images.js";
import { onAppearance } from "../../plot/watch.js";
import { LiveDistillation } from "./live.js";
import { Network } from "./network.js";
import { DIGITS, FEW_STEPS, FLOW, NFES } from "./table.js";

const PIXELS = 784;
const SHOWN = ["few-steps.class", "few-steps.seed"]; // what the rows depend on

export class FewStepsFigure extends Figure {
  #networks = { flow: new Network("digits", FLOW.solver), map: new Network("few-step", "flow map") };
  #cells = new Map(); // canvas → digits
  #live;
  working = startStop(this.root, this.part("start"), "Compare");

  constructor(context) {
    super(context, "few-steps");
    this.onClose(() => Object.values(this.#networks).forEach((network) => network.close()));
    this.#build();
    this.on(this.part("form"), "submit", (event) => event.preventDefault());
    this.on(this.root, "input", ({ target }) => FEW_STEPS[target.name] && this.#input(target));
    this.on(this.part("new-seed"), "click", () => this.#change("few-steps.seed", newSeed()));
    this.on(this.part("start"), "click", () => (this.task.busy ? this.task.stop() : this.compare()));
    onAppearance(this.part("rows"), () => this.#cells.forEach((cells, canvas) => this.#paint(canvas, cells)), this.signal);
    this.#live = new LiveDistillation(context);
    this.#refresh();
  }

  #build() {
    const rows = NFES.map((nfe) => {
      const row = document.createElement("div");
      row.className = "few-steps-row";
      row.dataset.nfe = String(nfe);
      const title = Object.assign(document.createElement("strong"), { textContent: nfe === 0 ? "the noise" : `${nfe} NFE` });
      row.append(title, this.#cell("flow"), nfe > 0 ? this.#cell("map") : document.createElement("span"));
      return row;
    });
    this.part("rows").append(...rows);
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

  /** Shows the state. */
  #refresh() {
    showState(this.part("form"), FEW_STEPS, this.state);
  }

  #input(target) {
    const value = given(target, FEW_STEPS[target.name]);
    if (value !== undefined) this.#change(target.name, value);
  }

  #change(key, value) {
    this.state[key] = value;
    this.#refresh();
    this.save();
    if (SHOWN.includes(key) && this.#cells.size) this.compare();
  }

  #say(text) {
    this.part("text").textContent = text;
  }

  #paint(canvas, digits) {
    const cells = Array.from({ length: DIGITS }, (_, i) => ({ x: digits.subarray(i * PIXELS, (i + 1) * PIXELS) }));
    drawStrip(canvas, cells, "x", 0, DIGITS, -1);
  }

  #show(nfe, which, digits, label) {
    const canvas = this.part("rows").querySelector(`[data-nfe="${nfe}"] [data-network="${which}"] canvas`);
    canvas.setAttribute("aria-label", label);
    this.#cells.set(canvas, digits);
    this.#paint(canvas, digits);
  }

  #caption(nfe, which, text) {
    this.part("rows").querySelector(`[data-nfe="${nfe}"] [data-network="${which}"] figcaption`).textContent = text;
  }

  replaced(keys) {
    if (keys.length) this.#refresh();
  }

  begin() {
    this.compare();
  }

  /** Computes the rows. */
  compare() {
    this.report("");
    this.task.run(async (signal) => {
      try {
        await this.#compute(signal);
      } catch (error) {
        this.#say(signal.aborted ? "Stopped." : "");
        throw error;
      }
    });
  }

  rest() {
    super.rest();
    this.#live.rest();
  }

  resume() {
    super.resume();
    this.#live.resume();
  }

  close() {
    super.close();
    this.#live.close();
  }

  async #compute(signal) {
    const { flow, map } = this.#networks;
    this.#say("Loading the networks…");
    const loading = (share) => this.task.busy && this.#say(`Loading the few-step network… ${Math.round(100 * share)} %`);
    await unless(signal, flow.open(this.state.device));
    await unless(signal, map.open(this.state.device, loading));
    const label = this.state["few-steps.class"];
    const request = { ...FLOW, seed: this.state["few-steps.seed"], labels: Array(DIGITS).fill(label) };
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
        await unless(signal, network.sample({ ...request, steps: nfe }, onFrame, { last: !noise }), () => network.stop());
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
