// Memory stays where it was, however long a person plays; benches/memory.mjs does the same on WebGPU and prints the figures.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alone, done, inChromium, open, setUp } from "./harness.mjs";
import { held, runs, visits } from "./memory.mjs";

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
