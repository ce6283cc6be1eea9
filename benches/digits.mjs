// Our CPU engine against tfjs's wasm backend on the same network, in the same page: `scripts/bench`.
import { onBenchPage } from "./page.mjs";

await onBenchPage("digits.html", async (page) => {
  console.log("| digits | steps | guidance | ours, ms | tfjs wasm, ms | ours / tfjs | largest difference |");
  console.log("|---|---|---|---|---|---|---|");
  for (const [n, steps, guidance] of [
    [16, 16, 2],
    [16, 16, 1],
    [1, 16, 2],
  ]) {
    const options = { n, steps, guidance, rounds: 5, seed: 1 };
    const r = await page.evaluate((o) => window.bench(o), options);
    const cells = [n, steps, guidance, r.ours.toFixed(0), r.theirs.toFixed(0), r.ratio.toFixed(2), r.difference.toExponential(1)];
    console.log(`| ${cells.join(" | ")} |`);
    if (r.difference > 0.05) throw new Error("the two networks disagree: the bench compares different work");
  }
});
