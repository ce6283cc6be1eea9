// Guidance in the plane, on the CPU engine.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alone, blocked, inChromium, lateWorker, open, setUp, slide } from "./harness.mjs";

const { chrome, server } = await setUp();

async function visit(hash = "guidance.until=300", options = {}) {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 1000 }, ...options });
  const opened = await open(context, alone(server, "guidance", hash));
  await opened.page.waitForFunction(() => part("#guidance-tiles canvas"));
  return { context, ...opened };
}

const text = (page) => page.textContent("#guidance-text");
const captions = (page) => page.$$eval("#guidance-tiles figcaption", (all) => all.map((e) => e.textContent));
const pictures = (page) => page.$$eval("#guidance-tiles canvas", (all) => all.map((c) => c.toDataURL()));
const idle = (page) => page.waitForFunction(() => part("#guidance").getAttribute("aria-busy") === "false", undefined, { timeout: 60_000 });
const done = (page) => page.waitForFunction(() => /^Done/.test(part("#guidance-text").textContent), undefined, { timeout: 60_000 });

/** {recognized, w2, spread} as each caption says. */
const figures = async (page) =>
  (await captions(page)).map((caption) => {
    const [, recognized, w2, spread] = caption.match(/recognized ([\d.]+) %, W₂ ([\d.]+), spread ([\d.]+) %$/).map(Number);
    return { recognized, w2, spread };
  });

test("it trains, and a larger weight is recognized more and is another distribution", { skip: lateWorker }, async () => {
  const { page, errors, context } = await visit("guidance.until=600&guidance.scale=1");
  assert.deepEqual(
    (await captions(page)).map((caption) => caption.replace(/not trained yet$/, "")),
    ["classifier-free guidance", "guided by a weaker network", "guidance scale as an input, 1 NFE", "classifier-free, exact field"],
  );
  await page.click("#guidance-start");
  await done(page);
  await idle(page);
  assert.equal(await text(page), "Done: 600 steps, seed 1; sampled with 32 Euler steps.");
  assert.equal(await page.isDisabled("#guidance-start"), true);
  const [one, before, said] = [await figures(page), await pictures(page), await captions(page)];
  assert.deepEqual(one[0], one[1], "with weight 1 nothing guides");
  assert.ok(one[0].w2 < 0.5 && one[2].w2 < 0.9 && one[3].w2 < 0.3, JSON.stringify(one));
  await slide(page, '[name="guidance.scale"]', "3");
  await page.waitForFunction(() => location.hash.includes("guidance.scale=3"));
  await page.waitForFunction((was) => parts("#guidance-tiles figcaption").every((e, i) => e.textContent !== was[i]), said);
  await idle(page);
  const three = await figures(page);
  assert.equal(await page.textContent("#guidance-scale"), "3");
  for (const i of [0, 2, 3]) {
    assert.ok(three[i].recognized > one[i].recognized && three[i].w2 > one[i].w2 && three[i].spread < one[i].spread, JSON.stringify([one, three]));
  }
  for (const [i, picture] of (await pictures(page)).entries()) assert.notEqual(picture, before[i]);

  // The network that has the scale as an input was not trained for less than none.
  const input = await page.evaluate(() => location.hash);
  await slide(page, '[name="guidance.scale"]', "0.5");
  await page.waitForFunction(() => /trained for scales of 1 and more$/.test(parts("#guidance-tiles figcaption")[2].textContent));
  await idle(page);
  assert.match((await captions(page))[3], /W₂/);

  const again = await visit(input.replace(/^#/, ""));
  await again.page.click("#guidance-start");
  await done(again.page);
  await idle(again.page);
  assert.deepEqual(await figures(again.page), three, "the link gives it back");
  await again.context.close();
  assert.deepEqual([...errors, ...again.errors], []);
  await context.close();
});

test("it stops, goes on, and begins anew with other networks; a malformed link is explained", async () => {
  const { page, errors, context } = await visit("guidance.until=20000&guidance.scale=9");
  assert.match(await page.textContent("#message"), /guidance\.scale/);
  await page.click("#guidance-start");
  await page.waitForFunction(() => /^Step [1-9]\d* of 20000, seed 1\.$/.test(part("#guidance-text").textContent), undefined, { timeout: 60_000 });
  await page.click("#guidance-start");
  await idle(page);
  const step = Number((await text(page)).match(/^Stopped at step (\d+) of 20000\.$/)[1]);
  assert.equal(await page.textContent("#guidance-start"), "Continue");
  await page.click("#guidance-start");
  await page.waitForFunction((n) => Number(part("#guidance-text").textContent.match(/^Step (\d+)/)?.[1]) > n, step);
  await page.click("#guidance-start");
  await idle(page);
  await page.selectOption('[name="guidance.width"]', "16");
  await page.waitForFunction(() => part("#guidance-text").textContent === "Not trained yet.");
  assert.ok((await captions(page)).every((caption) => caption.endsWith("not trained yet")));
  assert.deepEqual(errors, []);
  await context.close();
});

test("fits a phone, and the page's thread stays free while it trains", { skip: inChromium("it does not report its tasks") }, async () => {
  const { page, errors, context } = await visit("guidance.until=20000", { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  await page.click("#guidance-start");
  await page.waitForFunction(() => /^Step [1-9]/.test(part("#guidance-text").textContent), undefined, { timeout: 60_000 });
  assert.deepEqual(await blocked(page, () => page.waitForTimeout(2000)), []);
  const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= width, `${wide} > ${width}`);
  assert.deepEqual(errors, []);
  await context.close();
});
