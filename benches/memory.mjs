// What 200 runs, 50 visits to figures and 50 returns to the page leave behind: JavaScript's heap, WebAssembly's memory, workers and
// GPU buffers, on the CPU and on WebGPU (Chromium's software adapter, unless CHROMIUM says otherwise).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, alone, browser, done, hashed, open, serve } from "../tests/page/harness.mjs";
import { COUNTING, held, runs, visits } from "../tests/page/memory.mjs";

const counted = (path) => {
  if (!/\/engine\/worker\.js$/.test(path)) return null;
  const file = join(DIST, hashed("app"), path.split(`${hashed("app")}/`)[1]);
  return { headers: { "content-type": "text/javascript" }, body: COUNTING + readFileSync(file, "utf8") };
};
const server = await serve(counted);
const show = (what, { heap, wasm, workers, buffers }) =>
  console.log(
    `${what}: heap ${(heap / 1e6).toFixed(2)} MB, wasm ${(wasm / 1e6).toFixed(2)} MB, ${workers} workers${buffers === null ? "" : `, ${buffers} GPU buffers`}`,
  );

for (const engine of ["cpu", "webgpu"]) {
  const chrome = await browser({ webgpu: engine === "webgpu" });
  try {
    const context = await chrome.newContext({ viewport: { width: 1000, height: 700 } });
    const { page } = await open(context, alone(server, "digits", `device=${engine}&digits=1&steps=1&guidance=1`, "view"));
    await done(page, 300_000);
    console.log(await page.textContent("#engine"));
    await runs(page, 20);
    show("after 20 runs", await held(page));
    await runs(page, 200);
    show("after 220 runs", await held(page));

    const article = `${server.url}#device=${engine}&digits=1&steps=1&lab.until=30`;
    await page.goto(article);
    await page.reload();
    const places = ["paths", "lab", "digits-figure"];
    await visits(page, places, 1, engine === "cpu" ? 4000 : 60_000);
    await visits(page, places, 5);
    show("after 6 visits to each of three figures", await held(page));
    await visits(page, places, 50);
    await page.waitForTimeout(1000);
    show("after 56", await held(page));
    for (let i = 0; i < 50; i += 1) {
      await page.goto(`${server.url}embedding.html`);
      await page.goBack();
      await page.waitForTimeout(200);
    }
    await page.waitForTimeout(3000);
    show("after leaving the page and returning 50 times", await held(page));
  } finally {
    await chrome.close();
  }
}
server.close();
