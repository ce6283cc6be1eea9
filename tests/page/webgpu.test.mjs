// The page on WebGPU (Chromium's software adapter), without it, and when it breaks.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { alone, blocked, browser, computes, done, open, picture, serve } from "./harness.mjs";
import { engine, gray, same, skip } from "./gpu.mjs";
import { SMALL, figure, message, step, stopped, visit } from "./lab-page.mjs";

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

const ONE = "digits=1&steps=2&guidance=1";
const ON_GPU = `${ONE}&device=webgpu`;

test("without WebGPU the CPU computes and the page says why", async (t) => {
  const chrome = await started(t, { webgpu: false });
  const { page, errors } = await open(await chrome.newContext(), alone(server, "digits", ONE, "view"));
  await done(page);
  await page.waitForFunction(() => /WebGPU is not used/.test(part("#engine").textContent));
  assert.equal(await engine(page), "cpu");
  assert.match(
    await page.textContent("#engine"),
    /^Device: CPU\. WebGPU is not used: (this browser has no WebGPU|the browser found no GPU it can use)\.$/,
  );
  assert.deepEqual(errors, []);
});

test("with WebGPU it computes there, and the CPU draws the same digit", { skip }, async (t) => {
  const chrome = await started(t, { webgpu: true });
  const context = await chrome.newContext();
  const { page, errors } = await open(context, alone(server, "digits", ON_GPU, "view"));
  await done(page, 240_000);
  assert.equal(await engine(page), "webgpu", await page.textContent("#engine"));
  assert.match(await page.textContent("#engine"), /^Device: WebGPU \(.+\), as chosen\.$/);
  assert.deepEqual(errors, []);
  const onGpu = await gray(page);
  await computes(page, () => page.selectOption('[name="device"]', "cpu"));
  assert.equal(await engine(page), "cpu");
  const onCpu = await gray(page);
  same(onGpu, onCpu);
});

test("the page is not blocked while WebGPU samples", { skip }, async (t) => {
  const chrome = await started(t, { webgpu: true });
  const { page } = await open(await chrome.newContext(), alone(server, "digits", ON_GPU, "view"));
  await done(page, 240_000);
  assert.deepEqual(await blocked(page, () => computes(page, () => page.click("#again"))), []);
  assert.equal(await engine(page), "webgpu");
});

test("a GPU that is lost midway is said, and the CPU finishes the run", { skip }, async (t) => {
  const chrome = await started(t, { webgpu: true });
  const { page } = await open(await chrome.newContext(), alone(server, "digits", "digits=4&steps=32&device=webgpu", "view"));
  await page.waitForFunction(() => Number(part("#figure").dataset.frames) >= 1, undefined, { timeout: 240_000 });
  assert.equal(await engine(page), "webgpu", await page.textContent("#engine"));
  await page.evaluate(() => part("flow-lab").figure.destroyDevice());
  await page.waitForFunction(() => part("#engine").dataset.engine === "cpu", undefined, { timeout: 60_000 });
  assert.match(await page.textContent("#engine"), /^Device: CPU\. WebGPU is not used: it failed \(.+\)\.$/);
  await done(page);
  assert.equal(await page.textContent("#nfe"), "64");
  assert.ok((await picture(page)).length > 1000);
});

const TINY = `${SMALL.replace("until=120", "until=12")}&lab.device=webgpu`;

test("the lab without WebGPU says why and trains on the CPU", async (t) => {
  const chrome = await started(t, { webgpu: false });
  const { page, errors } = await visit(chrome, server, TINY);
  assert.match(await message(page), /WebGPU is not used: (this browser has no WebGPU|the browser found no GPU).*The CPU computes instead/);
  assert.ok(!(await page.evaluate(() => location.hash)).includes("lab.device"));
  await page.click("#lab-train");
  await stopped(page, 12);
  await page.waitForFunction(() => /^Training on the CPU, in a worker: [\d.]+ ms a step\.$/.test(part("#lab-engine").textContent));
  assert.deepEqual(errors, []);
});

/** An experiment that takes the CPU so long that a GPU may be faster. */
const LARGE = "lab.width=256&lab.batch=1024&lab.until=6&lab.particles=200";

test("where the CPU is slow the lab says how fast WebGPU is, and stays where it is", { skip }, async (t) => {
  const chrome = await started(t, { webgpu: true });
  const { page, errors } = await visit(chrome, server, LARGE);
  await page.click("#lab-train");
  await stopped(page, 6);
  const said = /^Training on the CPU, in a worker: [\d.]+ ms a step\. WebGPU \(.+\) would take [\d.]+ ms\.$/;
  await page.waitForFunction((text) => new RegExp(text).test(part("#lab-engine").textContent), said.source, { timeout: 240_000 });
  assert.deepEqual(errors, []);
});

test("the lab trains on WebGPU as it does on the CPU", { skip }, async (t) => {
  const chrome = await started(t, { webgpu: true });
  const { page, errors } = await visit(chrome, server, TINY, {}, 240_000);
  assert.match(await page.textContent("#lab-engine"), /^Training on WebGPU/, await message(page));
  await page.click("#lab-train");
  await stopped(page, 12);
  const onGpu = await figure(page, "w2");
  // The other device is tried beside it.
  await page.waitForFunction(() => /ms a step\. The CPU would take [\d.]+ ms\.$/.test(part("#lab-engine").textContent), undefined, {
    timeout: 60_000,
  });
  await page.selectOption('[name="lab.device"]', "cpu");
  await page.waitForFunction(() => /^Training on the CPU/.test(part("#lab-engine").textContent));
  await page.waitForFunction(() => part("#lab").dataset.ready === "true");
  assert.equal(await step(page), 0, "another engine begins again");
  await page.click("#lab-train");
  await stopped(page, 12);
  const onCpu = await figure(page, "w2");
  assert.ok(Math.abs(onGpu - onCpu) < 0.02, `W2 ${onGpu} on WebGPU, ${onCpu} on the CPU`);
  assert.deepEqual(errors, []);
});
