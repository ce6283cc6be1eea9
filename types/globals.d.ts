// What scripts leave on their window or worker for others.

interface Window {
  /** For the frames beside this one: engines that they may share (engine/commons.js). */
  flowLabCommons?: Map<string, any>;
  /** For those who look at a worker from outside: tests, developer tools (engine/wasm.js). */
  memory?: WebAssembly.Memory;
}
