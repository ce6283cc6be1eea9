// GPUs that never answer, lack something, compute nonsense or are lost, and browsers without WebAssembly: each by code that runs before ours.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { beforeWorkers, engine, gray, same, skip } from "./gpu.mjs";
import { DIST, alone, browser, computes, done, open, picture, serve } from "./harness.mjs";
import { message, stopped, visit } from "./lab-page.mjs";

const line = (page) => page.textContent("#engine");
const says = (page, words, timeout = 240_000) =>
  page.waitForFunction((source) => new RegExp(source).test(part("#engine").textContent), words.source, { timeout });

/** The page of a figure, in a browser and from a server of its own until the test is over. */
async function started(t, { webgpu = true, override, init } = {}) {
  const [chrome, server] = await Promise.all([browser({ webgpu }), serve(override)]);
  t.after(() => Promise.all([chrome.close(), server.close()]));
  const context = await chrome.newContext();
  if (init) await context.addInitScript(init);
  const digits = (settings) => open(context, alone(server, "digits", `guidance=1&${settings}`, "view"));
  return { chrome, context, server, digits };
}

/** How often the GPU engine was asked for. */
const gpuEngines = (server) => server.requests.filter((path) => /engine\/gpu-.*\.wasm$/.test(path)).length;

const silent = () => Object.defineProperty(navigator, "gpu", { value: { requestAdapter: () => new Promise(() => {}) } });

test("an adapter that never answers: after some seconds the CPU computes and the page says why", async (t) => {
  const { digits } = await started(t, { webgpu: false, init: silent });
  const { page, errors } = await digits("digits=1&steps=2&device=webgpu");
  await done(page, 30_000);
  assert.equal(await line(page), "Device: CPU. WebGPU is not used: the browser did not answer when asked for a GPU.");
  assert.deepEqual(errors, []);
});

test("the lab does not wait for such an adapter either", async (t) => {
  const { chrome, server } = await started(t, { webgpu: false });
  const newContext = async (options) => {
    const context = await chrome.newContext(options);
    await context.addInitScript(silent);
    return context;
  };
  const { page } = await visit({ newContext }, server, "lab.width=32&lab.batch=64&lab.device=webgpu", {}, 30_000);
  assert.match(await message(page), /WebGPU is not used: the browser did not answer when asked for a GPU\. The CPU computes instead/);
});

test("a device that never answers: its worker is ended, and the CPU computes", { skip }, async (t) => {
  const { digits } = await started(t, {
    override: beforeWorkers("if (self.GPUAdapter) GPUAdapter.prototype.requestDevice = () => new Promise(() => {});"),
  });
  const { page, errors } = await digits("digits=1&steps=2&device=webgpu");
  await done(page, 60_000);
  assert.match(await line(page), /^Device: CPU\. WebGPU is not used: it did not start \(.*did not (answer|open).*\)\.$/);
  assert.equal(page.workers().length, 1);
  assert.deepEqual(errors, []);
});

const NO_TIMESTAMPS = `if (self.GPUAdapter) {
  const { get } = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, "features");
  Object.defineProperty(GPUAdapter.prototype, "features", { get() { return new Set([...get.call(this)].filter((name) => name !== "timestamp-query")); } });
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = function (wanted = {}) {
    if ([...(wanted.requiredFeatures ?? [])].includes("timestamp-query")) return Promise.reject(new TypeError("no timestamps here"));
    return requestDevice.call(this, wanted);
  };
}`;

test("an adapter without timestamps computes", { skip }, async (t) => {
  const { digits } = await started(t, { override: beforeWorkers(NO_TIMESTAMPS) });
  const { page, errors } = await digits("digits=1&steps=2&device=webgpu");
  await done(page, 240_000);
  assert.match(await line(page), /^Device: WebGPU \(.+\), as chosen\.$/);
  assert.deepEqual(errors, []);
});

// The reads of a run; what is read when the network is loaded stays right.
const NONSENSE = `if (self.GPUBuffer) {
  let reads = -Infinity;
  self.addEventListener("message", ({ data }) => data.method === "engine.run" && (reads = 0));
  const { getMappedRange } = GPUBuffer.prototype;
  GPUBuffer.prototype.getMappedRange = function (...range) {
    const bytes = getMappedRange.apply(this, range);
    if (this.usage & GPUBufferUsage.MAP_READ && (reads += 1) > 3) new Float32Array(bytes, 0, bytes.byteLength >> 2).fill(NaN);
    return bytes;
  };
}`;

test("a GPU that computes nonsense midway: the CPU draws the same digits, and the page says so", { skip }, async (t) => {
  const { digits, server } = await started(t, { override: beforeWorkers(NONSENSE) });
  const { page, errors } = await digits("digits=1&steps=6&device=webgpu");
  await says(page, /WebGPU is not used: it failed \(.+\)\.$/);
  await done(page);
  assert.equal(await page.textContent("#nfe"), "12");
  const after = await picture(page);
  await computes(page, () => page.selectOption('[name="device"]', "cpu"));
  assert.equal(await picture(page), after);
  assert.equal(gpuEngines(server), 1);
  assert.deepEqual(errors, []);
});

// One read of the first run, and no other.
const ONCE = NONSENSE.replace("(reads += 1) > 3", "(reads += 1) === 4");

test("a GPU that computes nonsense once is asked again, and draws what it draws otherwise", { skip }, async (t) => {
  assert.notEqual(ONCE, NONSENSE);
  const { digits } = await started(t, { override: beforeWorkers(ONCE) });
  const { page, errors } = await digits("digits=1&steps=6&device=webgpu");
  await done(page, 240_000);
  assert.match(await line(page), /^Device: WebGPU \(.+\), as chosen\.$/);
  assert.equal(await page.textContent("#nfe"), "12");
  const onGpu = await gray(page);
  await computes(page, () => page.selectOption('[name="device"]', "cpu"));
  same(onGpu, await gray(page));
  assert.deepEqual(errors, []);
});

test("a GPU that is lost whenever it computes is not tried again", { skip }, async (t) => {
  // The device of a worker goes with the first run.
  const lost = `if (self.GPUAdapter) {
    let [device, due] = [null, false];
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (...args) { return (device = await requestDevice.apply(this, args)); };
    self.addEventListener("message", ({ data }) => data.method === "engine.run" && (due = true));
    const { submit } = GPUQueue.prototype;
    GPUQueue.prototype.submit = function (...args) { if (due) device.destroy(); return submit.apply(this, args); };
  }`;
  const { digits, server } = await started(t, { override: beforeWorkers(lost) });
  const { page } = await digits("digits=1&steps=4&device=webgpu");
  await says(page, /WebGPU is not used: it failed \(.+\)\.$/);
  await done(page);
  const first = await picture(page);
  for (const wanted of ["auto", "webgpu", "auto"]) {
    await computes(page, () => page.selectOption('[name="device"]', wanted));
    await says(page, /^Device: CPU\. WebGPU is not used: it failed/);
    assert.equal(await picture(page), first);
  }
  assert.equal(gpuEngines(server), 1);
  assert.equal(page.workers().length, 1);
});

test("automatic: a GPU that is lost while nobody waits for it leaves the CPU computing", { skip }, async (t) => {
  const lost = "if (self.GPUQueue) self.addEventListener('message', ({ data }) => data.method === 'engine.run' && self.device?.destroy());";
  const keep =
    "if (self.GPUAdapter) { const { requestDevice } = GPUAdapter.prototype; GPUAdapter.prototype.requestDevice = async function (...args) { return (self.device = await requestDevice.apply(this, args)); }; }";
  const { digits, server } = await started(t, { override: beforeWorkers(lost + keep) });
  const { page } = await digits("digits=1&steps=2&device=auto");
  await done(page);
  await says(page, /^Device: CPU\. WebGPU is not used: it failed/);
  await computes(page, () => page.click("#again"));
  assert.equal(await page.textContent("#nfe"), "4");
  assert.equal(gpuEngines(server), 1);
});

test("automatic: the CPU shows digits before the GPU engine is there", { skip }, async (t) => {
  const { digits, server } = await started(t, { override: (path) => (/engine\/gpu-.*\.wasm$/.test(path) ? { never: true } : null) });
  const { page, errors } = await digits("digits=1&steps=2&device=auto");
  await done(page, 30_000);
  assert.equal(await engine(page), "cpu");
  await says(page, /^Device: CPU, while WebGPU is tried in the background\.$/);
  await page.waitForTimeout(1000);
  assert.equal(gpuEngines(server), 1);
  await computes(page, () => page.click("#again"));
  assert.deepEqual(errors, []);
});

// The software adapter is slower than any CPU: the CPU's clock goes a million times as fast, and it seems the slower one.
const SLOW_CPU = `
  const now = performance.now.bind(performance);
  self.addEventListener("message", ({ data }) => data.method === "engine.open" && data.args[0] === "cpu" && (performance.now = () => 1e6 * now()));
`;

test("automatic: both devices are timed, the faster one computes later runs, and when it is lost the CPU goes on", { skip }, async (t) => {
  const { digits } = await started(t, { override: beforeWorkers(SLOW_CPU) });
  const { page, errors } = await digits("digits=1&steps=3&device=auto");
  await done(page);
  assert.equal(await engine(page), "cpu");
  const onCpu = await gray(page);
  await says(page, /^Device: WebGPU \(.+\), [\d.]+ ms an evaluation; the CPU would take \d+ ms\.$/);
  assert.deepEqual(await gray(page), onCpu, "nothing was drawn anew");
  await computes(page, () => page.click("#again"));
  assert.equal(await engine(page), "webgpu");
  assert.ok(Number((await page.textContent("#ms")).replace(" ms", "")) < 1e6, "the GPU computed it");
  same(await gray(page), onCpu);
  assert.deepEqual(errors, []);
  await page.evaluate(() => part("flow-lab").figure.destroyDevice());
  await computes(page, () => page.click("#again"));
  await says(page, /^Device: CPU\. WebGPU is not used: it failed/);
  assert.deepEqual(await gray(page), onCpu);
});

test("automatic: where the CPU is faster, it goes on computing, and the page says how long WebGPU would take", { skip }, async (t) => {
  const { digits } = await started(t);
  const { page, errors } = await digits("digits=1&steps=2&device=auto");
  await says(page, /^Device: CPU, [\d.]+ ms an evaluation; WebGPU \(.+\) would take \d+ ms\.$/);
  await computes(page, () => page.click("#again"));
  assert.equal(await engine(page), "cpu");
  assert.deepEqual(errors, []);
});

/** A training step on WebGPU, tried beside the lab on a CPU that is slow enough for that, is never answered. */
const NEVER_TRAINS = `
  let gpu = false;
  self.addEventListener("message", (event) => {
    if (event.data.method === "engine.open") gpu = event.data.args[0] === "webgpu";
    if (gpu && event.data.method === "train") event.stopImmediatePropagation();
  });
`;
const SLOW_LAB = "lab.width=128&lab.batch=1024&lab.until=6&lab.particles=200";

/** The page of a lab that trained on the CPU and tries WebGPU. */
async function comparing(t) {
  const { chrome, server } = await started(t, { override: beforeWorkers(NEVER_TRAINS) });
  const { page, errors } = await visit(chrome, server, SLOW_LAB);
  await page.click("#lab-train");
  const second = () => page.waitForEvent("worker", { predicate: () => page.workers().length === 2, timeout: 60_000 });
  if (page.workers().length < 2) await second();
  await stopped(page, 6);
  return { page, errors };
}

const ended = async (page, count, within) => {
  for (const until = Date.now() + within; page.workers().length > count && Date.now() < until; ) await page.waitForTimeout(100);
  assert.equal(page.workers().length, count);
};

test("a device that is tried beside the lab and does not answer is given up", { skip }, async (t) => {
  const { page, errors } = await comparing(t);
  assert.equal(page.workers().length, 2);
  await ended(page, 1, 60_000);
  assert.match(await page.textContent("#lab-engine"), /^Training on the CPU, in a worker: [\d.]+ ms a step\.$/);
  assert.deepEqual(errors, []);
});

test("it is given up at once where the figure goes", { skip }, async (t) => {
  const { page, errors } = await comparing(t);
  await page.evaluate(() => part("flow-lab").remove());
  await ended(page, 0, 1500);
  assert.deepEqual(errors, []);
});

const OFF = /This browser has WebAssembly turned off, and the figures compute with it\. Allow WebAssembly for this page, or use another browser\./;
const BUTTONS = {
  edit: '[data-act="invent"]',
  race: "#race-start",
  "few-steps": "#few-steps-start",
  emoji: "#emoji-start",
  restyle: '[data-act="invent"]',
};
const FORBIDDEN = /This page's Content-Security-Policy forbids WebAssembly, .* script-src 'wasm-unsafe-eval'\./;

/** Every figure says so, in the `words`, and its controls still work. */
async function withoutWebAssembly(context, server, words = OFF) {
  for (const name of ["digits", "paths", "lab", "edit", "race", "few-steps", "emoji", "restyle"]) {
    const { page } = await open(context, alone(server, name, "", BUTTONS[name] ? "press" : "view"));
    if (BUTTONS[name]) await page.click(BUTTONS[name]);
    await page.waitForFunction(
      (source) => new RegExp(source).test(part("flow-lab").shadowRoot.querySelector("[role=alert]")?.textContent),
      words.source,
      { timeout: 30_000 },
    );
    assert.ok(await page.evaluate(() => !part("flow-lab").shadowRoot.querySelector("[role=alert]").hidden), name);
    assert.equal(await page.evaluate(() => parts('[aria-busy="true"]').length), 0, `${name} waits for nothing`);
    if (name === "digits") assert.equal(await line(page), "The engine did not start.");
    await page.close();
  }
}

test("without WebAssembly every figure says so", async (t) => {
  const { context, server } = await started(t, { webgpu: false, init: () => delete globalThis.WebAssembly });
  await withoutWebAssembly(context, server);
});

test("where only workers have none, too", async (t) => {
  const { context, server } = await started(t, { webgpu: false, override: beforeWorkers("delete self.WebAssembly;") });
  await withoutWebAssembly(context, server);
});

test("where a policy forbids it, too", async (t) => {
  const policy = { "content-security-policy": "script-src 'self'" };
  const workers = beforeWorkers("", policy);
  const page = { headers: { "content-type": "text/html", ...policy }, body: readFileSync(join(DIST, "embed.html")) };
  const override = (path) => (path.endsWith("/embed.html") ? page : workers(path));
  const { context, server } = await started(t, { webgpu: false, override });
  await withoutWebAssembly(context, server, FORBIDDEN);
});
