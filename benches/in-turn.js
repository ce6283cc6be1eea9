// Ours and theirs on the same work, in one page, in turn.

const median = (x) => [...x].sort((a, b) => a - b)[Math.floor(x.length / 2)];

/** Our CPU engine with a network; `run(request)` gives {noise, x}: the first and the last state of a run, read frame by frame as the page does. */
export async function ourEngine(engines, bytes) {
  const { default: init, Engine } = await engines.cpu();
  await init();
  const engine = await Engine.open("cpu");
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

/** tfjs on its wasm backend, one thread. */
export async function openTfjs(tf) {
  tf.wasm.setWasmPaths("/tfjs-wasm/");
  tf.wasm.setThreadsCount(1);
  await tf.setBackend("wasm");
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

/** {difference, ours, theirs, ratio}: of the values that both give, and medians of milliseconds; one run of each comes first and does not count. */
export async function compared(ours, theirs, rounds) {
  const [a, b] = [await ours(), await theirs()];
  const difference = a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);
  const times = { ours: [], theirs: [] };
  for (let r = 0; r < rounds; r += 1) {
    for (const [name, run] of Object.entries({ ours, theirs })) {
      const start = performance.now();
      await run();
      times[name].push(performance.now() - start);
    }
  }
  const ratio = median(times.ours.map((t, i) => t / times.theirs[i]));
  return { difference, ours: median(times.ours), theirs: median(times.theirs), ratio };
}
