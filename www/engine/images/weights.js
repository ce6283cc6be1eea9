// Weights: named by their hash, kept in the browser's cache across visits.

const CACHE = "flow-lab-weights";
const PATIENCE_MS = 2000; // with the cache

/** A weights download that went wrong, with a sentence for people. */
export class WeightsError extends Error {
  name = "WeightsError";
}

const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");

/** What `ask` gives; undefined where it fails or takes too long. A cache saves a download, and is no reason to wait or to fail. */
async function ofCache(ask) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  try {
    return await Promise.race([ask(), late]);
  } catch {
    return undefined; // a private window, plain http, a full or damaged disk
  }
}

/** The bytes that are kept of `url`. */
const kept = (url) =>
  ofCache(async () => {
    const cache = await globalThis.caches?.open(CACHE);
    return (await cache?.match(url))?.arrayBuffer();
  });

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
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      received += value.length;
      progress(Math.min(1, received / model.bytes));
    }
  } catch {
    throw new WeightsError(`The download of the weights broke off after ${received} of ${model.bytes} bytes. Check the connection and try again.`);
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
  const before = await kept(model.url);
  if (before) {
    try {
      await check(before, model);
      progress(1);
      return { bytes: before, cached: true };
    } catch {
      // Damaged: what is downloaded takes its place.
    }
  }
  const bytes = await download(model, progress);
  await check(bytes, model);
  await ofCache(() => keep(model.url, bytes));
  return { bytes, cached: false };
}

/** What a weights file is for: its name without the hash. */
const family = (url) =>
  url
    .split("/")
    .at(-1)
    .replace(/-[0-9a-f]+\.safetensors$/, "");

/** Keeps these bytes and forgets older weights of the same network. */
async function keep(url, bytes) {
  const cache = await globalThis.caches?.open(CACHE);
  for (const request of (await cache?.keys()) ?? []) {
    if (request.url !== url && family(request.url) === family(url)) await cache.delete(request);
  }
  await cache?.put(url, new Response(bytes));
}
