// What the lab's buttons do.
import { newSeed } from "../../element/state.js";
import { unless } from "../../element/task.js";
import { LAB } from "./table.js";
import { Take } from "./take.js";

const SLOW_PAIRS = 12;
const THEOREM = [8, 32, 128, 512, 2048, 8192];

/** Ties the buttons to `lab` (LabFigure) and its parts. */
export function bindButtons(lab, { byId, runs, form, clock, slow, display }) {
  const { state } = lab;
  const click = (id, action) => lab.on(byId(id), "click", () => lab.attempt(action));

  click("lab-train", async () => {
    lab.report("");
    if (runs.training) return runs.pause();
    await lab.open();
    if (runs.runs.length) runs.train();
    else await lab.beginExperiment(); // says what is missing
  });
  click("lab-step", async () => {
    await lab.open();
    if (runs.runs.length) runs.makeStep();
    else await lab.beginExperiment();
  });
  click("lab-slow", async () => {
    if (runs.slow) return runs.pause();
    await lab.open();
    const stages = async (run, signal) => slow.show(await runs.call(run, "stages", SLOW_PAIRS), display.views[0].stage.half, signal);
    runs.slowly(stages, () => slow.clear());
  });
  click("lab-reset", () => lab.reset());
  click("lab-new-seed", () => form.set("lab.seed", newSeed()));
  click("lab-play", () => clock.toggle());
  lab.on(byId("lab-t"), "change", () => lab.save());
  let comparing = null;
  click("lab-theorem", async () => {
    if (comparing) return comparing.abort();
    const { signal } = (comparing = new AbortController());
    try {
      await lab.open();
      await compareGradients(signal);
    } catch (error) {
      if (error !== signal.reason) throw error;
    } finally {
      comparing = null;
      byId("lab-theorem").textContent = "Compare gradients";
    }
  });

  /** One batch size after another, each shown when it is there: the largest takes longest. */
  async function compareGradients(signal) {
    const [run] = runs.runs;
    const found = { cosines: [], deviations: [] };
    for (const [i, size] of THEOREM.entries()) {
      byId("lab-theorem").textContent = `Stop (batch size ${size})`;
      const { cosines, deviations } = await unless(signal, runs.call(run, "theorem", Uint32Array.of(size)));
      if (run !== runs.runs[0]) return; // another experiment began
      found.cosines.push(cosines[0]);
      found.deviations.push(deviations[0]);
      display.cosines(THEOREM.slice(0, i + 1), found);
    }
  }
  click("lab-likelihood", async () => {
    await lab.open();
    await display.likelihood();
    const layers = state["lab.layers"].split(".");
    if (!layers.includes("likelihood")) form.set("lab.layers", LAB["lab.layers"].kind.read([...layers, "likelihood"].join(".")));
  });

  /** A link that leads to this very step. */
  const link = () => lab.address(runs.step > 0 ? { ...state, "lab.until": runs.step } : state);

  const parts = { runs, view: display.views[0], state, link, loadWeights: (bytes) => lab.loadWeights(bytes) };
  new Take(lab.root, parts, (text) => (byId("lab-take-text").textContent = text), lab.signal);
}
