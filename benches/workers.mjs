// How a run of digits gets shorter with workers, on the CPU, in the page as a reader has it: `scripts/bench workers`.
// More workers than this machine has cores are measured too: they must not make it slower.
import { cpus } from "node:os";
import { median } from "../scripts/engines.mjs";
import { alone, browser, done, open, serve } from "../tests/page/harness.mjs";

const RUNS = 7;
const [chrome, server] = await Promise.all([browser(), serve()]);
console.log(`${cpus().length} cores; Euler, 16 steps, guidance 2, median of ${RUNS} runs, ms\n`);
console.log("| digits | 1 worker | 2 | 4 | 2 / 1 |");
console.log("|---|---|---|---|---|");
for (const digits of [1, 4, 16, 64]) {
  const times = [];
  for (const workers of [1, 2, 4]) {
    const context = await chrome.newContext({ viewport: { width: 900, height: 900 } });
    await context.addInitScript((n) => Object.defineProperty(navigator, "hardwareConcurrency", { get: () => n }), workers);
    const { page, errors } = await open(context, alone(server, "digits", `digits=${digits}&steps=16&device=cpu`, "view"));
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
