// A run of digits in the worker: which frames are told, and that a GPU that fails is asked once more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { frames } from "../../www/engine/run.js";

const STEPS = 4;

/** An engine whose run number i fails at frame `fails[i]`; `log` counts runs, and frames and runs that were not freed. */
function engine(fails, name = "DeviceError") {
  const log = { runs: 0, held: 0 };
  const hold = (what) => {
    log.held += 1;
    return { ...what, free: () => (log.held -= 1) };
  };
  const start = () => {
    const failing = fails[log.runs];
    log.runs += 1;
    let nfe = 0;
    const next = async () => {
      nfe += 1;
      if (nfe === failing) throw Object.assign(new Error("not a number"), { name });
      return hold({ t: nfe / STEPS, nfe, done: nfe === STEPS, x: new Float32Array(1), x1: new Float32Array(1) });
    };
    const finish = async () => {
      for (;;) {
        const frame = await next();
        if (frame.done) return frame;
        frame.free();
      }
    };
    return hold({ next, finish });
  };
  return { log, start };
}

async function told(made, { last = false, isGpu = true, wanted = () => true } = {}) {
  const all = [];
  for await (const { nfe } of frames(made, { request: {}, last }, isGpu, wanted)) all.push(nfe);
  return all;
}

test("all frames are told, or the last, and what the engine gave is freed", async () => {
  for (const isGpu of [false, true]) {
    const made = engine([]);
    assert.deepEqual(await told(made, { isGpu }), [1, 2, 3, 4]);
    assert.deepEqual(await told(made, { isGpu, last: true }), [4]);
    assert.deepEqual(made.log, { runs: 2, held: 0 });
  }
});

test("a run that is not wanted any more ends before its next frame", async () => {
  const made = engine([]);
  let left = 3; // asked before each frame and after it
  assert.deepEqual(await told(made, { wanted: () => (left -= 1) >= 0 }), [1]);
  assert.equal(made.log.held, 0);
});

test("a GPU that fails is asked once more: every frame is told once", async () => {
  for (const last of [false, true]) {
    const made = engine([3]);
    assert.deepEqual(await told(made, { last }), last ? [4] : [1, 2, 3, 4]);
    assert.deepEqual(made.log, { runs: 2, held: 0 });
  }
});

test("it has failed where it fails twice; a CPU, another error and a run that nobody wants are not asked again", async () => {
  const twice = engine([3, 2]);
  await assert.rejects(told(twice), { name: "DeviceError" });
  assert.deepEqual(twice.log, { runs: 2, held: 0 });
  const cpu = engine([2]);
  await assert.rejects(told(cpu, { isGpu: false }), { name: "DeviceError" });
  const config = engine([2], "ConfigError");
  await assert.rejects(told(config), { name: "ConfigError" });
  const unwanted = engine([1]);
  let left = 1;
  await assert.rejects(told(unwanted, { wanted: () => (left -= 1) >= 0 }), { name: "DeviceError" });
  assert.deepEqual(
    [cpu, config, unwanted].map(({ log }) => log.runs),
    [1, 1, 1],
  );
});
