// The density of a run's flow over the plane. On the CPU its rows are divided among workers, each with an engine of its own and
// the run's weights for as long as it takes; a GPU computes them together.
import { LabClient } from "../../engine/lab/client.js";
import { LAB } from "../../engine/protocol.js";
import { workersFor } from "../../engine/spawn.js";
import { experiment } from "./table.js";

const SIDE = 56;
const STEPS = 12;
const MOST_WORKERS = 4;

/** One answer of those to parts of the rows, in their order. */
function joined(parts) {
  const total = (of) => parts.reduce((sum, part) => sum + of(part), 0);
  const heldOut = total((part) => part.heldOut);
  const logDensity = new Float32Array(SIDE * SIDE);
  let at = 0;
  for (const part of parts) {
    logDensity.set(part.logDensity, at);
    at += part.logDensity.length;
  }
  const bitsPerDim = total((part) => part.bitsPerDim * part.heldOut) / heldOut;
  return { side: SIDE, logDensity, mass: total((part) => part.mass), bitsPerDim, heldOut, nfe: parts[0].nfe };
}

/** What `rows` have with these `weights`, in a worker that ends when it has answered. */
async function elsewhere(purpose, settings, weights, rows) {
  const client = new LabClient();
  try {
    await client.open("cpu", purpose);
    await client.call(LAB, 0, settings);
    await client.call("loadWeights", 0, await weights);
    return await client.call("likelihood", 0, ...rows);
  } finally {
    client.close();
  }
}

/**
 * {side, logDensity, mass, bitsPerDim, heldOut, nfe} of the run in `slot`, which trains by `state`, over [−half, half]²; `ask(method, ...args)` calls it.
 */
export async function likelihood(ask, state, slot, half) {
  const workers = state["lab.device"] === "cpu" ? workersFor(MOST_WORKERS) : 1;
  const rows = (k) => [SIDE, half, STEPS, Math.round((SIDE * k) / workers), Math.round((SIDE * (k + 1)) / workers)];
  // In one breath with its own part, so that both are of the same moment.
  const weights = workers > 1 ? ask("weights") : null;
  const own = ask("likelihood", ...rows(0));
  const settings = JSON.stringify(experiment(state));
  const others = Array.from({ length: workers - 1 }, (_, k) =>
    elsewhere(`likelihood ${slot} ${k}`, settings, weights, rows(k + 1)).catch(() => null),
  );
  const first = await own; // an error of its own is the one that is told
  const parts = [first];
  // The run's own engine does what a worker could not.
  for (const [k, other] of others.entries()) parts.push((await other) ?? (await ask("likelihood", ...rows(k + 1))));
  return joined(parts);
}
