// The download budgets, in brotli -9.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { brotliSize } from "../../scripts/brotli-size.mjs";
import { DIST } from "./harness.mjs";

const sum = (...files) => files.reduce((total, file) => total + brotliSize(join(DIST, file)), 0);

function within(t, what, bytes, limit) {
  t.diagnostic(`${what}: ${bytes} of ${limit} bytes`);
  assert.ok(bytes > 1000, `${what} is missing`);
  assert.ok(bytes <= limit, `${what}: ${bytes} bytes, the budget is ${limit}`);
}

test("the CPU engine is at most 500 KB", (t) =>
  within(t, "CPU engine", sum("engine/cpu/flow_lab.js", "engine/cpu/flow_lab_bg.wasm"), 500_000));

test("the lab's engine, which also trains, is at most 700 KB", (t) =>
  within(t, "lab engine", sum("engine/lab/flow_lab.js", "engine/lab/flow_lab_bg.wasm"), 700_000));

test("the GPU engine is at most 2.5 MB", (t) =>
  within(t, "GPU engine", sum("engine/webgpu/flow_lab.js", "engine/webgpu/flow_lab_bg.wasm"), 2_500_000));

test("the lab's GPU engine, loaded only when a person chooses it, is at most 2.85 MB", (t) =>
  within(t, "lab GPU engine", sum("engine/lab-webgpu/flow_lab.js", "engine/lab-webgpu/flow_lab_bg.wasm"), 2_850_000));

/** Scripts, styles and HTML, without the engines; `late`: of figures that are loaded when they come near the view. */
const pageFiles = (late) =>
  readdirSync(DIST, { recursive: true })
    .filter((name) => /\.(html|js|css)$/.test(name) && !name.startsWith("engine/"))
    .filter((name) => (/^(few|hand|lab|race|roads)\//.test(name) && !/(table\.js|\.css)$/.test(name)) === late);

test("page and styles are at most 60 KB", (t) => within(t, "page", sum(...pageFiles(false)), 60_000));

test("the scripts of the figures in the plane are at most 85 KB", (t) =>
  within(t, "late scripts", sum(...pageFiles(true)), 85_000));
