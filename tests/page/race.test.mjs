// The race of few-step models, on the CPU engine.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CATALOG } from "../../www/element/catalog.js";
import { divided } from "../../www/figures/race/divided.js";
import { NFES, RACE, race } from "../../www/figures/race/table.js";
import { alone, blocked, inChromium, lateWorker, open, setUp, withCores } from "./harness.mjs";

const { chrome, server } = await setUp();

const SMALL = "race.steps=500&race.width=32&race.methods=reflow.shortcut";

async function visit(hash = SMALL, options = {}, start = "press") {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 1000 }, ...options });
  const opened = await open(context, alone(server, "race", hash, start));
  await opened.page.waitForSelector("#race");
  await opened.page.waitForFunction(() => part('[name="race.source"]').options.length > 0);
  return { context, ...opened };
}

const text = (page) => page.textContent("#race-text");
const captions = (page) => page.$$eval("#race-tiles figcaption", (all) => all.map((e) => e.textContent));
const busy = (page, is) => page.waitForFunction((value) => part("#race").getAttribute("aria-busy") === value, String(is));

test("a race trains every contestant, shows its particles and measures it at every NFE", { skip: lateWorker }, async () => {
  const { page, errors, context } = await visit();
  await page.click("#race-start");
  await page.waitForFunction(() => /^Done/.test(part("#race-text").textContent), undefined, { timeout: 120_000 });
  assert.equal(await text(page), "Done: 3 methods, 500 steps each, seed 1.");
  for (const [i, name] of ["flow matching", "reflow", "shortcut model"].entries()) {
    assert.match((await captions(page))[i], new RegExp(`^${name}W₂ \\d+\\.\\d{3} at 1 NFE$`));
    assert.equal(await page.$$eval(`#race-chart .racer-${i} .mark`, (all) => all.length), 6);
  }
  assert.match(await page.$eval("#race-chart svg", (e) => e.getAttribute("aria-label")), /Floor: 0\.\d+ ± 0\.\d+\.$/);
  const w2 = async (i) => Number((await captions(page))[i].match(/W₂ ([\d.]+)/)[1]);
  assert.ok((await w2(1)) < (await w2(0)), "reflow is nearer to the data than the flow after one step");
  const pictures = () => page.$$eval("#race-tiles canvas", (all) => all.map((c) => c.toDataURL()));
  const before = await pictures();
  await page.selectOption('[name="race.nfe"]', "4");
  await page.waitForFunction(() => [...parts("#race-tiles figcaption")].every((e) => /at 4 NFE, straightness \d/.test(e.textContent)));
  for (const [i, picture] of (await pictures()).entries()) assert.notEqual(picture, before[i]);
  assert.ok((await page.evaluate(() => location.hash)).includes("race.nfe=4"));
  assert.deepEqual(errors, []);
  await context.close();
});

test("it stops when told, goes on where it was, and another race forgets it", async () => {
  const { page, errors, context } = await visit(SMALL.replace("steps=500", "steps=20000"));
  await page.click("#race-start");
  await page.waitForFunction(() => /step [1-9]\d* of 20000/.test(part("#race-text").textContent), undefined, { timeout: 60_000 });
  await page.click("#race-start");
  await busy(page, false);
  const stopped = await text(page);
  await page.waitForTimeout(400);
  assert.equal(await text(page), stopped);
  assert.equal(await page.textContent("#race-start"), "Continue");
  await page.click("#race-start");
  const step = Number(stopped.match(/step (\d+)/)[1]);
  await page.waitForFunction((n) => Number(part("#race-text").textContent.match(/step (\d+)/)?.[1]) > n, step);
  await page.selectOption('[name="race.target"]', "moons");
  await page.waitForFunction(() => part("#race-text").textContent === "Not started yet.");
  assert.deepEqual(await captions(page), []);
  await busy(page, false);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a malformed link is explained; the form shows what the link says", async () => {
  const { page, context } = await visit("race.methods=warp&race.rounds=9&race.target=rings");
  const said = await page.textContent("#message");
  for (const key of ["race.methods", "race.rounds"]) assert.ok(said.includes(key), said);
  assert.equal(await page.$eval('[name="race.target"]', (e) => e.value), "rings");
  assert.equal(await page.$$eval("[data-method]:checked", (all) => all.length), 5);
  await page.uncheck('[data-method="reflow"]');
  assert.equal(await page.$eval("#race-rounds", (e) => e.hidden), true);
  await page.waitForFunction(() => location.hash.includes("race.methods=consistency.distillation.shortcut.mean-flow"));
  await context.close();
});

test("fits a phone, and the page's thread stays free while it trains", { skip: inChromium("it does not report its tasks") }, async () => {
  const { page, errors, context } = await visit(SMALL.replace("steps=500", "steps=20000"), {
    viewport: { width: 360, height: 740 },
    colorScheme: "dark",
  });
  await page.click("#race-start");
  await page.waitForFunction(() => /step [1-9]/.test(part("#race-text").textContent), undefined, { timeout: 60_000 });
  assert.deepEqual(await blocked(page, () => page.waitForTimeout(3000)), []);
  const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= width, `${wide} > ${width}`);
  assert.deepEqual(errors, []);
  await context.close();
});

test("it opens with a race made beforehand, without an engine, and trains when asked", async () => {
  const { page, errors, context } = await visit("race.nfe=1", {}, "view");
  await page.waitForFunction(() => /^Saved results/.test(part("#race-text").textContent));
  assert.match(await text(page), /^Saved results, trained by the same program: 5000 steps each, seed 1\. Press “Start the race” to train here\.$/);
  const said = async () => (await captions(page)).map((caption) => Number(caption.match(/W₂ ([\d.]+) at/)[1]));
  const [flow, reflow, ...rest] = await said();
  assert.equal(rest.length, 4);
  assert.ok(flow > 2 && reflow < 0.5, `in one step the flow is at ${flow}, reflow at ${reflow}`);
  assert.equal(await page.$$eval("#race-chart .mark", (all) => all.length), 36);
  const pictures = () => page.$$eval("#race-tiles canvas", (all) => all.map((c) => c.toDataURL()));
  const before = await pictures();
  assert.equal(new Set(before).size, 6, "no two methods look alike");
  await page.selectOption('[name="race.nfe"]', "8");
  await page.waitForFunction(() => [...parts("#race-tiles figcaption")].every((e) => / at 8 NFE/.test(e.textContent)));
  for (const [i, picture] of (await pictures()).entries()) assert.notEqual(picture, before[i]);
  assert.equal(page.workers().length, 0);

  await page.check('[data-method="drifting"]');
  await page.waitForFunction(() => parts("#race-tiles figcaption").length === 7);
  await page.selectOption('[name="race.width"]', "32");
  await page.waitForFunction(() => part("#race-text").textContent === "Not started yet.");
  assert.deepEqual(await captions(page), [], "another race was not made beforehand");
  await page.selectOption('[name="race.width"]', "64");
  await page.waitForFunction(() => /^Saved results/.test(part("#race-text").textContent));
  await page.click("#race-start");
  await page.waitForFunction(() => /^flow matching: step [1-9]\d* of 5000; .*0 of 7 methods done$/.test(part("#race-text").textContent), undefined, {
    timeout: 60_000,
  });
  assert.match((await captions(page))[1], /waiting/);
  assert.deepEqual(errors, []);
  await context.close();
});

test("contestants are divided among workers, those that learn from the flow together", () => {
  const ids = ["flow", "reflow", "reflow", "consistency", "distillation", "shortcut", "mean-flow", "drifting"];
  assert.deepEqual(divided(ids, 1), [[0, 1, 2, 4, 3, 5, 6, 7]]);
  assert.deepEqual(divided(ids, 2), [
    [0, 1, 2, 4],
    [3, 5, 6, 7],
  ]);
  assert.deepEqual(divided(ids, 4), [[0, 1, 2, 4], [3, 7], [5], [6]]);
  assert.deepEqual(divided(["flow"], 4), [[0]]);
});

test("a race on two workers has the results of a race on one", { skip: lateWorker }, async () => {
  const results = [];
  for (const cores of [1, 2]) {
    const { page, errors, context } = await visit(SMALL.replace("steps=500", "steps=1000"));
    await withCores(page, cores);
    await page.reload();
    await page.waitForFunction(() => part('[name="race.source"]')?.options.length > 0);
    await page.click("#race-start");
    if (cores > 1)
      await page.waitForFunction(() => /^flow matching: step .*; shortcut model: step /.test(part("#race-text").textContent), undefined, {
        timeout: 60_000,
      });
    await page.waitForFunction(() => /^Done/.test(part("#race-text").textContent), undefined, { timeout: 120_000 });
    if (page.workers().length) assert.equal(page.workers().length, cores);
    results.push(await captions(page));
    assert.deepEqual(errors, []);
    await context.close();
  }
  assert.deepEqual(results[0], results[1]);
});

test("what was made beforehand is the page's own race", async () => {
  const { SAVED } = await import("../../www/figures/race/saved.js");
  const { methods, ...settings } = race(Object.fromEntries(Object.entries(RACE).map(([key, { initial }]) => [key, initial])));
  assert.deepEqual(SAVED.settings, settings);
  const saved = SAVED.lines.map(({ id }) => id);
  assert.deepEqual(saved, ["flow", ...CATALOG.methods.map(({ id }) => id)]);
  for (const id of methods) assert.ok(saved.includes(id), id);
  for (const { id, w2, ends, ways } of SAVED.lines) {
    assert.equal(w2.length, NFES.length, id);
    ends.forEach((text, k) => assert.equal(text.split(" ").length, 800, `${id} at ${NFES[k]}`));
    ways.forEach((text, k) => assert.equal(text.split(" ").length, 24 * (NFES[k] + 1), `${id} at ${NFES[k]}`));
  }
});
