// Ours and peers on the same work, in one page, in turn.

const median = (x) => [...x].sort((a, b) => a - b)[Math.floor(x.length / 2)];

/** Our CPU engine with a network, as the page's workers for images open it; `run(request)` gives {noise, x}: the first and the last state of a run, read frame by frame as the page does. */
export async function ourEngine(bytes) {
  const { openEngine } = await import("/bench/app/engine/wasm.js"); // programs in Node use the rest of this file
  const { engine } = await openEngine("cpu", null, true);
  await engine.load(new Uint8Array(bytes));
  return async (request) => {
    const run = engine.start(JSON.stringify({ solver: "euler", tolerance: 0.01, ...request }));
    let noise, x;
    for (let frame; (frame = await run.next()); frame.free()) {
      if (frame.t === 0) noise = frame.x;
      x = frame.x;
    }
    run.free();
    return { noise, x };
  };
}

/** tfjs on its wasm backend. More threads than one need a page that is cross-origin isolated: its file with threads is used there, whatever number it then says it has. */
export async function openTfjs(tf, threads = 1) {
  tf.wasm.setWasmPaths("/tfjs-wasm/");
  tf.wasm.setThreadsCount(threads);
  await tf.setBackend("wasm");
  if (threads > 1 && !(self.crossOriginIsolated && (await tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT"))))
    throw new Error("tfjs has no threads here");
}

/** jax-js on its wasm backend: one thread. */
export async function openJax() {
  const jax = await import("/jax/index.js");
  if (!(await jax.init()).includes("wasm")) throw new Error("jax-js has no wasm backend here");
  jax.defaultDevice("wasm");
  return jax;
}

/** The state of tfjs after so many of `step(x, k)`, each of which gives the next one. */
export async function integrated(tf, noise, n, steps, step) {
  let x = tf.tensor(noise, [n, noise.length / n]);
  for (let k = 0; k < steps; k += 1) {
    const next = tf.tidy(() => step(x, k));
    x.dispose();
    x = next;
  }
  const values = await x.data();
  x.dispose();
  return values;
}

/**
 * Medians of milliseconds of each of `runs` ({ours, peer, …}, functions that give values), `ratio`s of ours to each peer (the median of those of the rounds), and the largest
 * `difference` of a value from ours. One run of each comes first and does not count.
 */
export async function inTurn(runs, rounds) {
  const [times, values] = [{}, {}];
  for (const [name, run] of Object.entries(runs)) {
    values[name] = await run();
    times[name] = [];
  }
  for (let r = 0; r < rounds; r += 1) {
    for (const [name, run] of Object.entries(runs)) {
      const start = performance.now();
      await run();
      times[name].push(performance.now() - start);
    }
  }
  const peers = Object.keys(runs).filter((name) => name !== "ours");
  const apart = (a, b) => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);
  return {
    ms: Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)])),
    ratio: Object.fromEntries(peers.map((name) => [name, median(times.ours.map((t, i) => t / times[name][i]))])),
    difference: Math.max(...peers.map((name) => apart(values.ours, values[name]))),
  };
}
