// Whether this browser can run the GPU engine. One question for a whole visit: every figure gets the same answer.
import { ENGINES } from "./assets.js";

/** A browser that has no answer by then has none (seen with broken drivers). */
const ANSWER_MS = 5000;

let asked = null;

/** {name}: the GPU adapter as the browser calls it; or {obstacle}: why WebGPU cannot be used, the end of a sentence. */
export const webgpu = () => (asked ??= ask());

async function ask() {
  if (!ENGINES.gpu) return { obstacle: "its engine is still being built; the page loads anew when it is there" };
  if (!navigator.gpu) return { obstacle: "this browser has no WebGPU" };
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ obstacle: "the browser did not answer when asked for a GPU" }), ANSWER_MS);
  });
  try {
    return await Promise.race([adapter(), late]);
  } catch (error) {
    return { obstacle: `the browser refused the GPU (${error.message})` };
  } finally {
    clearTimeout(timer);
  }
}

async function adapter() {
  // As the engine asks (src/device/browser.rs): of two GPUs the same one.
  const found = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!found) return { obstacle: "the browser found no GPU it can use" };
  // wgpu gets no name from a browser, which tells scripts a little more.
  const { description, vendor, architecture } = found.info ?? {};
  return { name: description || [vendor, architecture].filter(Boolean).join(" ") || "an adapter without a name" };
}
