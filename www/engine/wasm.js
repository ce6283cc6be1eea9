// Opens an engine in a worker: the build of the crate for a device, its WebAssembly, the device.
import { ENGINES } from "./assets.js";

/** Time for a device to open, once the engine is there. A browser that takes longer never answers. */
const OPEN_MS = 20_000;

const OFF = "This browser has WebAssembly turned off, and the figures compute with it. Allow WebAssembly for this page, or use another browser.";

/** Why nothing can be computed here, as a sentence, or null. */
export const webAssemblyObstacle = () => (typeof WebAssembly === "undefined" ? OFF : null);

/** Whether the engine's WebAssembly stopped: its module cannot be used any more. */
export const isTrap = (error) => typeof WebAssembly !== "undefined" && error instanceof WebAssembly.RuntimeError;

/** The build of the crate that computes on a device, "cpu" or "webgpu": the names that links and attributes use. */
const buildOf = (device) => (device === "webgpu" ? "gpu" : "cpu");

/** {module, engine}: an engine on `device`, and what wasm-bindgen made of its build. */
export async function openEngine(device) {
  const obstacle = webAssemblyObstacle();
  if (obstacle) throw new Error(obstacle);
  const module = await ENGINES[buildOf(device)]();
  await instantiate(module);
  return { module, engine: await inTime(module.Engine.open(device)) };
}

/**
 * Firefox (seen in 140 ESR) now and then never finishes what it compiles while it loads, if a worker that did the same was ended shortly
 * before; there it is loaded first. Elsewhere compiling while loading is quicker, and its result is cached.
 */
async function instantiate(module) {
  if (navigator.userAgent.includes("Firefox/")) WebAssembly.instantiateStreaming = undefined;
  try {
    self.memory = (await module.default()).memory; // for those who look at it from outside: tests, developer tools
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
