// Our CPU engine against tfjs's wasm backend on the emoji network, in the same page: `scripts/bench emoji`.
import { onBenchPage } from "./page.mjs";

await onBenchPage("emoji.html", async (page) => {
  console.log("| emoji | evaluations | ours, ms | tfjs wasm, ms | ours / tfjs | largest difference |");
  console.log("|---|---|---|---|---|---|");
  for (const [n, steps] of [
    [1, 4],
    [4, 1],
    [16, 1],
    [16, 4],
  ]) {
    const r = await page.evaluate((o) => window.bench(o), { n, steps, rounds: 5, seed: 1 });
    const cells = [n, steps, r.ms.ours.toFixed(0), r.ms.tfjs.toFixed(0), r.ratio.tfjs.toFixed(2), r.difference.toExponential(1)];
    console.log(`| ${cells.join(" | ")} |`);
    if (!(r.difference < 0.05)) throw new Error("the two networks disagree: the bench compares different work");
  }
});
