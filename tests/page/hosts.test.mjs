// Pages of other people, as strict or as confined as they come: sandboxed frames, srcdoc, Trusted Types, cross-origin isolation.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { inChromium, open, setUp } from "./harness.mjs";

const { chrome, server } = await setUp();

const FIGURE = `<flow-lab figure="paths" steps="4"></flow-lab>`;
const SCRIPT = `<script type="module" src="${server.url}flow-lab.js"></script>`;
const FRAME = `${server.url}embed.html#figure=paths&paths.steps=4`;

/** Opens a page with `body` on an origin of its own. */
async function visit(body, headers = {}) {
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8" /><title>host</title><link rel="icon" href="data:," /></head><body>${body}</body></html>`;
  const host = createServer((_, response) => response.writeHead(200, { "content-type": "text/html", ...headers }).end(html));
  await new Promise((resolve) => host.listen(0, "localhost", resolve));
  host.unref();
  const context = await chrome.newContext({ viewport: { width: 900, height: 1000 } });
  const opened = await open(context, `http://localhost:${host.address().port}/`);
  return { ...opened, close: () => Promise.all([context.close(), host.close()]) };
}

/** Waits until the figure in `frame` has computed its paths. */
const computed = (frame) =>
  frame.waitForFunction(() => document.querySelector("flow-lab")?.shadowRoot?.querySelector("#paths-nfe")?.textContent === "4", undefined, {
    timeout: 60_000,
  });

/** The frame that a page has. */
async function inner(page) {
  const frame = page.frames()[1];
  await frame.waitForSelector("flow-lab", { state: "attached", timeout: 30_000 });
  return frame;
}

test("in a sandboxed frame, which has no origin", async () => {
  const { page, errors, close } = await visit(`<iframe sandbox="allow-scripts" width="800" height="900" src="${FRAME}"></iframe>`);
  await computed(await inner(page));
  assert.deepEqual(errors, []);
  await close();
});

test("the element in a sandboxed srcdoc, as notebooks show output", async () => {
  const document = `${SCRIPT}${FIGURE}`.replaceAll('"', "'");
  const { page, errors, close } = await visit(`<iframe sandbox="allow-scripts" width="800" height="900" srcdoc="${document}"></iframe>`);
  await computed(await inner(page));
  assert.deepEqual(errors, []);
  await close();
});

test("under Trusted Types", { skip: inChromium("it has no Trusted Types") }, async () => {
  for (const policy of ["require-trusted-types-for 'script'", "require-trusted-types-for 'script'; trusted-types flow-lab"]) {
    const { page, errors, close } = await visit(`${SCRIPT}${FIGURE}<flow-lab id="race" figure="race"></flow-lab>`, {
      "content-security-policy": policy,
    });
    await computed(page);
    await page.locator("flow-lab#race").scrollIntoViewIfNeeded();
    await page.waitForSelector("#race-start");
    assert.deepEqual(errors, []);
    await close();
  }
});

test("in a page that is isolated from other origins: the element, and a frame without credentials", {
  skip: inChromium("it has no such frames"),
}, async () => {
  const headers = { "cross-origin-embedder-policy": "require-corp", "cross-origin-opener-policy": "same-origin" };
  const { page, errors, close } = await visit(`${SCRIPT}${FIGURE}<iframe credentialless width="800" height="900" src="${FRAME}"></iframe>`, headers);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  await computed(page);
  await page.$eval("iframe", (frame) => frame.scrollIntoView());
  await computed(await inner(page));
  assert.deepEqual(errors, []);
  await close();
});

test("in a page that runs from right to left, time runs from left to right", async () => {
  const { page, errors, close } = await visit(`<script>document.documentElement.dir = "rtl";</script>${SCRIPT}${FIGURE}`);
  await computed(page);
  const slider = page.locator("#paths-time");
  await slider.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await slider.boundingBox();
  for (const share of [0.2, 0.9]) {
    await page.mouse.click(x + share * width, y + height / 2);
    assert.ok(Math.abs(Number(await slider.inputValue()) - share) < 0.1, `${share}: ${await slider.inputValue()}`);
  }
  assert.deepEqual(errors, []);
  await close();
});
