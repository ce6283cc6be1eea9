// Uses everything that the package gives, and leaves what came of it in `results`.
import { createEngine, createTraining, type Frame } from "flow-matching-lab";
import "flow-matching-lab/element";

const failure = async (work: () => unknown) => {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("it should have failed");
};
const said = async (work: () => unknown) => {
  const { name, message } = await failure(work);
  return `${name}: ${message}`;
};
const plain = ({ t, nfe, done, x, x1 }: Frame) => ({ t, nfe, done, sizes: [x.length, x1.length], finite: [...x, ...x1].every(Number.isFinite) });
const long = { labels: Array<number>(64).fill(1), steps: 64, guidance: 2 }; // ten seconds or more, unless it is stopped

async function digits() {
  const shares: number[] = [];
  const engine = await createEngine({ backend: "cpu", onProgress: (share) => shares.push(share) });
  const { backend, why, device, network } = engine;
  const request = { labels: [3], seed: 5, steps: 2, guidance: { weight: 2, from: 0.5 } };
  const frames: Frame[] = [];
  for await (const frame of engine.sample(request)) frames.push(frame);
  const last = frames.at(-1)!;
  const again = await engine.draw(request);
  const same = again.x.every((value, i) => value === last.x[i]);
  const ink = last.x.filter((value) => value > 0).length;

  const began = performance.now();
  const abort = new AbortController();
  let seen = 0;
  let first = 0;
  const aborted = await failure(async () => {
    for await (const _ of engine.sample({ ...long, signal: abort.signal })) {
      seen += 1;
      first = performance.now() - began;
      abort.abort();
    }
  });
  const reason = new Error("a reason of the caller's");
  const elsewhere = new AbortController();
  setTimeout(() => elsewhere.abort(reason), 50); // while it waits for a frame
  const kept = (await failure(() => engine.draw({ ...long, signal: elsewhere.signal }))) === reason;
  const before = await said(() => engine.draw({ ...request, signal: AbortSignal.abort() }));
  for await (const _ of engine.sample(long)) break;
  const both = await Promise.all([engine.draw(request), engine.draw({ ...request, seed: 6 })]);
  const stopped = performance.now() - began;

  const under = failure(() => engine.draw(long));
  setTimeout(() => engine.close(), 50);
  const closed = [(await under).name, (await failure(() => engine.draw(request))).name];
  return {
    shares,
    backend,
    why,
    device,
    network,
    frames: frames.map(plain),
    same,
    ink,
    closed,
    seen,
    kept,
    before,
    first,
    stopped,
    aborted: [aborted.name, aborted === abort.signal.reason],
    turns: both.map((frame) => frame.t),
    differ: both[0].x[0] !== both[1].x[0],
  };
}

async function few() {
  const engine = await createEngine({ network: "few-step", backend: "cpu" });
  const frame = plain(await engine.draw({ labels: [7, null], steps: 1 }));
  const refused = await said(() => engine.draw({ labels: [7], ...({ solver: "heun" } as object) }));
  engine.close();
  return { frame, refused };
}

async function emoji() {
  const engine = await createEngine({ network: "emoji-few-step", backend: "cpu" });
  const style = { noto: 0.5, twemoji: 0.5 };
  const [named, again, mixed] = [
    await engine.draw({ labels: [{ category: "food", style: "noto" }, null], steps: 1 }),
    await engine.draw({ labels: [{ category: { food: 1 }, style: { noto: 1 } }, {}], steps: 1 }),
    await engine.draw({ labels: [{ category: "food", style }], steps: 1 }),
  ];
  const wrong = (labels: unknown) => said(() => engine.draw({ labels: labels as never }));
  const refusals = [
    await wrong([3]),
    await wrong([{ style: "emojione" }]),
    await wrong([{ style: { noto: 2 } }]),
    await wrong([{ kind: "food" }]),
    await wrong(Array(17).fill(null)),
  ];
  engine.close();
  return {
    frame: plain(named),
    same: named.x.every((value, i) => value === again.x[i]),
    differ: mixed.x.some((value, i) => Math.abs(value - named.x[i]) > 0.1),
    refusals,
  };
}

async function training() {
  const experiment = { target: { points: [1, 1, -1, 0.5] }, source: "rings", width: 16, depth: 1, batch: 32, seed: 3 } as const;
  const run = await createTraining(experiment);
  const { backend, device, parameters } = run;
  const progress = [];
  for await (const { step, loss, done } of run.train({ steps: 5, every: 2 })) progress.push({ step, loss, done });
  const weights = await run.weights();
  const flow = await run.sample({ particles: 10, solver: "heun", steps: 3 });
  const sizes = [flow.times.length, flow.x.length, flow.nfe];
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 100);
  const aborted = await said(async () => {
    for await (const _ of run.train({ steps: 100_000, every: 100_000, signal: abort.signal }));
  });
  await run.sample({ particles: 1 }); // after the slice that was being made
  const stoppedAt = run.step;
  for await (const _ of run.train({ steps: 10, every: 1 })) break;
  const wentOn = run.step - stoppedAt;

  // Another one, trained in one go: the same weights, however it was reported.
  const twin = await createTraining(experiment);
  for await (const _ of twin.train({ steps: 5 }));
  const same = (await twin.weights()).every((byte, i) => byte === weights[i]);
  run.close();
  const closed = await said(() => run.weights());
  twin.close();
  return {
    backend,
    device,
    parameters,
    progress,
    sizes,
    aborted,
    stoppedAt,
    wentOn,
    same,
    closed,
    header: new TextDecoder().decode(weights.slice(8, 400)),
  };
}

async function refusals() {
  const wrong = (value: unknown) => value as never;
  const engine = await createEngine({ backend: "cpu" });
  const sentences = await Promise.all([
    said(() => createEngine(wrong({ engine: "cpu" }))),
    said(() => createEngine(wrong({ backend: "gpu" }))),
    said(() => createEngine(wrong("cpu"))),
    said(() => createEngine({ signal: AbortSignal.abort() })),
    said(() => createEngine(wrong({ signal: 1 }))),
    said(() => engine.draw(wrong({ label: [1] }))),
    said(() => engine.draw(wrong({}))),
    said(() => engine.draw({ labels: [] })),
    said(() => engine.draw({ labels: [1, 10] })),
    said(() => engine.draw({ labels: [1], steps: 2.5 })),
    said(() => engine.draw(wrong({ labels: [1], steps: "2" }))),
    said(() => engine.draw({ labels: [1], guidance: 7 })),
    said(() => engine.draw({ labels: [1], guidance: { from: 0.9, to: 0.1 } })),
    said(() => createTraining(wrong({ target: "moon" }))),
    said(() => createTraining({ target: { points: [1, 2, 3] } })),
    said(() => createTraining({ target: { points: [1, Number.NaN] } })),
    said(() => createTraining({ target: { points: [7, 0] } })),
    said(() => createTraining(wrong({ width: 48 }))),
    said(() => createTraining({}, { backend: "webgpu" })),
  ]);
  engine.close();
  return sentences;
}

const ready = new Promise((resolve) => document.addEventListener("flow-lab-ready", ({ target }) => resolve((target as Element).localName)));

async function everything() {
  return {
    ready: await ready,
    digits: await digits(),
    few: await few(),
    emoji: await emoji(),
    training: await training(),
    refusals: await refusals(),
  };
}
export type Results = Awaited<ReturnType<typeof everything>> | { failed: string };

Object.assign(globalThis, { results: await everything().catch((error) => ({ failed: String(error?.stack ?? error) })) });
