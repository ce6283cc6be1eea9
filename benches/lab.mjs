// Training steps of the lab's default network on our engine and on tfjs's fastest backend here: `scripts/bench`.
import { onBenchPage } from "./page.mjs";

await onBenchPage("lab.html", async (page) => {
  console.log("| batch | ours, ms a step | tfjs wasm, ms | tfjs cpu, ms | tfjs fastest / ours | losses, ours and tfjs |");
  console.log("|---|---|---|---|---|---|");
  for (const batch of [256]) {
    const r = await page.evaluate((o) => window.bench(o), { batch, steps: 60, rounds: 7 });
    const ratio = Math.min(r.wasm, r.cpu) / r.ours;
    const cells = [batch, r.ours.toFixed(2), r.wasm.toFixed(2), r.cpu.toFixed(2), ratio.toFixed(2), r.losses.map((l) => l.toFixed(2)).join(", ")];
    console.log(`| ${cells.join(" | ")} |`);
    // Different draws, the same problem: after the same number of steps the losses must be alike.
    if (Math.abs(r.losses[0] / r.losses[1] - 1) > 0.25) throw new Error("the two do not train alike: the bench compares different work");
  }
});
