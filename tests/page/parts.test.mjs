// A run of images in parts for several workers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CATALOG } from "../../www/element/catalog.js";
import { Merge, divided } from "../../www/engine/images/parts.js";

const job = (n, more = {}) => ({
  request: { seed: 1, solver: "euler", labels: Array.from({ length: n }, (_, i) => i % 10), ...more },
  last: false,
});

test("parts follow each other, differ by one image at most, and bring what belongs to their images", () => {
  const values = Float32Array.from({ length: 14 }, (_, i) => i);
  const parts = divided({ ...job(7), from: { method: "superResolve", args: [values, 4] } }, 3);
  assert.deepEqual(
    parts.map(({ request }) => [request.first, request.labels]),
    [
      [0, [0, 1]],
      [2, [2, 3, 4]],
      [5, [5, 6]],
    ],
  );
  assert.deepEqual(
    parts.map(({ from }) => [from.method, [...from.args[0]], from.args[1]]),
    [
      ["superResolve", [0, 1, 2, 3], 4],
      ["superResolve", [4, 5, 6, 7, 8, 9], 4],
      ["superResolve", [10, 11, 12, 13], 4],
    ],
  );
  assert.equal(divided(job(2), 8).length, 2);
  assert.deepEqual(divided(job(1), 8), [job(1)]);
  const odd = { ...job(2), from: { method: "decode", args: [new Float32Array(3)] } };
  assert.deepEqual(divided(odd, 2), [odd], "what is wrong with it the engine says");
});

test("a solver with one step size for all images is not divided, others are", () => {
  for (const { id, adaptive } of CATALOG.solvers) assert.equal(divided(job(4, { solver: id }), 2).length, adaptive ? 1 : 2, id);
});

test("frames are put together in order, when every part has come to them", () => {
  const frames = [];
  const merge = new Merge(2, (frame) => frames.push(frame));
  const frame = (t, value, ms) => ({ t, nfe: 1, done: t === 1, x: Float32Array.of(value), x1: Float32Array.of(-value), ms });
  merge.add(1, frame(0, 2, 5));
  merge.add(1, frame(1, 4, 7));
  assert.equal(frames.length, 0);
  merge.add(0, frame(0, 1, 6));
  merge.add(0, frame(1, 3, 6));
  assert.deepEqual(frames, [
    { t: 0, nfe: 1, done: false, x: Float32Array.of(1, 2), x1: Float32Array.of(-1, -2), ms: 6 },
    { t: 1, nfe: 1, done: true, x: Float32Array.of(3, 4), x1: Float32Array.of(-3, -4), ms: 7 },
  ]);
});
