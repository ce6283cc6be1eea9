// How long a person waits for the lab: from pressing Train, with default settings, to the first picture of a trained
// flow, and to one that resembles the data; and whether the page's thread was ever blocked meanwhile.
import { alone, chromium, open, serve } from "../tests/page/harness.mjs";

const server = await serve();
const chrome = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const { page } = await open(await chrome.newContext({ viewport: { width: 1280, height: 1000 } }), alone(server, "lab"));
  await page.waitForFunction(() => part("#lab").dataset.ready === "true");
  const result = await page.evaluate(async () => {
    const lab = part("#lab");
    const w2 = () => Number(part('[data-figure="w2"]').cells[1].textContent);
    let longest = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((e) => (longest = Math.max(longest, e.duration)))).observe({ type: "longtask" });
    const [untrained, pictures, start] = [w2(), Number(lab.dataset.pictures), performance.now()];
    part("#lab-train").click();
    const until = async (condition) => {
      while (!condition()) {
        if (performance.now() - start > 120_000) throw new Error("the lab learned nothing in two minutes");
        await new Promise(requestAnimationFrame);
      }
      return { ms: performance.now() - start, step: Number(lab.dataset.step) };
    };
    const first = await until(() => Number(lab.dataset.pictures) > pictures);
    const useful = await until(() => w2() < untrained / 2);
    let frames = 0;
    const from = performance.now();
    await until(() => (frames += 1) && performance.now() - from > 3000);
    return { untrained, w2: w2(), first, useful, longest, frames: frames / ((performance.now() - from) / 1000) };
  });
  const seconds = ({ ms, step }) => `${(ms / 1000).toFixed(1)} s (step ${step})`;
  console.log(`first picture of a trained flow after ${seconds(result.first)}`);
  console.log(`W2 below half of the untrained flow's (${result.untrained.toFixed(2)}; then ${result.w2.toFixed(2)}) after ${seconds(result.useful)}`);
  console.log(
    `${result.frames.toFixed(0)} frames a second while training; longest task over 50 ms: ${result.longest.toFixed(0)} ms (0: none); ${await chrome.version()}`,
  );
} finally {
  await chrome.close();
  server.close();
}
