// Our CPU engine against the wasm backends of tfjs and jax-js on the same network, in the same page: `scripts/bench`.
import { onBenchPage } from "./page.mjs";

await onBenchPage("digits.html", async (page) => {
  console.log("| digits | steps | guidance | ours, ms | tfjs wasm, ms | jax-js wasm, ms | ours / tfjs | ours / jax-js | largest difference |");
  console.log("|---|---|---|---|---|---|---|---|---|");
  for (const [n, steps, guidance] of [
    [16, 16, 2],
    [16, 16, 1],
    [1, 16, 2],
    [1, 16, 1],
  ]) {
    const r = await page.evaluate((o) => window.bench(o), { n, steps, guidance, rounds: 5, seed: 1 });
    const ms = ["ours", "tfjs", "jax"].map((name) => r.ms[name].toFixed(0));
    const cells = [n, steps, guidance, ...ms, r.ratio.tfjs.toFixed(2), r.ratio.jax.toFixed(2), r.difference.toExponential(1)];
    console.log(`| ${cells.join(" | ")} |`);
    if (!(r.difference < 0.05)) throw new Error("the networks disagree: the bench compares different work");
  }
});
