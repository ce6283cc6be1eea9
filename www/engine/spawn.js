// Workers, also for pages on another origin.
import { scriptUrl } from "./trusted.js";

/**
 * The worker that `start()` makes of the module `file` beside the module at `from`. A page on another origin may not start it
 * by its address: there a worker of the page's own imports it, which the answer's CORS header allows.
 * (`start` is a function of the caller's because bundlers look for the literal `new Worker(new URL(…))`.)
 */
export function spawn(from, file, start) {
  const address = new URL(file, from);
  // Bundlers that put a path of the machine that built in place of `import.meta.url` serve the worker from the page's origin. That of
  // a sandboxed frame is none, whatever its address.
  const bundled = !new URL(from).pathname.endsWith("/engine/client.js");
  if (address.protocol === "file:" || (bundled && address.origin === self.origin)) return start();
  if (address.origin === self.origin) return new Worker(scriptUrl(address.href), { type: "module" });
  const text = `import ${JSON.stringify(address.href)};`;
  // Chromium starts no module from a blob of a frame without an origin.
  if (self.origin === "null") return new Worker(scriptUrl(`data:text/javascript,${encodeURIComponent(text)}`), { type: "module" });
  const source = new Blob([text], { type: "text/javascript" });
  const url = URL.createObjectURL(source);
  const worker = new Worker(scriptUrl(url), { type: "module" });
  // The first message or error says that the worker has read it.
  const forget = () => URL.revokeObjectURL(url);
  worker.addEventListener("message", forget, { once: true });
  worker.addEventListener("error", forget, { once: true });
  return worker;
}

/** How many workers are to share some work: as many as there are cores, and no more than `most`, because each has an engine with its own memory. */
export const workersFor = (most) => Math.min(most, navigator.hardwareConcurrency || 1);
