// Training steps of the lab's default network on our engine and on the wasm backends of tfjs and jax-js: `scripts/bench`.
import { onBenchPage } from "./page.mjs";

await onBenchPage("lab.html", async (page) => {
  console.log("| batch | ours, ms a step | tfjs wasm, ms | jax-js wasm, ms | ours / tfjs | ours / jax-js | losses |");
  console.log("|---|---|---|---|---|---|---|");
  for (const batch of [256]) {
    const r = await page.evaluate((o) => window.bench(o), { batch, steps: 60, rounds: 7 });
    const cells = [batch, ...r.ms.map((ms) => ms.toFixed(2)), ...r.ratios.map((x) => x.toFixed(2)), r.losses.map((l) => l.toFixed(2)).join(", ")];
    console.log(`| ${cells.join(" | ")} |`);
    // Different draws, the same problem: after the same number of steps the losses must be alike.
    if (!r.losses.every((loss) => Math.abs(r.losses[0] / loss - 1) < 0.25))
      throw new Error("they do not train alike: the bench compares different work");
  }
});
