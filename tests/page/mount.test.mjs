// Figures that are put into a page and taken out of it again and again leave nothing behind: no listener, observer, timer or worker.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FIGURES } from "../../www/figures/all.js";
import { counting } from "./counting.mjs";
import { FIREFOX, open, setUp } from "./harness.mjs";

// Ten moments: in Firefox, which runs them after Chromium did, each twice.
const ROUNDS = FIREFOX ? 20 : 100;

const { chrome, server } = await setUp();

/** Runs in the page. `mount(figure, round)` puts a figure into the page and takes it out at one of ten moments. */
function mounting() {
  const frame = () => new Promise((resolve) => plain.requestAnimationFrame(resolve));
  const wait = (ms) => new Promise((resolve) => plain.setTimeout(resolve, ms));
  const put = (element) => {
    const ready = new Promise((resolve) => {
      element.addEventListener("flow-lab-ready", resolve, { once: true });
    });
    document.body.append(element);
    return ready;
  };
  const busy = (element) => element.shadowRoot.querySelector('[aria-busy="true"]');
  /** At work; where the machine is slow, before. */
  async function atWork(element) {
    await put(element);
    for (let i = 0; i < 25 && !busy(element); i += 1) await wait(20);
  }
  const moments = [
    (element) => void document.body.append(element),
    atWork,
    async (element) => document.body.append(element),
    put,
    async (element) => {
      document.body.append(element);
      await frame();
    },
    async (element) => {
      await atWork(element);
      await wait(600);
    },
    async (element) => {
      document.body.append(element);
      await frame();
      await frame();
    },
    // Moved on the way: what listens to the place before is not to go on.
    async (element) => {
      await put(element);
      element.remove();
      await put(element);
    },
    async (element) => {
      await put(element);
      element.setAttribute("theme", "dark");
      await frame();
      element.style.width = "400px";
      await frame();
    },
    async (element) => {
      await put(element);
      await frame();
    },
  ];
  window.mount = async (figure, round) => {
    const element = document.createElement("flow-lab");
    element.setAttribute("figure", figure);
    await moments[round % moments.length](element);
    const held = alive();
    element.remove();
    return held;
  };
}

/** Of which kind there is more now than `before`, waiting for what is on its way out. */
const left = (page, before) =>
  page.evaluate(async (first) => {
    for (let i = 0; ; i += 1) {
      const more = Object.entries(alive()).filter(([kind, count]) => count > (first[kind] ?? 0));
      if (!more.length || i === 100) return Object.fromEntries(more.map(([kind, count]) => [kind, count - (first[kind] ?? 0)]));
      await new Promise((resolve) => plain.setTimeout(resolve, 100));
    }
  }, before);

for (const figure of Object.keys(FIGURES)) {
  test(`${figure} leaves nothing behind, ${ROUNDS} times`, async () => {
    const context = await chrome.newContext({ viewport: { width: 1000, height: 800 } });
    await context.addInitScript(counting);
    await context.addInitScript(mounting);
    const { page, errors } = await open(context, `${server.url}embed.html`); // without a figure: it defines the element
    await page.waitForFunction(() => customElements.get("flow-lab"));
    const empty = await page.evaluate(() => alive());
    const held = await page.evaluate((name) => mount(name, 1), figure);
    assert.ok(Object.values(held).length > Object.values(empty).length + 3, `nothing was counted: ${JSON.stringify(held)}`);
    const before = await page.evaluate(async () => {
      await new Promise((resolve) => plain.setTimeout(resolve, 1000));
      return alive();
    });
    await page.evaluate(
      async ([name, rounds]) => {
        for (let round = 0; round < rounds; round += 1) await mount(name, round);
      },
      [figure, ROUNDS],
    );
    assert.deepEqual(await left(page, before), {}, "left behind");
    assert.equal(before.Worker ?? 0, 0);
    assert.deepEqual(errors, []);
    await context.close();
  });
}
