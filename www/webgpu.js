// Whether this browser can run the GPU engine.

/** Why this browser cannot use WebGPU, or null where it can. */
export async function webgpuObstacle() {
  if (!navigator.gpu) return "this browser has no WebGPU";
  try {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) return "the browser found no GPU it can use";
    // Burn measures kernels with timestamps and stops without them.
    if (!adapter.features.has("timestamp-query")) return "the GPU adapter lacks timestamp queries";
    return null;
  } catch (error) {
    return `the browser refused the GPU (${error.message})`;
  }
}
