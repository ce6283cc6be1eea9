// How the time of our CPU engine grows, one thread: with digits, with steps, and of a training step of the lab with width and batch. `scripts/bench growth`.
import { onBenchPage } from "./page.mjs";

const FIVE = 5;

await onBenchPage("digits.html", async (page) => {
  const run = (n, steps) => page.evaluate((o) => window.alone(o), { n, steps, guidance: 1, rounds: FIVE, seed: 1 });
  console.log("| digits, 16 Euler steps | ms | ms a digit and step |");
  console.log("|---|---|---|");
  for (const n of [1, 4, 16, 64, 256]) {
    const ms = await run(n, 16);
    console.log(`| ${n} | ${ms.toFixed(0)} | ${(ms / n / 16).toFixed(2)} |`);
  }
  console.log("\n| steps, 16 digits | ms | ms a step |");
  console.log("|---|---|---|");
  for (const steps of [1, 4, 16, 64]) {
    const ms = await run(16, steps);
    console.log(`| ${steps} | ${ms.toFixed(0)} | ${(ms / steps).toFixed(1)} |`);
  }
});

await onBenchPage("lab.html", async (page) => {
  console.log("\n| width of the lab's network | ms a training step, batch 64 | 256 | 1024 |");
  console.log("|---|---|---|---|");
  for (const width of [32, 64, 128, 256]) {
    const cells = [];
    for (const batch of [64, 256, 1024])
      cells.push((await page.evaluate((o) => window.alone(o), { batch, width, steps: 40, rounds: FIVE })).toFixed(2));
    console.log(`| ${[width, ...cells].join(" | ")} |`);
  }
  const steps = 20;
  console.log(`\n| particles, ${steps} Euler steps | ms |\n|---|---|`);
  for (const particles of [300, 1000, 3000]) {
    const [ms, likelihood] = await page.evaluate((o) => window.pictures(o), { particles, steps, rounds: FIVE });
    console.log(`| ${particles} | ${ms.toFixed(1)} |`);
    if (particles === 3000) console.log(`\nA map of log-likelihoods at 61 × 61 points: ${likelihood.toFixed(0)} ms`);
  }
});
