// Which device is the faster one, from what was measured.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Timings, measure, sizeOf } from "../../www/engine/images/timings.js";

const job = (digits, weight, last) => ({
  request: { labels: Array(digits).fill(1), guidance: { weight, from: 0.2, to: 1 }, solver: "rk4", steps: 32 },
  last,
});

test("guidance doubles the rows of a run; a run whose frames are all read is another size", () => {
  assert.deepEqual(sizeOf(job(4, 1)), { rows: 4, last: false });
  assert.deepEqual(sizeOf(job(4, 2)), { rows: 8, last: false });
  assert.deepEqual(sizeOf(job(4, 0, true)), { rows: 8, last: true });
});

test("the faster device is the one that was; unknown sizes follow smaller ones that WebGPU won, and no others", () => {
  const timings = new Timings("a");
  const size = (rows, last = false) => ({ rows, last });
  assert.equal(timings.faster(size(16)), "cpu");
  timings.set(size(16), { cpu: 9, webgpu: 5 });
  timings.set(size(4), { cpu: 2, webgpu: 5 });
  assert.deepEqual(
    [4, 8, 16, 64].map((rows) => timings.faster(size(rows))),
    ["cpu", "cpu", "webgpu", "webgpu"],
  );
  assert.equal(timings.faster(size(64, true)), "cpu", "another kind of run");
  timings.set(size(64), { cpu: 5, webgpu: 9 });
  assert.equal(timings.faster(size(64)), "cpu");
});

test("what was measured is kept for the visit, for each network", () => {
  new Timings("b").set({ rows: 1, last: false }, { cpu: 1, webgpu: 2 });
  assert.deepEqual(new Timings("b").of({ rows: 1, last: false }), { cpu: 1, webgpu: 2 });
  assert.equal(new Timings("c").of({ rows: 1, last: false }), undefined);
});

/** A device whose evaluations take `ms`, ten times as long in its first run; it is stopped in run number `stopped`. */
function device(ms, stopped = Infinity) {
  const jobs = [];
  const compute = async (asked, onFrame) => {
    jobs.push(asked);
    if (jobs.length === stopped) return false;
    for (let nfe = 1; nfe <= asked.request.steps; nfe += 1) onFrame({ nfe, ms: jobs.length === 1 ? 10 * ms : ms });
    onFrame({ nfe: asked.request.steps, ms: 0 });
    return true;
  };
  return { jobs, compute };
}

test("an evaluation is timed in the second of two short, guided Euler runs; not where it is stopped", async () => {
  const timed = device(3);
  assert.equal(await measure(timed, job(2, 2)), 3);
  const [{ request }] = timed.jobs;
  assert.deepEqual([request.solver, request.steps, request.guidance], ["euler", 4, { weight: 2, from: 0, to: 1 }]);
  assert.equal(timed.jobs.length, 2);
  assert.equal(await measure(device(3, 1), job(2, 2)), null);
  assert.equal(await measure(device(3, 2), job(2, 2)), null);
});
