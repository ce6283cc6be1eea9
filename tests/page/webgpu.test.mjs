// The page on WebGPU (Chromium's software adapter), without it, and when it breaks.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { alone, blocked, browser, computes, done, open, picture, serve } from "./harness.mjs";
import { SMALL, figure, message, step, stopped, visit } from "./lab-page.mjs";

const NO_WEBGPU = Boolean(process.env.FLOW_LAB_NO_WEBGPU);
const skip = NO_WEBGPU && "SKIPPED: no WebGPU adapter is expected here (FLOW_LAB_NO_WEBGPU)";

let server;
before(async () => {
  server = await serve();
});
after(() => server?.close());

/** A browser until the test is over, however it ends. */
async function started(t, options) {
  const chrome = await browser(options);
  t.after(() => chrome.close());
  return chrome;
}

const engine = (page) => page.$eval("#engine", (e) => e.dataset.engine);
const ONE = "digits=1&steps=2&guidance=1";

test("without WebGPU the CPU computes and the page says why", async (t) => {
  const chrome = await started(t, { webgpu: false });
  const { page, errors } = await open(await chrome.newContext(), alone(server, "digits", ONE, "view"));
  await done(page);
  assert.equal(await engine(page), "cpu");
  assert.match(await page.textContent("#engine"), /Computing on the CPU: (this browser has no WebGPU|the browser found no GPU)/);
  assert.deepEqual(errors, []);
});

test("with WebGPU it computes there, and the CPU draws the same digit", { skip }, async (t) => {
  const chrome = await started(t, { webgpu: true });
  const context = await chrome.newContext();
  const { page, errors } = await open(context, alone(server, "digits", ONE, "view"));
  await done(page, 240_000);
  assert.equal(await engine(page), "webgpu", await page.textContent("#engine"));
  assert.deepEqual(errors, []);
  const grey = (p) =>
    p.$eval("#grid", (canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
    });
  const onGpu = await grey(page);
  await computes(page, () => page.selectOption('[name="engine"]', "cpu"));
  assert.equal(await engine(page), "cpu");
  const onCpu = await grey(page);
  const worst = onGpu.reduce((most, v, i) => Math.max(most, Math.abs(v - onCpu[i])), 0);
  // A hundredth of the grey scale, and one for rounding.
  assert.ok(worst <= 4, `pixels differ by up to ${worst} of 255`);
});

test("the page is not blocked while WebGPU samples", { skip }, async (t) => {
  const chrome = await started(t, { webgpu: true });
  const { page } = await open(await chrome.newContext(), alone(server, "digits", ONE, "view"));
  await done(page, 240_000);
  assert.deepEqual(await blocked(page, () => computes(page, () => page.click("#again"))), []);
  assert.equal(await engine(page), "webgpu");
});

test("a GPU that is lost midway is said, and the CPU finishes the run", { skip }, async (t) => {
  const chrome = await started(t, { webgpu: true });
  const { page } = await open(await chrome.newContext(), alone(server, "digits", "digits=4&steps=32", "view"));
  await page.waitForFunction(() => Number(part("#figure").dataset.frames) >= 1, undefined, { timeout: 240_000 });
  assert.equal(await engine(page), "webgpu", await page.textContent("#engine"));
  await page.evaluate(() => part("flow-lab").figure.destroyDevice());
  await page.waitForFunction(() => part("#engine").dataset.engine === "cpu", undefined, { timeout: 60_000 });
  assert.match(await page.textContent("#engine"), /WebGPU failed/);
  await done(page);
  assert.equal(await page.textContent("#nfe"), "32");
  assert.ok((await picture(page)).length > 1000);
});

const TINY = `${SMALL.replace("until=120", "until=12")}&lab.engine=webgpu`;

test("the lab without WebGPU says why and trains on the CPU", async (t) => {
  const chrome = await started(t, { webgpu: false });
  const { page, errors } = await visit(chrome, server, TINY);
  assert.match(await message(page), /WebGPU is not used: (this browser has no WebGPU|the browser found no GPU).*The CPU computes instead/);
  assert.ok(!(await page.evaluate(() => location.hash)).includes("lab.engine"));
  await page.click("#lab-train");
  await stopped(page, 12);
  assert.deepEqual(errors, []);
});

test("the lab trains on WebGPU as it does on the CPU", { skip }, async (t) => {
  const chrome = await started(t, { webgpu: true });
  const { page, errors } = await visit(chrome, server, TINY, {}, 240_000);
  assert.match(await page.textContent("#lab-engine"), /^Training on WebGPU/, await message(page));
  await page.click("#lab-train");
  await stopped(page, 12);
  const onGpu = await figure(page, "w2");
  await page.selectOption('[name="lab.engine"]', "cpu");
  await page.waitForFunction(() => /^Training on the CPU/.test(part("#lab-engine").textContent));
  await page.waitForFunction(() => part("#lab").dataset.ready === "true");
  assert.equal(await step(page), 0, "another engine begins again");
  await page.click("#lab-train");
  await stopped(page, 12);
  const onCpu = await figure(page, "w2");
  assert.ok(Math.abs(onGpu - onCpu) < 0.02, `W2 ${onGpu} on WebGPU, ${onCpu} on the CPU`);
  assert.deepEqual(errors, []);
});
