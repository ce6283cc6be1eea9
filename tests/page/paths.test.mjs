// The two paths as a person uses them. The engine's numbers are held against closed forms.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alone, inChromium, open, picture, setUp, slide } from "./harness.mjs";

const { chrome, server } = await setUp();

const text = (page, selector) => page.textContent(selector);

/** Waits until the figures belong to what is set. */
const settled = (page) =>
  page.waitForFunction(
    () => {
      const busy = part("#paths")?.getAttribute("aria-busy");
      return busy === "false" && part("#paths-nfe").textContent !== "–";
    },
    undefined,
    { timeout: 120_000 },
  );

async function visit(hash = "", options = {}) {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 1000 }, ...options });
  const { page, errors } = await open(context, alone(server, "paths", hash));
  await settled(page);
  return { context, page, errors };
}

/** Waits for the link to have `part` and for the figures. */
async function linked(page, part) {
  await page.waitForFunction((p) => location.hash.includes(p), part);
  await settled(page);
}

/** The drawn frame: the picture follows the figures at the next display frame. */
async function shot(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return picture(page, "#paths-canvas");
}

/** The first noise point and the first data point, from the handles' names. */
async function pair(page) {
  const read = (selector) =>
    page.$eval(selector, (e) =>
      e
        .getAttribute("aria-label")
        .replaceAll("−", "-")
        .match(/-?\d+\.\d+/g)
        .map(Number),
    );
  return [await read(".handle.x0"), await read(".handle.x1")];
}

/** One Euler step along the cosine path lands on x0 + π/2 x1, so it misses x1 by |x0 + (π/2 − 1) x1|. */
const overshoot = ([[x, y], [a, b]]) => Math.hypot(x + (Math.PI / 2 - 1) * a, y + (Math.PI / 2 - 1) * b);

test("one long step overshoots along the arc and arrives along the line", async () => {
  const { page, errors, context } = await visit();
  const points = await pair(page);
  assert.equal(await text(page, "#paths-miss-diffusion"), overshoot(points).toFixed(2));
  assert.ok(overshoot(points) > 1, "the first picture must show it");
  assert.equal(await text(page, "#paths-miss-straight"), "0.00");
  assert.equal(await text(page, "#paths-nfe"), "1");
  assert.match(
    await text(page, "#paths-outcome"),
    /overshoots by \d+ % of the way from x₀ to x₁ and ends [\d.]+ off.* straight path it lands where the path leads/,
  );
  assert.match(await text(page, "#paths-kind-title"), /conditional path/);
  assert.deepEqual(errors, []);
  await context.close();
});

test("more steps, fewer errors, and the link gives them back", async () => {
  const { page, context } = await visit();
  const misses = [Number(await text(page, "#paths-miss-diffusion"))];
  for (const steps of [2, 4, 8, 16]) {
    const before = await shot(page);
    await page.check(`[name="paths.steps"][value="${steps}"]`, { force: true });
    await linked(page, `paths.steps=${steps}`);
    assert.equal(await text(page, "#paths-nfe"), String(steps));
    assert.equal(await text(page, ".ladder thead .now"), String(steps));
    assert.equal(await text(page, '[data-ladder="diffusion"] .now'), await text(page, "#paths-miss-diffusion"));
    assert.equal(await text(page, "#paths-miss-straight"), "0.00");
    misses.push(Number(await text(page, "#paths-miss-diffusion")));
    assert.ok((await shot(page)) !== before, "another picture");
  }
  // The method has order 1 at least: twice the steps, half the error or less, up to the two decimals shown.
  misses.slice(1).forEach((miss, k) => assert.ok(miss <= misses[k] / 2 + 0.01, String(misses)));
  const again = await open(context, page.url());
  await settled(again.page);
  assert.equal(await again.page.isChecked('[name="paths.steps"][value="16"]'), true);
  assert.ok((await shot(again.page)) === (await shot(page)), "the same picture");
  await context.close();
});

test("a point is dragged with the mouse", async () => {
  const { page, context } = await visit();
  const before = await pair(page);
  const still = await shot(page);
  const box = await (await page.$(".handle.x1")).boundingBox();
  const stage = await (await page.$("#paths-canvas")).boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x + 4, y + 3); // not its center
  await page.mouse.down();
  await page.mouse.move(x - 60, y + 40, { steps: 4 });
  await page.mouse.move(x + 4 - stage.width / 6, y + 3 + stage.width / 6, { steps: 4 }); // one unit left, one down
  await page.mouse.up();
  await linked(page, "paths.x1=");
  const after = await pair(page);
  assert.deepEqual(after[0], before[0]);
  assert.ok(Math.abs(after[1][0] - (before[1][0] - 1)) < 0.03, `${before} ${after}`);
  assert.ok(Math.abs(after[1][1] - (before[1][1] - 1)) < 0.03, `${before} ${after}`);
  assert.equal(await text(page, "#paths-miss-diffusion"), overshoot(after).toFixed(2));
  assert.equal(await text(page, "#paths-said"), await text(page, "#paths-outcome"));
  assert.ok((await shot(page)) !== still, "another picture");
  // Beyond the edge it stops at the edge.
  await page.hover(".handle.x1");
  await page.mouse.down();
  await page.mouse.move(stage.x + stage.width + 200, Math.max(1, stage.y - 200), { steps: 3 });
  await page.mouse.up();
  await linked(page, "paths.x1=3_2.4");
  await page.click("#paths-reset");
  await page.waitForFunction(() => !location.hash.includes("paths.x1"));
  assert.deepEqual(await pair(page), before);
  await context.close();
});

test("a point is moved with the arrow keys", async () => {
  const { page, context } = await visit();
  const [[x, y]] = await pair(page);
  await page.focus(".handle.x0");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowDown");
  await linked(page, "paths.x0=");
  await page.waitForFunction((at) => part(".handle.x0").getAttribute("aria-label").includes(at), (y - 0.25).toFixed(2));
  const moved = await pair(page);
  assert.deepEqual(
    moved[0],
    [x + 0.05, y - 0.25].map((v) => Number(v.toFixed(2))),
  );
  assert.equal(await text(page, "#paths-miss-diffusion"), overshoot(moved).toFixed(2));
  assert.equal(await page.evaluate(() => focused().className.split(" ")[1]), "x0", "the focus stays");
  await page.keyboard.press("Delete");
  assert.equal(await page.$$eval(".handle", (all) => all.length), 2, "a pair stays a pair");
  await context.close();
});

test("a small set is a marginal flow: the straight path bends, and one step lands on the mean", async () => {
  const { page, context } = await visit();
  await page.check('[name="paths.points"][value="set"]', { force: true });
  await linked(page, "paths.points=set");
  assert.match(await text(page, "#paths-kind-title"), /marginal flow/);
  assert.match(await text(page, "#paths-outcome"), /lands on the mean of the data/);
  assert.ok(Number(await text(page, "#paths-miss-straight")) > 0.5);
  const count = () => page.$$eval(".handle.x1", (all) => all.length);
  const many = await count();
  assert.ok(many > 1);
  const before = await text(page, "#paths-miss-straight");
  await page.click('[data-add="x1"]');
  await linked(page, "paths.x1=");
  assert.equal(await count(), many + 1);
  assert.notEqual(await text(page, "#paths-miss-straight"), before);
  await page.keyboard.press("Delete"); // the new point has the focus
  await page.waitForFunction(() => !location.hash.includes("paths.x1"));
  await settled(page);
  assert.equal(await count(), many);
  assert.equal(await text(page, "#paths-miss-straight"), before);
  for (let k = many; k > 1; k -= 1) await page.click('[data-remove="x1"]');
  await settled(page);
  assert.equal(await page.isDisabled('[data-remove="x1"]'), true);
  assert.match(await text(page, "#paths-kind-title"), /Conditional paths/);
  assert.equal(await text(page, "#paths-miss-straight"), "0.00");
  await context.close();
});

test("sigma_min, the schedule, the time and what is shown", async () => {
  const { page, context } = await visit();
  const pictures = new Set([await shot(page)]);
  await slide(page, '[name="paths.sigmaMin"]', "0.3");
  await linked(page, "paths.sigmaMin=0.3");
  assert.equal(await text(page, "#paths-miss-straight"), "0.00", "the straight path stays straight");
  pictures.add(await shot(page));
  await page.selectOption('[name="paths.diffusion"]', "vp");
  await linked(page, "paths.diffusion=vp");
  assert.match(await text(page, "#paths-outcome"), /hardly leaves the noise/);
  // It stays at the noise, almost, and misses by the whole way.
  const [[x, y], [a, b]] = await pair(page);
  const way = Math.hypot(x - a, y - b);
  assert.ok(Math.abs(Number(await text(page, "#paths-miss-diffusion")) - way) < 0.1 * way);
  pictures.add(await shot(page));
  await slide(page, '[name="paths.t"]', "0.8");
  await linked(page, "paths.t=0.8");
  assert.equal(await text(page, "#paths-time-text"), "t = 0.80");
  pictures.add(await shot(page));
  await page.selectOption('[name="paths.show"]', "straight");
  await linked(page, "paths.show=straight");
  pictures.add(await shot(page));
  assert.equal(pictures.size, 5, "each of them shows");
  await page.click("#paths-play");
  await page.waitForFunction(() => part("#paths-time-text").textContent > "t = 0.85");
  await page.click("#paths-play");
  assert.equal(await text(page, "#paths-play"), "Play");
  const t = await text(page, "#paths-time-text");
  await linked(page, `paths.t=${Number(t.slice(4))}`);
  await context.close();
});

test("a malformed link is explained and the rest of it used", async () => {
  const { page, errors, context } = await visit("paths.x0=1_2_3&paths.x1=9_9&paths.steps=3&paths.sigmaMin=0.1&paths.points=set");
  const said = await text(page, "#message");
  for (const key of ["paths.x0", "paths.x1", "paths.steps"]) assert.ok(said.includes(key), said);
  assert.equal(await page.inputValue('[name="paths.sigmaMin"]'), "0.1");
  assert.ok((await page.$$(".handle.x0")).length > 1);
  assert.deepEqual(errors, []);
  await context.close();
});

test("on a phone, in dark, with a finger", { skip: inChromium("no touch there") }, async () => {
  const { page, errors, context } = await visit("", {
    viewport: { width: 360, height: 740 },
    colorScheme: "dark",
    reducedMotion: "reduce",
    isMobile: true,
    hasTouch: true,
  });
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
  const before = await pair(page);
  const scrolled = await page.evaluate(() => scrollY);
  const box = await (await page.$(".handle.x0")).boundingBox();
  assert.ok(box.width >= 44 && box.height >= 44, "large enough for a finger");
  const touch = await context.newCDPSession(page);
  const send = (type, ...points) => touch.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  const [x, y] = [box.x + 22, box.y + 22];
  await send("touchStart", { x, y });
  for (let k = 1; k <= 8; k += 1) await send("touchMove", { x: x + 4 * k, y: y + 6 * k });
  await send("touchEnd");
  await linked(page, "paths.x0=");
  const after = await pair(page);
  assert.ok(after[0][0] > before[0][0] + 0.3 && after[0][1] < before[0][1] - 0.5, `${before} ${after}`);
  assert.equal(await page.evaluate(() => scrollY), scrolled, "the page stays where it is");
  assert.equal(await text(page, "#paths-miss-diffusion"), overshoot(after).toFixed(2));
  assert.deepEqual(errors, []);
  await context.close();
});

test("everything has a name", async () => {
  const { page, context } = await visit("paths.points=set");
  const unnamed = await page.$$eval("#paths :is(button, input, select, output)", (all) =>
    all.filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.[0]?.textContent.trim())).map((e) => e.outerHTML),
  );
  assert.deepEqual(unnamed, []);
  const names = await page.$$eval(".handle", (all) => all.map((e) => e.getAttribute("aria-label")));
  assert.equal(new Set(names).size, names.length, "no two handles share one");
  await context.close();
});
