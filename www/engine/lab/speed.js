// How long a training step takes on a device: tried beside the lab, with a lab of its own that is thrown away.
import { webgpu } from "../webgpu.js";
import { LabClient } from "./client.js";
import { LAB } from "../protocol.js";

const WARM_UP = 5; // steps: a GPU compiles its kernels
const STEPS = 20;

/** A device that takes longer is not worth waiting for. */
const LIMIT_MS = 30_000;

const known = new Map(); // device and experiment → a promise, for the visit

/** {ms, name} a step of the experiment (JSON) on `device`, "cpu" or "webgpu"; null where it cannot compute. */
export function stepTime(device, experiment) {
  const key = `${device} ${experiment}`;
  if (!known.has(key)) known.set(key, measure(device, experiment));
  return known.get(key);
}

async function measure(device, experiment) {
  const { obstacle, name } = device === "webgpu" ? await webgpu() : { name: "CPU" };
  if (obstacle) return null;
  const client = new LabClient();
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(null), LIMIT_MS);
  });
  try {
    const ms = await Promise.race([trial(client, device, experiment), late]);
    return ms === null ? null : { ms, name };
  } catch {
    return null; // it is not what computes: nothing to report
  } finally {
    clearTimeout(timer);
    client.close();
  }
}

/** Milliseconds of a step. */
async function trial(client, device, experiment) {
  await client.open(device, "speed"); // not the worker in which others train
  await client.call(LAB, 0, experiment);
  await client.call("train", 0, WARM_UP);
  const began = performance.now();
  await client.call("train", 0, STEPS);
  return (performance.now() - began) / STEPS;
}
