// What tests of digits on WebGPU share.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, hashed } from "./harness.mjs";

const NO_WEBGPU = Boolean(process.env.FLOW_LAB_NO_WEBGPU);

/** For a test's `skip`. */
export const skip = NO_WEBGPU && "SKIPPED: no WebGPU adapter is expected here (FLOW_LAB_NO_WEBGPU)";

/** The device that computes. */
export const engine = (page) => page.$eval("#engine", (e) => e.dataset.engine);

/** The gray values of the digits. */
export const gray = (page) =>
  page.$eval("#grid", (canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
  });

/** Two pictures are the same to a hundredth of the gray scale, and one for rounding. */
export function same(a, b) {
  const worst = a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);
  assert.ok(worst <= 4, `pixels differ by up to ${worst} of 255`);
}

/** For serve(): every worker runs `code` before it does anything. */
export const beforeWorkers =
  (code, headers = {}) =>
  (path) => {
    if (!/\/engine\/worker\.js$/.test(path)) return null;
    const file = join(DIST, hashed("app"), path.split(`${hashed("app")}/`)[1]);
    return { headers: { "content-type": "text/javascript", ...headers }, body: `${code}\n${readFileSync(file, "utf8")}` };
  };
