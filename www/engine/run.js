// A run of digits in the worker, frame by frame.
import { BEGINNINGS } from "./protocol.js";

/** Lets messages (stop, start) in between frames; a promise alone would not. */
const turn = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(null);
  });

/** Begins a run: from the request's seed, or with what `from` brings. */
function begin(engine, request, from) {
  if (!from) return engine.start(JSON.stringify(request));
  if (!BEGINNINGS.includes(from.method)) throw new Error(`a run cannot begin by ${from.method}`);
  return engine[from.method](JSON.stringify(request), ...from.args);
}

/** What of a frame is told; it is not needed afterward. */
function unpack(frame) {
  const { t, nfe, done, x, x1 } = frame;
  frame.free();
  return { t, nfe, done, x, x1 };
}

async function* steps(run, wanted) {
  while (wanted()) {
    const frame = await run.next();
    if (!frame) return;
    const unpacked = unpack(frame);
    if (!wanted()) return;
    yield unpacked;
    if (unpacked.done) return;
    await turn();
  }
}

/** All frames, or the last. On a GPU that one alone is read, without a stop before it. */
async function* told(run, last, isGpu, wanted) {
  if (last && isGpu) yield unpack(await run.finish());
  else for await (const frame of steps(run, wanted)) if (!last || frame.done) yield frame;
}

/** The run, with the milliseconds since the frame before. */
async function* once(engine, { request, from, last }, isGpu, wanted) {
  const run = begin(engine, request, from);
  try {
    let since = performance.now();
    for await (const frame of told(run, last, isGpu, wanted)) {
      const now = performance.now();
      yield { ...frame, ms: now - since };
      since = now;
    }
  } finally {
    run.free();
  }
}

/**
 * The frames of a `job` (see protocol.js) until it ends or is not `wanted()` any more. Where a GPU fails, by values that are not
 * finite above all, it is asked once more: the same seed gives the same digits, so what was told is not told again.
 */
export async function* frames(engine, job, isGpu, wanted) {
  let given = 0;
  try {
    for await (const frame of once(engine, job, isGpu, wanted)) {
      given += 1;
      yield frame;
    }
  } catch (error) {
    if (!isGpu || error?.name !== "DeviceError" || !wanted()) throw error;
    let again = 0;
    for await (const frame of once(engine, job, isGpu, wanted)) if ((again += 1) > given) yield frame;
  }
}
