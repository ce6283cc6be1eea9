// Points of a person's own: nothing draws over them by accident, and other points take their place when asked to.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alone, inChromium, open, picture, setUp } from "./harness.mjs";
import { SMALL, visit as visitLab } from "./lab-page.mjs";

const { chrome, server } = await setUp();
const visit = (...args) => visitLab(chrome, server, ...args);

const TARGET = '[data-brush="target"]';
const shown = (page) => picture(page, TARGET);
const points = (page) => page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get("lab.targetPoints"));
const kind = (page) => page.inputValue('[name="lab.target"]');

/** Draws a line across the target's square. */
async function stroke(page, y) {
  await page.locator(TARGET).scrollIntoViewIfNeeded();
  const box = await page.locator(TARGET).boundingBox();
  await page.mouse.move(box.x + 0.2 * box.width, box.y + y * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.8 * box.width, box.y + y * box.height, { steps: 12 });
  await page.mouse.up();
}

/** Pixels in which the target's square is not paper, at a height of 0 (top) to 1; without the cursor. */
async function ink(page, height) {
  await page.mouse.move(5, 5);
  return page.$eval(
    TARGET,
    (canvas, at) => {
      const rows = Math.round(0.1 * canvas.height);
      const { data } = canvas.getContext("2d").getImageData(0, Math.round((at - 0.05) * canvas.height), canvas.width, rows);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) count += [0, 1, 2].some((k) => Math.abs(data[i + k] - data[k]) > 40) ? 1 : 0;
      return count;
    },
    height,
  );
}

test("points in a link take the place of points that were drawn", async () => {
  const { page, errors, context } = await visit();
  await stroke(page, 0.2);
  await page.waitForFunction(() => location.hash.includes("lab.targetPoints"));
  const first = await points(page);
  const [above, below] = [await ink(page, 0.2), await ink(page, 0.8)];
  assert.ok(above > 100 && below < above / 10, `${above} ${below}`);
  await stroke(page, 0.8);
  await page.waitForFunction((before) => new URLSearchParams(location.hash.slice(1)).get("lab.targetPoints") !== before, first);
  assert.ok((await ink(page, 0.8)) > above / 2);
  await page.evaluate((text) => {
    location.hash = location.hash.replace(/lab\.targetPoints=[^&]*/, `lab.targetPoints=${text}`);
  }, first);
  for (const end = Date.now() + 20_000; (await ink(page, 0.8)) !== below && Date.now() < end; ) await page.waitForTimeout(100);
  assert.equal(await ink(page, 0.8), below);
  assert.ok(Math.abs((await ink(page, 0.2)) - above) < 0.1 * above);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a drawing gives way to a named target, comes back, and is undone to what was there before it", async () => {
  const { page, errors, context } = await visit();
  const moons = await shown(page);
  const becomes = (text) => page.waitForFunction((wanted) => part('[data-brush="target"]').toDataURL() === wanted, text);
  await stroke(page, 0.2);
  await page.waitForFunction(() => location.hash.includes("lab.targetPoints"));
  const above = await ink(page, 0.2);
  await page.selectOption('[name="lab.target"]', "moons");
  await becomes(moons);
  await page.selectOption('[name="lab.target"]', "points");
  await page.waitForFunction((text) => part('[data-brush="target"]').toDataURL() !== text, moons);
  assert.ok(Math.abs((await ink(page, 0.2)) - above) < 0.1 * above);
  await page.selectOption('[name="lab.target"]', "moons");
  await becomes(moons);
  await stroke(page, 0.8);
  await page.waitForFunction(() => part('[name="lab.target"]').value === "points");
  await page.click('[data-tool="undo"][data-of="target"]');
  await page.waitForFunction(() => part('[name="lab.target"]').value === "moons");
  await becomes(moons);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a finger scrolls over a square until Draw is pressed", { skip: inChromium("it is not told to touch") }, async () => {
  const { page, errors, context } = await visit(SMALL, { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
  const client = await context.newCDPSession(page);
  await page.click('[data-shows="ends"]');
  await page.locator(TARGET).scrollIntoViewIfNeeded();
  /** Swipes up over the square; how far the page went. */
  const swipe = async () => {
    const { x, y, width, height } = await page.locator(TARGET).boundingBox();
    const before = await page.evaluate(() => scrollY);
    const at = (share) => [{ x: x + width / 2, y: y + share * height }];
    await client.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0.9) });
    for (let share = 0.85; share > 0.1; share -= 0.05) {
      await client.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(share) });
    }
    await client.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await page.waitForTimeout(300);
    return (await page.evaluate(() => scrollY)) - before;
  };
  assert.ok((await swipe()) > 30, "the page scrolls");
  assert.equal(await kind(page), "moons");
  assert.match(await page.textContent('[data-note="target"]'), /Press Draw to draw with a finger/);
  await page.locator(TARGET).scrollIntoViewIfNeeded();
  await page.click('[data-tool="draw"][data-of="target"]');
  assert.equal(await page.getAttribute('[data-tool="draw"][data-of="target"]', "aria-pressed"), "true");
  assert.equal(await swipe(), 0, "the page stays");
  await page.waitForFunction(() => part('[name="lab.target"]').value === "points");
  await page.click('[data-tool="draw"][data-of="target"]');
  assert.equal(await page.getAttribute('[data-tool="draw"][data-of="target"]', "aria-pressed"), "false");
  assert.deepEqual(errors, []);
  await context.close();
});

test("a finger scrolls over the pad until Pen is pressed", { skip: inChromium("it is not told to touch") }, async () => {
  const context = await chrome.newContext({ viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
  const { page, errors } = await open(context, alone(server, "edit"));
  const blank = await picture(page, "#edit-pad");
  const box = await page.locator("#edit-pad").boundingBox();
  const tap = () => page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
  await tap();
  assert.equal(await picture(page, "#edit-pad"), blank);
  assert.match(await page.textContent("#edit-text"), /Press Pen to draw with a finger/);
  await page.click('[data-tool="draw"]');
  await tap();
  await page.waitForFunction((text) => part("#edit-pad").toDataURL() !== text, blank);
  assert.deepEqual(errors, []);
  await context.close();
});
