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

/** What the GPU adapter calls itself: wgpu gets no name from a browser, which tells scripts a little more. */
export async function adapterName() {
  const info = (await navigator.gpu?.requestAdapter())?.info;
  return info?.description || [info?.vendor, info?.architecture].filter(Boolean).join(" ") || "an adapter without a name";
}
