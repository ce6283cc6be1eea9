// Starts an engine's WebAssembly in a worker.

/**
 * `module`: what wasm-bindgen made. Firefox (seen in 140 ESR) now and then never finishes what it compiles while it loads, if a worker that did
 * the same was ended shortly before; there it is loaded first. Elsewhere compiling while loading is quicker, and its result is cached.
 */
export async function instantiate(module) {
  if (navigator.userAgent.includes("Firefox/")) WebAssembly.instantiateStreaming = undefined;
  self.memory = (await module.default()).memory; // for those who look at it from outside: tests, developer tools
}
