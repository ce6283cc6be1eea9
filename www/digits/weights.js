// Weights: described by a manifest, named by their hash, kept in the browser's cache across visits.

const CACHE = "flow-lab-weights";

/** A weights download that went wrong, with a sentence for people. */
export class WeightsError extends Error {
  name = "WeightsError";
}

const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");

/** The cache, or null where the browser has none (private windows, plain http). */
async function openCache() {
  try {
    return await globalThis.caches?.open(CACHE);
  } catch {
    return null;
  }
}

async function check(bytes, manifest) {
  if (bytes.byteLength !== manifest.bytes) {
    throw new WeightsError(
      `The weights file has ${bytes.byteLength} bytes instead of ${manifest.bytes}: the download was cut. Reload to try again.`,
    );
  }
  // Plain http has no crypto.subtle; the engine still refuses a damaged file.
  if (globalThis.crypto?.subtle && hex(await crypto.subtle.digest("SHA-256", bytes)) !== manifest.sha256) {
    throw new WeightsError("The weights file is not the one this page was made for. Reload to try again.");
  }
}

async function download(url, manifest, progress, signal) {
  let response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new WeightsError("The weights could not be downloaded: no connection. Check it and reload.");
  }
  if (!response.ok) {
    throw new WeightsError(`The weights could not be downloaded: the server answered ${response.status} for ${manifest.file}.`);
  }
  const reader = response.body.getReader();
  const chunks = [];
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    received += value.length;
    progress(Math.min(1, received / manifest.bytes));
  }
  return new Blob(chunks).arrayBuffer();
}

/**
 * The bytes of the weights that `manifestUrl` describes; `progress` is called with 0 to 1.
 * Rejects with a WeightsError that says what to do.
 */
export async function loadWeights(manifestUrl, progress, signal) {
  const response = await fetch(manifestUrl, { signal }).catch(() => null);
  if (!response?.ok) throw new WeightsError("The list of weights could not be downloaded. Check the connection and reload.");
  const manifest = await response.json();
  const url = new URL(manifest.file, manifestUrl).href;
  const cache = await openCache();
  const kept = await cache?.match(url);
  if (kept) {
    const bytes = await kept.arrayBuffer();
    try {
      await check(bytes, manifest);
      progress(1);
      return { bytes, manifest, cached: true };
    } catch {
      await cache.delete(url);
    }
  }
  const bytes = await download(url, manifest, progress, signal);
  await check(bytes, manifest);
  await keep(cache, url, bytes);
  return { bytes, manifest, cached: false };
}

/** What a weights file is for: its name without the hash. */
const family = (url) => url.split("/").at(-1).split("-")[0];

/** Keeps these bytes and forgets older weights of the same network; a full disk is no reason to fail. */
async function keep(cache, url, bytes) {
  try {
    for (const request of (await cache?.keys()) ?? []) {
      if (request.url !== url && family(request.url) === family(url)) await cache.delete(request);
    }
    await cache?.put(url, new Response(bytes));
  } catch {
    // The next visit downloads again.
  }
}
