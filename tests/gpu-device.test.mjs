// What the engine asks a browser's WebGPU for, on Dawn's null backend in Node: nothing that some device lacks, once, and not for ever.
import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { model } from "../scripts/engines.mjs";
import { engineModule, provideWebGPU } from "../scripts/node-gpu.mjs";

// WebGPU's defaults, https://www.w3.org/TR/webgpu/#limits.
const DEFAULTS = {
  maxStorageBuffersPerShaderStage: 8,
  maxStorageBufferBindingSize: 134217728,
  maxBufferSize: 268435456,
  maxComputeWorkgroupStorageSize: 16384,
  maxBindingsPerBindGroup: 1000,
};

let module;
let asked; // descriptors of requestDevice
let adapters; // how often an adapter was asked for
const originals = {};

before(async () => {
  await provideWebGPU("null");
  module = await engineModule("gpu");
  originals.requestDevice = GPUAdapter.prototype.requestDevice;
  originals.requestAdapter = Object.getPrototypeOf(navigator.gpu).requestAdapter;
});

beforeEach(() => {
  asked = [];
  adapters = 0;
  GPUAdapter.prototype.requestDevice = function (descriptor) {
    asked.push(descriptor);
    return originals.requestDevice.call(this, descriptor);
  };
  answer((adapter) => adapter);
});

/** What `requestAdapter` resolves to, made from the adapter that there is. */
function answer(make) {
  Object.getPrototypeOf(navigator.gpu).requestAdapter = async function (options) {
    adapters += 1;
    return make(await originals.requestAdapter.call(this, options));
  };
}

const open = () => module.Engine.open("webgpu");

test("the device asks for default limits and no feature, and the adapter is asked for once", async () => {
  (await open()).free();
  assert.equal(adapters, 1);
  assert.equal(asked.length, 1);
  const [{ requiredFeatures = [], requiredLimits }] = asked;
  assert.deepEqual([...requiredFeatures], []);
  for (const [name, value] of Object.entries(DEFAULTS)) {
    assert.ok(requiredLimits[name] === undefined || requiredLimits[name] <= value, `${name}: ${requiredLimits[name]} of ${value}`);
  }
});

test("an adapter without timestamp queries is used", async () => {
  answer((adapter) => {
    const features = new Set([...adapter.features].filter((name) => name !== "timestamp-query"));
    return Object.defineProperty(adapter, "features", { value: features, configurable: true });
  });
  const engine = await open();
  assert.ok(!asked[0].requiredFeatures?.includes?.("timestamp-query"));
  // A training step makes its streams; without the remedy CubeCL panics at the first.
  const lab = engine.lab(
    JSON.stringify({
      source: { kind: "gaussian" },
      target: { kind: "moons" },
      path: "cond-ot",
      sigma_min: 0,
      coupling: "independent",
      epsilon: 0.1,
      width: 16,
      depth: 1,
      batch: 16,
      rate: 0.002,
      time: "uniform",
      ema: 0.9,
      seed: 1,
    }),
  );
  assert.equal((await lab.train(2)).losses.length, 2);
});

test("a device that computes nothing is refused when a network is loaded", async () => {
  const engine = await open();
  await assert.rejects(engine.load(model("digits")), { name: "DeviceError", message: /computes this network wrongly/ });
});

test("no adapter is a sentence", async () => {
  Object.getPrototypeOf(navigator.gpu).requestAdapter = () => Promise.resolve(null);
  await assert.rejects(open(), { name: "DeviceError", message: "the browser found no GPU it can use" });
  Object.getPrototypeOf(navigator.gpu).requestAdapter = () => Promise.reject(new Error("switched off"));
  await assert.rejects(open(), { name: "DeviceError", message: /refused the GPU.*switched off/ });
});

test("a browser that never answers is not waited for", { timeout: 60_000 }, async (t) => {
  // The engine's own clock, run fast.
  const { setTimeout: slow } = globalThis;
  t.after(() => (globalThis.setTimeout = slow));
  globalThis.setTimeout = (f, ms, ...rest) => slow(f, ms / 100, ...rest);
  Object.getPrototypeOf(navigator.gpu).requestAdapter = () => new Promise(() => {});
  await assert.rejects(open(), { name: "DeviceError", message: /asked to find a GPU and did not answer in 10 seconds/ });
  Object.getPrototypeOf(navigator.gpu).requestAdapter = originals.requestAdapter;
  GPUAdapter.prototype.requestDevice = () => new Promise(() => {});
  await assert.rejects(open(), { name: "DeviceError", message: /asked to open a GPU device and did not answer/ });
});
