// Digits on several workers of the CPU, in the page as a reader has it: beside tfjs with one thread and with as many, and alone. `scripts/bench workers`.
// More workers than this machine has cores are measured too: they must not make it slower.
import { cpus } from "node:os";
import { median } from "../scripts/engines.mjs";
import { alone, browser, done, open, serve, withCores } from "../tests/page/harness.mjs";
import { onBenchPage } from "./page.mjs";

const cores = cpus().length;
console.log(`${cores} cores; 16 digits, Euler, 16 steps, guidance 2\n`);
console.log("| our workers | tfjs threads asked for | that it says it has | ours, ms | tfjs wasm, ms | ours / tfjs | largest difference |");
console.log("|---|---|---|---|---|---|---|");
for (const [workers, threads] of [
  [1, 1],
  [cores, 1],
  [cores, cores],
]) {
  const measure = async (page) => {
    const r = await page.evaluate((o) => window.bench(o), { n: 16, steps: 16, guidance: 2, seed: 1, threads, rounds: 7 });
    console.log(
      `| ${[workers, threads, r.said, r.ms.ours.toFixed(0), r.ms.tfjs.toFixed(0), r.ratio.tfjs.toFixed(2), r.difference.toExponential(1)].join(" | ")} |`,
    );
    if (!(r.difference < 0.05)) throw new Error("the networks disagree: the bench compares different work");
  };
  await onBenchPage("workers.html", measure, { isolated: threads > 1, cores: workers, quiet: true });
}

const RUNS = 7;
const [chrome, server] = await Promise.all([browser(), serve()]);
console.log(`\nOurs alone, median of ${RUNS} runs, ms\n`);
console.log("| digits | 1 worker | 2 | 4 | 2 / 1 |");
console.log("|---|---|---|---|---|");
for (const digits of [1, 4, 16, 64]) {
  const times = [];
  for (const workers of [1, 2, 4]) {
    const context = await chrome.newContext({ viewport: { width: 900, height: 900 } });
    await withCores(context, workers);
    const { page, errors } = await open(context, alone(server, "digits", `digits=${digits}&solver=euler&steps=16&from=0.2&to=1&device=cpu`, "view"));
    await done(page);
    const once = () =>
      page.evaluate(async () => {
        const ended = nextRun();
        const began = performance.now();
        part("#again").click();
        await ended;
        return performance.now() - began;
      });
    await once(); // helpers open during the first run
    await page.waitForTimeout(1500);
    const taken = [];
    for (let i = 0; i < RUNS; i += 1) taken.push(await once());
    if (errors.length) throw new Error(errors.join("\n"));
    times.push(median(taken));
    await context.close();
  }
  console.log(`| ${[digits, ...times.map((ms) => ms.toFixed(0)), (times[1] / times[0]).toFixed(2)].join(" | ")} |`);
}
await chrome.close();
server.close();
