// Weights: named by their hash, kept in the browser's cache across visits.

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

async function check(bytes, model) {
  if (bytes.byteLength !== model.bytes) {
    throw new WeightsError(`The weights file has ${bytes.byteLength} bytes instead of ${model.bytes}: the download was cut. Reload to try again.`);
  }
  // Plain http has no crypto.subtle; the engine still refuses a damaged file.
  if (globalThis.crypto?.subtle && hex(await crypto.subtle.digest("SHA-256", bytes)) !== model.sha256) {
    throw new WeightsError("The weights file is not the one this page was made for. Reload to try again.");
  }
}

async function download(model, progress) {
  let response;
  try {
    response = await fetch(model.url);
  } catch {
    throw new WeightsError("The weights could not be downloaded: no connection. Check it and reload.");
  }
  if (!response.ok) {
    throw new WeightsError(`The weights could not be downloaded: the server answered ${response.status} for ${model.url.split("/").at(-1)}.`);
  }
  const reader = response.body.getReader();
  const chunks = [];
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    received += value.length;
    progress(Math.min(1, received / model.bytes));
  }
  return new Blob(chunks).arrayBuffer();
}

const loading = new Map(); // url → promise, so that two figures download once

/**
 * {bytes, cached}: the weights that `model` ({url, bytes, sha256}) describes; `progress` is called with 0 to 1.
 * Rejects with a WeightsError that says what to do.
 */
export function loadWeights(model, progress = () => {}) {
  const { url } = model;
  let job = loading.get(url);
  if (!job) {
    job = { listeners: new Set() };
    job.done = load(model, (share) => job.listeners.forEach((tell) => tell(share))).finally(() => loading.delete(url));
    loading.set(url, job);
  }
  job.listeners.add(progress);
  return job.done;
}

async function load(model, progress) {
  const cache = await openCache();
  const kept = await cache?.match(model.url);
  if (kept) {
    const bytes = await kept.arrayBuffer();
    try {
      await check(bytes, model);
      progress(1);
      return { bytes, cached: true };
    } catch {
      await cache.delete(model.url);
    }
  }
  const bytes = await download(model, progress);
  await check(bytes, model);
  await keep(cache, model.url, bytes);
  return { bytes, cached: false };
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
