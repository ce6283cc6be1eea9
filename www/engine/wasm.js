// Opens an engine in a worker: the build of the crate for a device, its WebAssembly, the device.
import { ENGINES, WASM } from "./assets.js";

/** Time for a device to open, once the engine is there. A browser that takes longer never answers. */
const OPEN_MS = 20_000;

const OFF = "This browser has WebAssembly turned off, and the figures compute with it. Allow WebAssembly for this page, or use another browser.";

/** Why nothing can be computed here, as a sentence, or null. */
export const webAssemblyObstacle = () => (typeof WebAssembly === "undefined" ? OFF : null);

/** Whether the engine's WebAssembly stopped: its module cannot be used any more. */
export const isTrap = (error) => typeof WebAssembly !== "undefined" && error instanceof WebAssembly.RuntimeError;

/** The build of the crate that computes on a device, "cpu" or "webgpu": the names that links and attributes use. */
const buildOf = (device) => (device === "webgpu" ? "gpu" : "cpu");

// () → v128 by f32x4.relaxed_madd of three zeros.
const MADD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0];
const ZERO = [65, 0, 253, 17];

/** Whether this browser has fused multiplication and addition (WebAssembly's relaxed SIMD). */
const fuses = () => WebAssembly.validate(new Uint8Array([...MADD, ...ZERO, ...ZERO, ...ZERO, 253, 133, 2, 11]));

const compiling = new Map(); // a file of {@link WASM} → a promise of its compiled code

/**
 * In the page: the compiled code of the build for `device`, or null where it cannot be had here; then the worker that needs it gets and
 * compiles it itself, and says what is wrong. Workers are given one code, so that it is compiled once, and what the browser
 * optimizes of it serves all of them. (Firefox, seen in 140 ESR, now and then never finishes what a worker compiles while it
 * loads, if another worker that did the same was ended shortly before.)
 *
 * `fused`: the CPU may round a product and its sum at once, which is faster. Values then differ in their last bits from those of a
 * browser that cannot, or has only the file that does not.
 */
export function compiled(device, { fused = false } = {}) {
  const build = buildOf(device);
  const file = fused && build === "cpu" && WASM.fused && fuses() ? "fused" : build;
  if (!compiling.has(file)) {
    const code = compile(WASM[file]).catch(() => {
      compiling.delete(file); // the next figure tries again
      return null;
    });
    compiling.set(file, code);
  }
  return compiling.get(file);
}

async function compile(url) {
  const answer = await fetch(url);
  if (!answer.ok) return null;
  const streams = answer.headers.get("content-type") === "application/wasm";
  return streams ? WebAssembly.compileStreaming(answer) : WebAssembly.compile(await answer.arrayBuffer());
}

/** {module, engine}: an engine on `device`, and what wasm-bindgen made of its build; `code`: see {@link compiled}. */
export async function openEngine(device, code) {
  const obstacle = webAssemblyObstacle();
  if (obstacle) throw new Error(obstacle);
  const module = await ENGINES[buildOf(device)]();
  await instantiate(module, code);
  return { module, engine: await inTime(module.Engine.open(device)) };
}

async function instantiate(module, code) {
  try {
    const exports = await module.default(code ? { module_or_path: code } : undefined);
    self.memory = exports.memory; // for those who look at it from outside: tests, developer tools
  } catch (error) {
    // By its words: a damaged file is a CompileError too.
    throw /\bCSP\b|Content Security Policy|disallowed by embedder/i.test(error.message) ? new Error(OFF) : error;
  }
}

/** What `opening` comes to, unless it takes too long. */
function inTime(opening) {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`the device did not open within ${OPEN_MS / 1000} s`));
    const timer = setTimeout(late, OPEN_MS);
    opening.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
