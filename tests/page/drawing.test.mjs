// The lab's drawings where they are only arithmetic and text: no browser, `node --test`.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";

// The page's modules are plain .js files; older versions of Node.js take those for modules only where a package.json
// says so, and the page has none.
const folder = mkdtempSync(join(tmpdir(), "flow-lab-"));
cpSync(new URL("../../www/", import.meta.url), folder, { recursive: true, filter: (path) => !/models|stills/.test(path) });
writeFileSync(join(folder, "package.json"), '{"type":"module"}');
after(() => rmSync(folder, { recursive: true }));
const www = (file) => import(pathToFileURL(join(folder, file)).href);
const { inkRamp } = await www("plot/colors.js");
const { rgb } = await www("plot/theme.js");
const { caption, fileName } = await www("plot/export.js");
const { cubicWeights, frameAt, interpolate, pointsOf } = await www("plot/interpolate.js");
const { INITIAL, makeLayers } = await www("plot/layers.js");
const { Plane, histogram, nearest, smooth } = await www("plot/plane.js");
const { msAt, timeAt } = await www("plot/playback.js");
const { crc32, withText } = await www("plot/png.js");
const { decimal, recordCsv, trajectoryCsv, trajectoryJson } = await www("plot/records.js");
const { Series, envelope, figure, linearTicks, logTicks, scale } = await www("plot/scales.js");
const { Stroke, erase, stamp } = await www("figures/lab/stroke.js");
const { SvgContext } = await www("plot/svg.js");

/** A flow of the points `places(t)` at `times`. */
const flowOf = (times, places) => ({
  times: Float32Array.from(times),
  x: Float32Array.from(times.flatMap((t) => places(Math.fround(t)))),
});
const near = (a, b, tolerance, what = "") => assert.ok(Math.abs(a - b) <= tolerance, `${what} ${a} against ${b}`);

/** Repeatable numbers in [0, 1): Park and Miller's generator. */
function uniform(seed) {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

// Plane

test("the plane's corners and center lie where they must, and pixels lead back", () => {
  const plane = new Plane(4, 800);
  assert.deepEqual([plane.px(-4), plane.py(4)], [0, 0], "the upper left corner");
  assert.deepEqual([plane.px(4), plane.py(-4)], [800, 800], "the lower right corner");
  assert.deepEqual([plane.px(0), plane.py(1)], [400, 300], "y grows upwards");
  for (const v of [-3.7, -0.1, 0, 2.25]) {
    near(plane.x(plane.px(v)), v, 1e-12);
    near(plane.y(plane.py(v)), v, 1e-12);
  }
});

test("the nearest point is the one that a search by hand finds", () => {
  assert.deepEqual(nearest([], 0, 0), { index: -1, distance: Infinity });
  assert.deepEqual(nearest([0, 0, 3, 4, -1, 0], 3, 3), { index: 1, distance: 1 });
});

test("a histogram integrates to the share of the points inside, each in its cell", () => {
  const out = new Float32Array(16);
  // Cells of side 2 on [-4, 4]²: lower left, upper right, center's upper right, one outside, one not a number.
  histogram(Float32Array.of(-3, -3, 3.9, 3.9, 0, 0, 5, 0, NaN, 1), 4, 4, out);
  const each = 1 / (5 * 4);
  near(out[0], each, 1e-7);
  near(out[15], each, 1e-7);
  near(out[2 * 4 + 2], each, 1e-7);
  near(out.reduce((a, b) => a + b) * 4, 3 / 5, 1e-6, "mass");
});

test("smoothing spreads one cell by (1 2 1) ⊗ (1 2 1) / 16 and keeps a constant", () => {
  const map = new Float32Array(25);
  map[12] = 16;
  smooth(map, 5, new Float32Array(5));
  assert.deepEqual(Array.from(map), [0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 2, 4, 2, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0]);
  const flat = new Float32Array(25).fill(3);
  smooth(flat, 5, new Float32Array(5));
  assert.deepEqual(Array.from(flat), Array(25).fill(3));
});

// Interpolation

test("frames are found on even, uneven and falling times, and the ends hold", () => {
  assert.equal(frameAt([0, 0.5, 1], 0.25), 0.5);
  assert.equal(frameAt([0, 0.5, 1], 0.5), 1);
  near(frameAt([0, 0.125, 1], 0.5625), 1.5, 1e-12);
  assert.deepEqual([frameAt([0, 1], -1), frameAt([0, 1], 2), frameAt([0.3], 0.7)], [0, 1, 0]);
  near(frameAt([1, 0.5, 0], 0.25), 1.5, 1e-12);
  assert.deepEqual([frameAt([1, 0.5, 0], 2), frameAt([1, 0.5, 0], -1)], [0, 2]);
});

test("linear interpolation is exact on straight lines, cubic on parabolas between inner frames", () => {
  const out = new Float32Array(4);
  const line = flowOf([0, 0.25, 1], (t) => [1 + 2 * t, -t, 3 * t, 5]);
  assert.equal(pointsOf(line), 2);
  for (const t of [0, 0.1, 0.25, 0.8, 1]) {
    interpolate(line, t, out);
    [1 + 2 * t, -t, 3 * t, 5].forEach((v, k) => near(out[k], v, 1e-6, `t ${t}`));
  }
  // The slope between the neighbors of a frame is the parabola's own only where times are even.
  const bend = flowOf([0, 0.25, 0.5, 0.75, 1], (t) => [t * t, 1 - 3 * t * t]);
  for (const t of [0.3, 0.4, 0.6, 0.74]) {
    interpolate(bend, t, out, "cubic");
    near(out[0], t * t, 1e-6, `t ${t}`);
    near(out[1], 1 - 3 * t * t, 1e-6, `t ${t}`);
  }
  interpolate(bend, 0.375, out, "linear");
  near(out[0], (0.0625 + 0.25) / 2, 1e-6, "Euler's own path is the chord");
});

test("cubic interpolation goes through the frames and keeps lines on uneven and falling times", () => {
  const out = new Float32Array(2);
  for (const times of [
    [0, 0.1, 0.5, 0.6, 1],
    [1, 0.6, 0.5, 0.1, 0],
  ]) {
    const flow = flowOf(times, (t) => [2 - t, 4 * t]);
    for (const t of [...times, 0.05, 0.3, 0.55, 0.9]) {
      interpolate(flow, t, out, "cubic");
      near(out[0], 2 - t, 1e-6, `t ${t}`);
      near(out[1], 4 * t, 1e-6, `t ${t}`);
    }
  }
  const even = cubicWeights([0, 1, 2, 3], 1, 0.5, []);
  assert.deepEqual(even, [-1 / 16, 9 / 16, 9 / 16, -1 / 16], "Catmull and Rom's weights in the middle");
});

// Colors

const css = readFileSync(new URL("../../www/plot/plot.css", import.meta.url), "utf8");
const page = readFileSync(new URL("../../www/element/tokens.css", import.meta.url), "utf8");

/** The variables of a sheet that are colors of light and dark pages. */
function variables(sheet, dark) {
  const pairs = [...sheet.matchAll(/(--[\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)];
  return Object.fromEntries(pairs.map(([, name, ...values]) => [name, values[Number(dark)]]));
}

const unbend = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const linear = (hex) =>
  hex
    .slice(1)
    .match(/../g)
    .map((c) => unbend(parseInt(c, 16) / 255));

/** Contrast of two colors (WCAG 2.2). */
function contrast(a, b) {
  const [x, y] = [a, b].map(linear).map(([r, g, bl]) => 0.2126 * r + 0.7152 * g + 0.0722 * bl + 0.05);
  return Math.max(x, y) / Math.min(x, y);
}

// Machado, Oliveira and Fernandes (2009), severity 1; linear RGB.
const SIGHT = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** CIE L*a*b* (D65) of a color as it is seen. */
function perceived(hex, matrix) {
  const rgbSeen = matrix.map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((s, m, k) => s + m * linear(hex)[k], 0),
      ),
    ),
  );
  const [r, g, b] = rgbSeen;
  const f = (t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

test("hues are readable on the page in both themes and stay apart for color-blind people", () => {
  const hues = ["--source", "--target", "--run-a", "--run-b", "--exact"];
  for (const dark of [false, true]) {
    const colors = { ...variables(page, dark), ...variables(css, dark) };
    for (const hue of [...hues, "--conditional"]) {
      for (const ground of ["--paper", "--panel"]) {
        const c = contrast(colors[hue], colors[ground]);
        assert.ok(c >= 4.5, `${hue} on ${ground}, ${dark ? "dark" : "light"}: ${c}`);
      }
    }
    // ΔE*ab of 2.3 is just seen side by side; ten times that for small marks apart, less what shapes make up for.
    for (const [sight, matrix] of Object.entries(SIGHT)) {
      for (const [i, a] of hues.entries()) {
        for (const b of hues.slice(i + 1)) {
          const [p, q] = [a, b].map((hue) => perceived(colors[hue], matrix));
          const apart = Math.hypot(...p.map((v, k) => v - q[k]));
          assert.ok(apart > 18, `${a} and ${b}, ${sight}, ${dark ? "dark" : "light"}: ${apart}`);
        }
      }
    }
  }
});

test("the ramp of ink begins with nothing, covers more with more ink, and refuses what is no color", () => {
  const ramp = inkRamp([10, 20, 250], [0, 0, 60], 1024, 200);
  assert.equal(ramp[0], 0);
  const alphas = Array.from(ramp, (pixel) => pixel >>> 24);
  assert.ok(alphas.every((a, i) => i === 0 || a >= alphas[i - 1]));
  near(alphas[200] / 255, 1 - Math.exp(-1), 0.003);
  assert.deepEqual([ramp[100] & 255, (ramp[100] >> 8) & 255, (ramp[100] >> 16) & 255], [10, 20, 250]);
  assert.ok(((ramp[1023] >> 16) & 255) < 200, "a crowd turns deep");
  assert.deepEqual(rgb("rgb(0, 170, 255)"), [0, 170, 255]);
  assert.deepEqual(rgb("rgba(1, 2, 3, 0.5)"), [1, 2, 3]);
  assert.throws(() => rgb("blue"), /rgb\(r, g, b\)/);
});

test("every layer that can be switched exists, and only those", () => {
  const names = new Set(makeLayersWithoutPage().map((layer) => layer.name));
  assert.deepEqual([...names, "key"].sort(), Object.keys(INITIAL).sort());
});

/** Layers keep a small canvas each; without a page an empty object stands for it. */
function makeLayersWithoutPage() {
  globalThis.document = { createElement: () => ({}) };
  try {
    return makeLayers();
  } finally {
    delete globalThis.document;
  }
}

// Charts

test("ticks are round numbers within the range", () => {
  assert.deepEqual(linearTicks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(linearTicks(0, 20_000, 4), [0, 5000, 10_000, 15_000, 20_000]);
  assert.deepEqual(linearTicks(-0.2, 1, 4), [0, 0.5, 1]);
  assert.deepEqual(linearTicks(2, 2), [2]);
  assert.deepEqual(logTicks(0.05, 20), [0.1, 1, 10]);
  assert.deepEqual(logTicks(0.08, 2.2), [0.1, 0.2, 0.5, 1, 2]);
  for (const [low, high] of [
    [0.31, 0.42],
    [1e-7, 3],
    [0.9, 1.1],
  ]) {
    const ticks = logTicks(low, high);
    assert.ok(ticks.length >= 2, `${low} to ${high}: ${ticks}`);
    assert.ok(
      ticks.every((v) => v >= low * 0.999 && v <= high * 1.001),
      `${low} to ${high}: ${ticks}`,
    );
  }
});

test("figures are written as people write them", () => {
  const pairs = [
    [0, "0"],
    [0.1234, "0.123"],
    [-2, "−2"],
    [1024, "1024"],
    [12_340, "12.3k"],
    [20_000, "20k"],
    [0.00042, "4.2·10⁻⁴"],
    [NaN, "–"],
    [Infinity, "–"],
    [0.1 + 0.2, "0.3"],
    [1, "1"],
  ];
  for (const [v, text] of pairs) assert.equal(figure(v), text);
});

test("scales place the ends at 0 and 1, and a log scale its geometric mean halfway", () => {
  near(scale({ low: -1, high: 3 })(1), 0.5, 1e-12);
  const log = scale({ low: 1, high: 100, log: true });
  [
    [1, 0],
    [10, 0.5],
    [100, 1],
  ].forEach(([v, at]) => near(log(v), at, 1e-12));
});

test("twenty thousand losses become few stretches that keep every spike", () => {
  const random = uniform(7);
  const values = Float32Array.from({ length: 20_000 }, random);
  values[13_337] = 99;
  values[4_242] = -5;
  values[777] = NaN;
  const parts = envelope(values, 300);
  assert.equal(parts.length, 300);
  assert.equal(Math.max(...parts.map((p) => p.high)), 99);
  assert.equal(Math.min(...parts.map((p) => p.low)), -5);
  assert.ok(parts.every((p, i) => i === 0 || p.at > parts[i - 1].at));
  assert.deepEqual(envelope([3, 1], 300), [
    { at: 0, low: 3, high: 3 },
    { at: 1, low: 1, high: 1 },
  ]);
  assert.deepEqual(envelope([NaN, NaN], 1), []);
});

test("a series keeps what came, in slices or at once, and its mean is the weighted mean by definition", () => {
  const random = uniform(11);
  const values = Float32Array.from({ length: 3000 }, random);
  const whole = new Series(0.98);
  whole.append(values);
  const sliced = new Series(0.98);
  for (let i = 0; i < values.length; i += 37) sliced.append(values.subarray(i, i + 37));
  assert.deepEqual(sliced.raw, values);
  assert.deepEqual(sliced.smooth, whole.smooth);
  for (const at of [0, 1, 10, 2999]) {
    let [sum, weight] = [0, 0];
    for (let i = 0; i <= at; i += 1) {
      sum += 0.98 ** (at - i) * values[i];
      weight += 0.98 ** (at - i);
    }
    near(whole.smooth[at], sum / weight, 1e-6, `mean at ${at}`);
  }
  const broken = new Series();
  broken.append([1, NaN, 1]);
  assert.deepEqual(Array.from(broken.smooth), [1, 1, 1], "a loss that is not a number does not spoil the mean");
});

// Brush

test("a stroke leaves points evenly, however its moves are cut up", () => {
  const length = 6.02; // no whole number of spacings, so that rounding cannot add or lose a point
  const brush = { width: 0.6, spacing: 0.05 };
  const points = new Stroke(brush);
  const all = [...points.to(0, 0), ...points.to(length, 0)];
  assert.equal(all.length / 2, 121, "one at the start and one every spacing");
  const cut = new Stroke(brush);
  const pieces = [cut.to(0, 0)];
  for (let i = 1; i <= 600; i += 1) pieces.push(cut.to((length * i) / 600, 0));
  const many = pieces.flat();
  assert.equal(many.length, all.length);
  all.forEach((v, k) => near(many[k], v, 1e-6, `coordinate ${k}`));
  // Each unit of the length and each third of the width gets its share of the 121 points, give or take the few that
  // lie at its borders; independent draws would miss by a standard deviation of 4.1 and 5.2 (binomial).
  const count = (from, to, axis) => all.filter((v, k) => k % 2 === axis && v >= from && v < to).length;
  for (let k = 1; k < 5; k += 1) near(count(k, k + 1, 0), 20, 3, `unit ${k}`);
  for (let k = 0; k < 3; k += 1) near(count(-0.3 + 0.2 * k, -0.1 + 0.2 * k, 1), 121 / 3, 4, `third ${k}`);
  assert.ok(
    all.every((v, k) => k % 2 === 0 || Math.abs(v) <= 0.3),
    "within the width",
  );
  assert.deepEqual(new Stroke(brush).to(1, 2).length, 2, "a tap is one point");
});

test("a stamp fills its disc and an eraser takes a disc away", () => {
  const points = stamp(1, -1, 0.5, 200);
  const radii = points.flatMap((x, k) => (k % 2 ? [] : [Math.hypot(x - 1, points[k + 1] + 1)]));
  assert.ok(radii.every((r) => r <= 0.5));
  near(radii.filter((r) => r <= 0.25).length, 50, 1, "a quarter of the points in a quarter of the area");
  assert.deepEqual(erase([0, 0, 1, 0, 0.2, 0.1], 0, 0, 0.5), [1, 0]);
});

// Playback

test("playing takes its time, holds the end, and steps where motion is unwanted", () => {
  assert.deepEqual([timeAt(0, 4000, false), timeAt(1000, 4000, false), timeAt(4000, 4000, false)], [0, 0.25, 1]);
  assert.equal(timeAt(4500, 4000, false), 1);
  assert.equal(timeAt(6000, 4000, false), null);
  assert.deepEqual([timeAt(0, 4000, true), timeAt(999, 4000, true), timeAt(1000, 4000, true)], [0, 0, 0.1]);
  assert.equal(timeAt(10_500, 4000, true), 1);
  assert.equal(timeAt(11_000, 4000, true), null);
  for (const still of [false, true]) {
    for (const t of [0, 0.3, 0.7, 1]) near(timeAt(msAt(t, 4000, still), 4000, still), t, 1e-12);
  }
});

// Files

test("decimals of 32-bit floats are the shortest that come back", () => {
  const written = [0.1, 0, -2.5, 1 / 3, 1e-8].map((v) => decimal(Math.fround(v)));
  assert.deepEqual(written, ["0.1", "0", "-2.5", "0.33333334", "1e-8"]);
  assert.deepEqual([NaN, Infinity].map(decimal), ["", ""]);
  const random = uniform(3);
  for (let i = 0; i < 2000; i += 1) {
    const v = Math.fround((random() - 0.5) * 10 ** Math.floor(12 * random() - 6));
    assert.equal(Math.fround(Number(decimal(v))), v);
  }
});

test("a trajectory as CSV and as JSON has every point of every frame, and what made it", async () => {
  const flow = { times: Float32Array.of(0, 0.1, 1), x: Float32Array.from({ length: 12 }, (_, i) => i / 10) };
  const meta = { seed: 5, config: { path: "cond-ot" } };
  const lines = (await (await trajectoryCsv(flow, meta)).text()).trimEnd().split("\n");
  assert.equal(lines[0], "# Flow Lab: trajectory");
  assert.deepEqual(JSON.parse(lines[1].slice(2)), meta);
  assert.equal(lines[2], "particle,frame,t,x,y");
  const rows = ["0,0,0,0,0.1", "1,0,0,0.2,0.3", "0,1,0.1,0.4,0.5", "1,1,0.1,0.6,0.7", "0,2,1,0.8,0.9", "1,2,1,1,1.1"];
  assert.deepEqual(lines.slice(3), rows);
  flow.x[11] = NaN;
  const json = JSON.parse(await (await trajectoryJson(flow, meta)).text());
  const x = [
    [0, 0.1, 0.2, 0.3],
    [0.4, 0.5, 0.6, 0.7],
    [0.8, 0.9, 1, null],
  ];
  assert.deepEqual(json, { meta, particles: 2, times: [0, 0.1, 1], x });
});

test("long trajectories are written whole across the breaths they are written in", async () => {
  const n = 9001;
  const flow = { times: Float32Array.of(0, 1), x: Float32Array.from({ length: 4 * n }, (_, i) => i) };
  const lines = (await (await trajectoryCsv(flow)).text()).trimEnd().split("\n");
  assert.equal(lines.length, 3 + 2 * n);
  assert.equal(lines.at(-1), `${n - 1},1,1,${4 * n - 2},${4 * n - 1}`);
  const json = JSON.parse(await (await trajectoryJson(flow)).text());
  assert.deepEqual(json.x.flat(), Array.from(flow.x));
});

test("a record as CSV leaves gaps empty and quotes what needs it", async () => {
  const columns = { step: [1, 2, 3], "loss, raw": Float32Array.of(0.1, NaN, 0.3), note: ['a "b"'] };
  const lines = (await recordCsv({ meta: { seed: 1 }, columns }).text()).trimEnd().split("\n").slice(2);
  assert.deepEqual(lines, ['step,"loss, raw",note', '1,0.1,"a ""b"""', "2,,", "3,0.3,"]);
});

test("file names and captions say seed and step", () => {
  const meta = { seed: 1, step: 2000, nfe: 20, t: 0.5 };
  assert.equal(fileName("particles", meta, "png"), "flow-lab-particles-seed1-step2000-nfe20-t0.50.png");
  assert.equal(fileName("training", { seed: 0 }, "csv"), "flow-lab-training-seed0.csv");
  assert.equal(caption({ t: 0.5, solver: "Euler", nfe: 16, seed: 1 }), "t = 0.50 · Euler · 16 NFE · seed 1");
});

test("text goes into a PNG after its header", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926, "the check value of CRC-32/ISO-HDLC");
  // One gray pixel, made with Python's zlib and struct: signature and IHDR, then IDAT and IEND.
  const dot = Uint8Array.from(
    Buffer.from(
      "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55" + "0000000a49444154789c636800000082008177cd72b60000000049454e44ae426082",
      "hex",
    ),
  );
  const out = withText(dot, { Comment: "σ = 0" });
  assert.deepEqual(out.subarray(0, 33), dot.subarray(0, 33));
  assert.deepEqual(out.subarray(out.length - (dot.length - 33)), dot.subarray(33));
  const view = new DataView(out.buffer);
  const length = view.getUint32(33);
  assert.equal(out.length, dot.length + length + 12);
  const body = out.subarray(37, 41 + length);
  assert.equal(new TextDecoder().decode(body), "iTXtComment\0\0\0\0\0σ = 0");
  assert.equal(view.getUint32(41 + length), crc32(body));
});

test("drawing calls become SVG that says the same", () => {
  const context = new SvgContext();
  context.strokeStyle = "#123456";
  context.lineWidth = 1.5;
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(1, 2);
  context.lineTo(3.14159, 4);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 0.5;
  context.fillStyle = "#abcdef";
  context.beginPath();
  context.moveTo(15, 10);
  context.arc(10, 10, 5, 0, 2 * Math.PI);
  context.fill();
  context.globalAlpha = 1;
  context.font = '500 12px "A & B", serif';
  context.textAlign = "right";
  context.fillText("x < y", 7, 8);
  const text = context.text(100, { title: "<flow>", metadata: { seed: 1, note: "a & b" } });
  assert.match(text, /<path d="M1 2L3.1 4" fill="none" stroke="#123456" stroke-width="1.5"[^>]* stroke-dasharray="4 3"/);
  assert.match(text, /a5 5 0 1 1 -10 0a5 5 0 1 1 10 0" fill="#abcdef" opacity="0.5"\/>/);
  assert.match(text, /text-anchor="end"[^>]*font-weight="500"[^>]*>x &#60; y<\/text>/);
  assert.match(text, /<title>&#60;flow&#62;<\/title>/);
  const [, escaped] = /<metadata>(.*)<\/metadata>/.exec(text);
  const metadata = escaped.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
  assert.deepEqual(JSON.parse(metadata), { seed: 1, note: "a & b" });
  assert.ok(!/[<>]/.test(text.replace(/<[^<>]*>/g, "")), "nothing is left unescaped");
});
