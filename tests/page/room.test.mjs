// The room that figures take: kept free before they are there, so that a page does not jump.
import assert from "node:assert/strict";
import { test } from "node:test";
import { height } from "../../www/element/room.js";
import { FIGURES } from "../../www/figures/all.js";
import { open, setUp } from "./harness.mjs";

const { chrome, server } = await setUp();

/** "More settings" are closed, as a reader finds them. */
const folded = (context) => context.addInitScript(() => (window.folded = true));

test("heights between those measured", () => {
  const heights = { all: { 400: 1000, 800: 600 }, main: { 400: 500 } };
  assert.deepEqual(
    [300, 400, 500, 800, 900].map((width) => height(heights, width)),
    [1000, 1000, 900, 600, 600],
  );
  assert.equal(height(heights, 300, "main"), 500);
});

test("the heights that are known are those that figures have", async () => {
  const found = {};
  for (const width of [390, 720, 960]) {
    const context = await chrome.newContext({ viewport: { width: width + 40, height: 900 }, reducedMotion: "reduce" });
    await folded(context);
    const { page } = await open(context, `${server.url}embed.html`);
    for (const [name, controls] of Object.keys(FIGURES).flatMap((figure) => ["all", "main"].map((set) => [figure, set]))) {
      const measured = await page.evaluate(
        async ([figure, set, wide]) => {
          const element = document.createElement("flow-lab");
          element.setAttribute("figure", figure);
          element.setAttribute("start", "press");
          element.setAttribute("controls", set);
          element.style.width = `${wide}px`;
          document.body.replaceChildren(element);
          await new Promise((resolve) => {
            element.addEventListener("flow-lab-ready", resolve);
          });
          // Until it grows no more: what a figure computes at once comes a little later.
          const now = () => Math.round(element.getBoundingClientRect().height);
          for (let [before, tries] = [-1, 0]; before !== now() && tries < 20; tries += 1) {
            before = now();
            await new Promise((resolve) => setTimeout(resolve, 500));
          }
          return now();
        },
        [name, controls, width],
      );
      ((found[name] ??= {})[controls] ??= {})[width] = measured;
    }
    await context.close();
  }
  for (const [name, sets] of Object.entries(found)) {
    for (const [controls, measured] of Object.entries(sets)) {
      for (const [width, high] of Object.entries(measured)) {
        const known = FIGURES[name].heights[controls][width];
        assert.ok(Math.abs(known - high) < 0.08 * high, `${name}, ${controls}: ${known} at ${width}, measured ${JSON.stringify(found)}`);
      }
    }
  }
});

test("the article keeps its length as its figures come, on a phone", async () => {
  const context = await chrome.newContext({ viewport: { width: 390, height: 800 }, reducedMotion: "reduce" });
  await folded(context);
  // Each shift with what moved; 0.1 is what a page may have to be called good (web.dev/cls).
  await context.addInitScript(() => {
    window.shifts = [];
    if (!PerformanceObserver.supportedEntryTypes.includes("layout-shift")) return; // Firefox
    const name = ({ node, previousRect, currentRect }) =>
      `${node?.id || node?.localName}: ${previousRect.top} to ${currentRect.top}, ${previousRect.height} to ${currentRect.height}`;
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((e) => ({ value: e.value, of: e.sources.map(name) })))).observe({
      type: "layout-shift",
      buffered: true,
    });
  });
  const { page, errors } = await open(context, server.url);
  await page.waitForFunction(() => customElements.get("flow-lab"));
  const long = () => page.evaluate(() => document.documentElement.scrollHeight);
  const before = await long();
  const count = await page.locator("flow-lab").count();
  for (let i = 0; i < count; i += 1) {
    await page.evaluate((k) => document.querySelectorAll("flow-lab")[k].scrollIntoView({ block: "start" }), i);
    await page.waitForFunction((k) => document.querySelectorAll("flow-lab")[k].shadowRoot?.querySelector(".share"), i, { timeout: 60_000 });
    // Whoever jumps on while a figure above grows moves the page himself: a reader stays until it has come to rest.
    for (let length = -1; length !== (length = await long()); ) await page.waitForTimeout(700);
  }
  await page.waitForTimeout(500);
  const after = await long();
  assert.ok(Math.abs(after - before) < 0.08 * before, `${before} became ${after}`);
  const shifts = await page.evaluate(() => window.shifts);
  const sum = shifts.reduce((all, { value }) => all + value, 0);
  assert.ok(sum < 0.05, `layout shift ${sum}: ${JSON.stringify(shifts)}`);
  assert.deepEqual(errors, []);
  await context.close();
});
