// How long a training step takes on a device: tried beside the lab, with a lab of its own that is thrown away.
import { LAB } from "../protocol.js";
import { webgpu } from "../webgpu.js";
import { LabClient } from "./client.js";

/** Steps of each call. The first one compiles kernels; a GPU is waited for once a call, so the last one counts. */
const PORTIONS = [1, 2, 4, 8, 16];
/** After so long no further call is made. */
const ENOUGH_MS = 2000;
/** After so long in all it is given up; a software adapter on a busy machine compiles for half of it. */
const LIMIT_MS = 30_000;

const known = new Map(); // device and experiment → what was found, for the visit

/**
 * {ms, name} a step of the experiment (JSON) on `device`; null where it cannot compute, takes too long, or `signal` aborts.
 * @param {"cpu" | "webgpu"} device
 * @param {string} experiment
 * @param {AbortSignal} signal
 */
export async function stepTime(device, experiment, signal) {
  const key = `${device} ${experiment}`;
  if (known.has(key)) return known.get(key);
  const found = await measure(device, experiment, signal);
  if (!signal.aborted) known.set(key, found);
  return found;
}

async function measure(device, experiment, signal) {
  const { obstacle, name } = device === "webgpu" ? await webgpu() : { name: "CPU" };
  if (obstacle || signal.aborted) return null;
  const client = new LabClient();
  const close = () => client.close(); // what is asked then rejects
  const aborted = new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
  let timer;
  let ms = null;
  try {
    await Promise.race([client.open(device, "speed"), aborted]); // not the worker in which others train
    timer = setTimeout(close, LIMIT_MS);
    await Promise.race([client.call(LAB, 0, experiment), aborted]);
    const began = performance.now();
    for (const steps of PORTIONS) {
      const since = performance.now();
      if (ms !== null && since - began > ENOUGH_MS) break;
      await Promise.race([client.call("train", 0, steps), aborted]);
      if (steps > PORTIONS[0]) ms = (performance.now() - since) / steps;
    }
  } catch {
    // It is not what computes: there is nothing to report.
  } finally {
    clearTimeout(timer);
    close();
  }
  return ms === null ? null : { ms, name };
}
