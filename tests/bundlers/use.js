// What each project does with the package, in the browser.
import { createEngine, createTraining } from "flow-matching-lab";
import "flow-matching-lab/element";

/** A digit, a training and a figure. */
async function everything() {
  const engine = await createEngine({ backend: "cpu" });
  const { t, x } = await engine.draw({ labels: [3], seed: 5, steps: 4 });
  engine.close();

  const training = await createTraining({ width: 16, depth: 1, batch: 32 });
  const losses = [];
  for await (const { loss } of training.train({ steps: 2, every: 1 })) losses.push(loss);
  training.close();

  const ready = new Promise((resolve) => document.addEventListener("flow-lab-ready", ({ target }) => resolve(target), { once: true }));
  document.body.insertAdjacentHTML("beforeend", '<flow-lab figure="paths"></flow-lab>');
  const { shadowRoot } = await ready;
  return {
    t,
    ink: x.filter((value) => value > 0).length,
    losses,
    rules: shadowRoot.adoptedStyleSheets.map((sheet) => sheet.cssRules.length),
  };
}

/** Leaves what came of it in `results`. */
export async function use() {
  globalThis.results = await everything().catch((error) => ({ failed: String(error.stack ?? error) }));
}
