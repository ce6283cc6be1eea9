// What a person does and sees, on the CPU engine.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CATALOG } from "../../www/element/catalog.js";
import { DIST, alone, blocked, computes, done, inChromium, open, picture, serve, setUp, slide } from "./harness.mjs";

const { chrome, server } = await setUp();

const FEW_STEPS = "digits=4&steps=4&device=cpu";

/** A fresh visitor's page. */
async function visit(hash = FEW_STEPS, options = {}, from = server) {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  return { context, ...(await open(context, alone(from, "digits", hash, "view"))) };
}

const text = (page, selector) => page.textContent(selector);
const message = (page) => page.$eval("#message", (e) => (e.hidden ? "" : e.textContent));

test("digits appear, measured, without a console error", async () => {
  const { page, errors, context } = await visit();
  await done(page);
  assert.equal(await text(page, "#nfe"), "8");
  assert.match(await text(page, "#ms"), /^\d+\.\d ms$/);
  assert.match(await text(page, "#engine"), /^Device: CPU, as chosen\.$/);
  assert.equal(await text(page, "#time-text"), "t = 1.00");
  assert.equal(await message(page), "");
  assert.deepEqual(errors, []);
  // A digit has paper and ink and is not noise: neighboring pixels of the first cell mostly agree.
  const agree = await page.$eval("#grid", (canvas) => {
    const cell = canvas.width / 2;
    const { data, width } = canvas.getContext("2d").getImageData(0, 0, cell, cell);
    const step = cell / 28;
    const at = (x, y) => data[4 * (Math.floor((y + 0.5) * step) * width + Math.floor((x + 0.5) * step))];
    let same = 0;
    for (let y = 0; y < 27; y += 1) for (let x = 0; x < 27; x += 1) same += Math.abs(at(x, y) - at(x + 1, y)) < 40;
    return same / (27 * 27);
  });
  assert.ok(agree > 0.7, `only ${agree} of neighbors agree`);
  await context.close();
});

test("the solvers on offer are the catalog's, by its names", async () => {
  const { page, context } = await visit();
  await done(page);
  const shown = await page.evaluate(() => [...parts('[name="solver"] option')].map((o) => [o.value, o.textContent]));
  assert.deepEqual(
    shown,
    CATALOG.solvers.map(({ id, label }) => [id, label]),
  );
  await context.close();
});

test("the same seed gives the same picture, another seed another", async () => {
  const { page, context } = await visit();
  await done(page);
  const first = await picture(page);
  await computes(page, () => page.click("#again"));
  assert.equal(await picture(page), first);
  await computes(page, () => page.fill('[name="seed"]', "99"));
  assert.ok(page.url().includes("seed=99"));
  assert.notEqual(await picture(page), first);
  await context.close();
});

test("controls do what they say, and the link gives them back", async () => {
  const { page, context } = await visit();
  await done(page);
  const change = async (act, part, nfe) => {
    await act();
    await page.waitForFunction((p) => location.hash.includes(p), part);
    await page.waitForFunction((n) => part("#nfe").textContent === n, String(nfe));
    await done(page);
  };
  await change(() => page.selectOption('[name="solver"]', "heun"), "solver=heun", 8);
  await change(() => slide(page, '[name="steps"]', "3"), "steps=3", 6);
  await change(() => page.selectOption('[name="solver"]', "rk4"), "solver=rk4", 12);
  await page.click("#classes button:nth-child(8)");
  await page.waitForFunction(() => location.hash.includes("class=7"));
  await page.selectOption('[name="rows"]', "same");
  await page.waitForFunction(() => location.hash.includes("rows=same"));
  await page.waitForFunction(() => part("#grid").getAttribute("aria-label").includes("a 7"));
  await done(page);
  const shown = await picture(page);

  const again = await open(context, page.url());
  await done(again.page);
  assert.equal(await picture(again.page), shown);
  assert.equal(await again.page.inputValue('[name="solver"]'), "rk4");
  await context.close();
});

test("an adaptive solver shows its tolerance instead of steps", async () => {
  const { page, context } = await visit("digits=1&solver=dopri5&tolerance=0.1&device=cpu");
  await done(page);
  assert.equal(await page.isVisible('[name="tolerance"]'), true);
  assert.equal(await page.isVisible('[name="steps"]'), false);
  assert.equal(await page.isVisible("p[data-for=adaptive]"), true);
  assert.ok(Number(await text(page, "#nfe")) >= 7);
  await context.close();
});

test("time is scrubbed and played, and the film strip follows the chosen digit", async () => {
  const { page, context } = await visit();
  await done(page);
  const end = await picture(page);
  const strip = await picture(page, "#strip-x");
  await page.focus("#time");
  await page.keyboard.press("Home");
  await page.waitForFunction(() => part("#time-text").textContent === "t = 0.00");
  assert.notEqual(await picture(page), end);
  await page.click("#play");
  await page.waitForFunction(() => part("#time-text").textContent === "t = 1.00");
  await page.waitForFunction(() => part("#play").textContent === "Play");
  assert.equal(await picture(page), end);
  await page.focus("#grid");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => part("#chosen").textContent.includes("digit 2 of 4"));
  assert.notEqual(await picture(page, "#strip-x"), strip);
  await context.close();
});

test("stop stops, keeps what there is, and again goes on", async () => {
  const { page, context } = await visit("digits=64&steps=64&device=cpu");
  await page.waitForFunction(() => Number(part("#figure").dataset.frames) >= 2, undefined, { timeout: 60_000 });
  await page.click("#stop");
  await page.waitForFunction(() => part("#figure").getAttribute("aria-busy") === "false");
  const frames = await page.$eval("#figure", (e) => Number(e.dataset.frames));
  assert.ok(frames >= 2 && frames < 65, String(frames));
  await page.waitForTimeout(1500);
  assert.equal(await page.$eval("#figure", (e) => Number(e.dataset.frames)), frames, "it went on");
  assert.equal(await page.isDisabled("#stop"), true);
  await page.selectOption('[name="digits"]', "1");
  await slide(page, '[name="steps"]', "2");
  await page.waitForFunction(() => part("#nfe").textContent === "4", undefined, { timeout: 60_000 });
  await done(page);
  await context.close();
});

test("a malformed link is explained and the rest of it used", async () => {
  const { page, errors, context } = await visit("digits=5&steps=abc&color=red&class=3&seed=-1&device=cpu&guidance=");
  const said = await message(page);
  for (const word of ["digits", "steps", "color", "seed", "guidance"]) assert.ok(said.includes(word), `${word}: ${said}`);
  assert.equal(await page.$eval("#classes [aria-checked=true]", (e) => e.textContent), "3");
  assert.equal(await page.inputValue('[name="digits"]'), "16");
  await done(page);
  assert.equal(await message(page), said, "the sentence must outlast the run");
  await page.click("#classes button:nth-child(2)");
  await page.waitForFunction(() => part("#message").hidden);
  assert.deepEqual(errors, []);
  await context.close();
});

test("guidance that ends before it begins is none, and said; the sliders do not let it happen", async () => {
  const pictures = [];
  for (const hash of ["from=0.6&to=0.3&guidance=4", "guidance=1"]) {
    const { page, errors, context } = await visit(`digits=1&steps=4&device=cpu&${hash}`);
    await done(page);
    pictures.push(await page.$eval("#grid", (canvas) => canvas.toDataURL()));
    if (pictures.length === 1) {
      assert.match(await text(page, "#digits-message"), /Guidance ends at t = 0\.3, before it begins at t = 0\.6/);
      await slide(page, '[name="from"]', "0.7");
      assert.equal(await text(page, '[name="to-out"]'), "0.7");
      await slide(page, '[name="to"]', "0.5");
      assert.equal(await text(page, '[name="from-out"]'), "0.5");
      await page.waitForFunction(() => part("#digits-message").hidden);
    }
    assert.deepEqual(errors, []);
    await context.close();
  }
  assert.equal(pictures[0], pictures[1]);
});

test("a bad number in a field is refused and changes nothing", async () => {
  const { page, context } = await visit();
  await done(page);
  const hash = new URL(page.url()).hash;
  const before = await picture(page);
  await page.fill('[name="seed"]', "-4");
  await page.waitForTimeout(400);
  assert.equal(await page.$eval('[name="seed"]', (e) => e.validity.valid), false);
  assert.equal(new URL(page.url()).hash, hash);
  assert.equal(await picture(page), before);
  await context.close();
});

test("broken, foreign and missing weights say so", async () => {
  const manifest = JSON.parse(readFileSync(`${DIST}/models/digits.json`, "utf8"));
  const whole = readFileSync(`${DIST}/models/${manifest.file}`);
  const cases = [
    [{ body: whole.subarray(0, 5000) }, /cut/],
    [{ body: Buffer.alloc(manifest.bytes) }, /not the one this page was made for/],
    [{ status: 404, body: "" }, /answered 404/],
    [{ broken: whole.subarray(0, 5000) }, /broke off after 5000 of \d+ bytes/],
  ];
  for (const [answer, words] of cases) {
    const broken = await serve((path) => (path.endsWith(manifest.file) ? answer : null));
    const { page, context } = await visit(FEW_STEPS, {}, broken);
    await page.waitForFunction(() => part("#digits-message")?.hidden === false, undefined, { timeout: 60_000 });
    assert.match(await text(page, "#digits-message"), words);
    await context.close();
    broken.close();
  }
});

test("weights are downloaded once and then kept", async () => {
  const { page, context } = await visit();
  await done(page);
  assert.equal(await page.$eval("#figure", (e) => e.dataset.weights), "downloaded");
  const count = () => server.requests.filter((path) => path.endsWith(".safetensors")).length;
  const before = count();
  const second = await open(context, alone(server, "digits", FEW_STEPS, "view"));
  await done(second.page);
  assert.equal(await second.page.$eval("#figure", (e) => e.dataset.weights), "cached");
  assert.equal(count(), before);
  await context.close();
});

test("a cache that fails or never answers is passed over", async () => {
  const faults = [
    () => (CacheStorage.prototype.open = () => Promise.reject(new DOMException("damaged"))),
    () => (Cache.prototype.match = () => Promise.reject(new DOMException("damaged"))),
    () => (Cache.prototype.match = () => new Promise(() => {})),
    () => (Cache.prototype.put = () => new Promise(() => {})),
  ];
  for (const fault of faults) {
    const context = await chrome.newContext();
    await context.addInitScript(fault);
    const { page, errors } = await open(context, alone(server, "digits", FEW_STEPS, "view"));
    await done(page);
    assert.equal(await page.$eval("#figure", (e) => e.dataset.weights), "downloaded");
    assert.deepEqual(errors, []);
    await context.close();
  }
});

test("the page is never blocked for more than 50 ms while sampling", { skip: inChromium("it does not report its tasks") }, async () => {
  const { page, context } = await visit("digits=16&steps=8&device=cpu");
  await done(page);
  assert.deepEqual(await blocked(page, () => computes(page, () => page.click("#again"))), []);
  await context.close();
});

test("everything can be reached and named by keyboard and screen reader", async () => {
  const { page, context } = await visit();
  await done(page);
  const unnamed = await page.$$eval("button, input, select, canvas[tabindex]", (all) =>
    all.filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.[0]?.textContent.trim())).map((e) => e.outerHTML),
  );
  assert.deepEqual(unnamed, []);
  await page.focus("#classes [aria-checked=true]");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => part("#classes [aria-checked=true]").textContent === "1");
  assert.equal(await page.evaluate(() => focused().textContent), "1");
  await context.close();
});

test("it fits a phone, in dark, with reduced motion", async () => {
  const { page, context, errors } = await visit(FEW_STEPS, {
    viewport: { width: 360, height: 740 },
    colorScheme: "dark",
    reducedMotion: "reduce",
    isMobile: true,
    hasTouch: true,
  });
  await done(page);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(paper, "rgb(20, 22, 26)");
  assert.deepEqual(errors, []);
  await context.close();
});
