// Our engines and WebGPU in Node, without a browser: Dawn, Chromium's WebGPU, from the npm package `webgpu`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);

/** A package that scripts/setup installed. CommonJS resolution sees NODE_PATH; imports do not. */
export const fromNpm = (name) => import(pathToFileURL(require.resolve(name)).href);

/** Launches, submits, mapped ranges and the first error of WebGPU since they were last looked at; lines of the longest shader of all. */
export class Counter {
  launches = 0;
  submits = 0;
  reads = 0;
  lines = 0;
  error = null;

  take() {
    const { launches, submits, reads, lines, error } = this;
    this.launches = this.submits = this.reads = 0;
    this.error = null;
    return { launches, submits, reads, lines, error };
  }
}

function count(prototype, names, note) {
  for (const name of names) {
    const original = prototype[name];
    prototype[name] = function (...args) {
      note();
      return original.apply(this, args);
    };
  }
}

/**
 * Gives this process a `navigator.gpu`: Dawn on `backend`, "null" (everything is valid, nothing is computed) or "default" (the machine's
 * driver). Returns a {@link Counter} of what is done with it.
 */
export async function provideWebGPU(backend) {
  const { create, globals } = await fromNpm("webgpu");
  Object.assign(globalThis, globals);
  const gpu = create(backend === "default" ? [] : [`backend=${backend}`]);
  // What wgpu looks for in a browser.
  globalThis.Window = class Window {};
  globalThis.window = globalThis;
  Object.setPrototypeOf(globalThis, Window.prototype);
  Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "Node", hardwareConcurrency: 1 }, configurable: true });

  const counter = new Counter();
  count(GPUComputePassEncoder.prototype, ["dispatchWorkgroups", "dispatchWorkgroupsIndirect"], () => (counter.launches += 1));
  count(GPUQueue.prototype, ["submit"], () => (counter.submits += 1));
  const module = GPUDevice.prototype.createShaderModule;
  GPUDevice.prototype.createShaderModule = function (described) {
    counter.lines = Math.max(counter.lines, described.code.split("\n").length);
    return module.call(this, described);
  };
  const requested = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    const device = await requested.apply(this, args);
    device.addEventListener("uncapturederror", (event) => (counter.error ??= event.error.message));
    return device;
  };
  const mapped = GPUBuffer.prototype.getMappedRange;
  GPUBuffer.prototype.getMappedRange = function (...args) {
    const range = mapped.apply(this, args);
    counter.reads += 1;
    // The null backend maps whatever stood there.
    if (backend === "null") new Uint8Array(range).fill(0);
    return range;
  };
  return counter;
}

/** The module of an engine, "cpu" or "gpu", ready for use. */
export async function engineModule(name) {
  const folder = join(process.env.FLOW_LAB_ENGINES, name);
  const module = await import(pathToFileURL(join(folder, "flow_lab.js")).href);
  await module.default({ module_or_path: readFileSync(join(folder, "flow_lab_bg.wasm")) });
  return module;
}
