// Memory stays where it was, however long a person plays; benches/memory.mjs does the same on WebGPU and prints the figures.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alone, done, inChromium, open, setUp } from "./harness.mjs";
import { held, kinds, runs, visits } from "./memory.mjs";

const skip = inChromium("it does not tell what it holds");
const MEGABYTE = 1 << 20;

const { chrome, server } = await setUp();

/** The heap of a page at rest wanders by some hundred kilobytes; a run that leaked its frames would keep 12 KB, 200 of them 2.5 MB. */
function same(before, now, t) {
  t.diagnostic(`before ${JSON.stringify(before)}, after ${JSON.stringify(now)}`);
  assert.equal(now.workers, before.workers);
  assert.equal(now.wasm, before.wasm);
  assert.ok(now.heap - before.heap < MEGABYTE, `the heap grew by ${now.heap - before.heap} bytes`);
}

test("200 runs leave memory where it was", { skip }, async (t) => {
  const context = await chrome.newContext();
  const { page, errors } = await open(context, alone(server, "digits", "device=cpu&digits=1&steps=1&guidance=1", "view"));
  await done(page);
  await runs(page, 20);
  const before = await held(page);
  await runs(page, 200);
  same(before, await held(page), t);
  assert.deepEqual(errors, []);
  await context.close();
});

test("50 visits to figures leave memory where it was", { skip }, async (t) => {
  const context = await chrome.newContext({ viewport: { width: 1000, height: 700 } });
  const { page, errors } = await open(context, `${server.url}#device=cpu&digits=1&steps=1&lab.until=30`);
  const places = ["paths", "lab", "digits-figure"];
  await visits(page, places, 1, 4000);
  await visits(page, places, 5);
  await page.waitForTimeout(1000);
  const before = await held(page);
  assert.equal(before.workers, 3);
  await visits(page, places, 50);
  await page.waitForTimeout(1000);
  same(before, await held(page), t);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a lab that trains leaves no promise behind at its calls", { skip }, async (t) => {
  const context = await chrome.newContext();
  const { page, errors } = await open(context, alone(server, "lab", "lab.until=100000&lab.width=16&lab.particles=200", "view"));
  const step = () => page.evaluate(() => Number(part(".lab")?.dataset.step));
  await page.waitForFunction(() => Number(part(".lab")?.dataset.step) > 200, undefined, { timeout: 60_000 });
  await page.waitForTimeout(2000);
  const promises = async () => (await kinds(page)).get("object Promise").count;
  const [before, from] = [await promises(), await step()];
  await page.waitForTimeout(8000);
  const [after, to] = [await promises(), await step()];
  t.diagnostic(`${before} promises at step ${from}, ${after} at step ${to}`);
  assert.ok(to > from + 100, `${from} ${to}`);
  assert.ok(after - before < 50, `${before} promises became ${after}`);
  assert.deepEqual(errors, []);
  await context.close();
});
