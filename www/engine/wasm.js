// Opens an engine in a worker: the build of the crate for a device, its WebAssembly, the device.
import { ENGINES, TILE, WASM } from "./assets.js";

/** Time for a device to open, once the engine is there. A browser that takes longer never answers. */
const OPEN_MS = 20_000;

const OFF = "This browser has WebAssembly turned off, and the figures compute with it. Allow WebAssembly for this page, or use another browser.";

const FORBIDDEN =
  "This page's Content-Security-Policy forbids WebAssembly, and the figures compute with it. Its author can allow it: script-src 'wasm-unsafe-eval'.";

/** Why nothing can be computed here, as a sentence, or null. */
export const webAssemblyObstacle = () => (typeof WebAssembly === "undefined" ? OFF : null);

/** Whether the engine's WebAssembly stopped: its module cannot be used any more. */
export const isTrap = (error) => typeof WebAssembly !== "undefined" && error instanceof WebAssembly.RuntimeError;

/** The build of the crate that computes on a device, "cpu" or "webgpu": the names that links and attributes use. */
const buildOf = (device) => (device === "webgpu" ? "gpu" : "cpu");

const compiling = new Map(); // build → a promise of its compiled code

/**
 * In the page: the compiled code of the build for `device`, or null where it cannot be had here; then the worker that needs it gets and
 * compiles it itself, and says what is wrong. Workers are given one code, so that it is compiled once, and what the browser
 * optimizes of it serves all of them. (Firefox, seen in 140 ESR, now and then never finishes what a worker compiles while it
 * loads, if another worker that did the same was ended shortly before.)
 */
export function compiled(device) {
  const build = buildOf(device);
  if (!compiling.has(build)) {
    const code = compile(WASM[build]).catch(() => {
      compiling.delete(build); // the next figure tries again
      return null;
    });
    compiling.set(build, code);
  }
  return compiling.get(build);
}

async function compile(url) {
  const answer = await fetch(url);
  if (!answer.ok) return null;
  const streams = answer.headers.get("content-type") === "application/wasm";
  return streams ? WebAssembly.compileStreaming(answer) : WebAssembly.compile(await answer.arrayBuffer());
}

/**
 * {module, engine}: an engine on `device`, and what wasm-bindgen made of its build; `code`: see {@link compiled}; `fused`: whether products on
 * the CPU are rounded together with their sums where the browser can, which is faster and changes the last bits of what comes out.
 */
export async function openEngine(device, code, fused = false) {
  const obstacle = webAssemblyObstacle();
  if (obstacle) throw new Error(obstacle);
  const module = await ENGINES[buildOf(device)]();
  await instantiate(module, code);
  if (fused && device === "cpu") await fuse(module);
  return { module, engine: await inTime(module.Engine.open(device)) };
}

async function instantiate(module, code) {
  try {
    const exports = await module.default(code ? { module_or_path: code } : undefined);
    self.memory = exports.memory; // for those who look at it from outside: tests, developer tools
  } catch (error) {
    // By its words: a damaged file is a CompileError too.
    throw /\bCSP\b|Content Security Policy|disallowed by embedder/i.test(error.message) ? new Error(FORBIDDEN) : error;
  }
}

async function fuse(module) {
  const tile = Uint8Array.from(atob(TILE), (c) => c.charCodeAt(0));
  if (!WebAssembly.validate(tile)) return; // no relaxed SIMD here
  const { instance } = await WebAssembly.instantiate(tile, { engine: { memory: self.memory } });
  module.useTile(instance.exports.tile);
}

/** What `opening` comes to, unless it takes too long. */
function inTime(opening) {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`the device did not open within ${OPEN_MS / 1000} s`));
    const timer = setTimeout(late, OPEN_MS);
    opening.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
