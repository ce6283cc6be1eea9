// What a host meets: dist/ deep below another site's root, compressed beforehand, under names that can be cached.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { compressible } from "../../scripts/compress.mjs";
import { KEPT, engineTypes } from "../../scripts/engine-types.mjs";
import { fileAt, typeOf } from "../../scripts/files.mjs";
import { ENTRIES, folderHash } from "../../scripts/page.mjs";
import { CATALOG } from "../../www/element/catalog.js";
import { browser, DIST, hashed, open } from "./harness.mjs";

const DOCUMENTS = ["embedding.html", "javascript.html", "burn-in-the-browser.html", "results.html"];
const BASE = "/a/b/c/";
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const text = (name) => readFileSync(join(DIST, name), "utf8");

/** The values of `src` and `href` in an entry point, with their elements; pictures inside the page are no references. */
const references = (name) =>
  [...text(name).matchAll(/<(\w+)\b[^>]*?\s(?:src|href)=(["'])(.*?)\2/gs)]
    .map(([, element, , url]) => ({ element, url }))
    .filter(({ url }) => !url.startsWith("data:") && !url.startsWith("#"));

test("what scripts/serve starts with needs no npm package: on a fresh machine they come later", () => {
  const program = 'await import("./scripts/page.mjs")';
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd: ROOT,
    env: { ...process.env, NODE_PATH: "" },
  });
  assert.equal(status, 0, String(stderr));
});

test("a folder's name ends in the hash of its content", () => {
  assert.equal(readdirSync(join(DIST, "engine")).length, 2);
  for (const name of ["app", "engine/cpu", "engine/gpu"]) {
    assert.equal(hashed(name), `${name}-${folderHash(join(DIST, hashed(name)))}`);
  }
});

test("the types that the page is checked with are the engine's", () => {
  const mend = "the exports changed: run node scripts/engine-types.mjs with FLOW_LAB_ENGINES set to the folder of the built engines";
  assert.equal(readFileSync(KEPT, "utf8"), engineTypes(process.env.FLOW_LAB_ENGINES), mend);
});

test("what the package's types say of defaults and domains is the catalog's", () => {
  const types = readFileSync(join(ROOT, "www/api/index.d.ts"), "utf8");
  const { digits, emoji, fewStep, lab, seed } = CATALOG;
  const { guidance } = digits;
  const said = {
    "weight?: number": [`${guidance.weight.min} to ${guidance.weight.max}, ${guidance.weight.initial} by default`],
    "from?: number": [`${guidance.from.min} to ${guidance.from.max}, ${guidance.from.initial} by default`],
    "to?: number": [`${guidance.to.min} to ${guidance.to.max}`, `${guidance.to.initial} by default`],
    "export type DigitLabel": [`${digits.class.min} to ${digits.class.max}`],
    "labels: readonly": [`1 to ${digits.most} digits`, `1 to ${emoji.most} emoji`],
    "steps?: number": [
      `from ${digits.steps.min} to ${digits.steps.max}; ${digits.steps.initial} by default, ${fewStep.steps.initial} for a few-step`,
    ],
    "solver?: Solver": [`"${digits.solver}" by default`],
    "tolerance?: Tolerance": [`${digits.tolerance.initial} by default`],
    "seed?: number": [`2³² − 1; ${seed.initial} by default`],
    "source?: End": [`"${lab.source}" by default`],
    "target?: End": [`"${lab.target}" by default`],
    "path?: Path": [`"${lab.path}", the default`],
    "sigmaMin?: number": [`${lab.sigmaMin.min} to ${lab.sigmaMin.max}; ${lab.sigmaMin.initial} by default`],
    "epsilon?: Epsilon": [`${lab.epsilon.initial} by default`],
    "width?: Width": [`${lab.width.initial} by default`],
    "depth?: number": [`${lab.depth.min} to ${lab.depth.max}; ${lab.depth.initial} by default`],
    "batch?: BatchSize": [`${lab.batch.initial} by default`],
    "rate?: LearningRate": [`${lab.rate.initial} by default`],
    "time?: TimeSampling": [`"${lab.time}" by default`],
    "predicts?: Prediction": [`"${lab.predicts}" by default`],
    "loss?: Prediction": [`"${lab.loss}" by default`],
    "ema?: Decay": [`${lab.ema.initial} by default`],
    "noise?: number": [`${lab.noise.min} to ${lab.noise.max}; ${lab.noise.initial} by default`],
    "particles?: number": [
      `1 to ${Math.max(...lab.particles.values).toLocaleString("en")}; ${lab.particles.initial.toLocaleString("en")} by default`,
    ],
  };
  for (const [field, phrases] of Object.entries(said)) {
    const at = types.indexOf(field);
    assert.ok(at > 0, `there is no ${field}`);
    const comment = types.slice(types.lastIndexOf("/**", at), at);
    for (const phrase of phrases) assert.ok(comment.includes(phrase), `${field} is not said to be “${phrase}”: ${comment}`);
  }
});

test("nothing but the entry points, which lead into the hashed folders, has a place of its own", () => {
  const known = [...ENTRIES, hashed("app"), "engine", "models", "stills", ...DOCUMENTS];
  const others = readdirSync(DIST).filter((name) => !known.includes(name.replace(/\.(br|gz)$/, "")));
  assert.deepEqual(others, []);
  for (const name of ENTRIES) {
    assert.ok(text(name).includes(`${hashed("app")}/`), `${name} does not lead into ${hashed("app")}`);
    assert.doesNotMatch(text(name), /["'](\.\/)?app\//, name);
  }
});

test("what the entry points refer to exists, at a relative address", () => {
  for (const name of ["index.html", "embed.html", ...DOCUMENTS]) {
    assert.ok(references(name).length > 0, name);
    for (const { element, url } of references(name)) {
      if (element === "a" && /^https:\/\//.test(url)) continue; // a paper
      assert.doesNotMatch(url, /^(\/|[a-z]+:)/i, `${name}: ${url}`);
      const file = url.split(/[?#]/)[0].replace(/^(\.\/)?$/, "index.html");
      assert.ok(existsSync(join(DIST, file)), `${name}: ${url} does not exist`);
    }
  }
});

test("every text and engine is there in brotli and gzip too, with the same content", () => {
  const files = compressible(DIST);
  // Two engines, and the tile that scripts/pack puts into the package's scripts.
  assert.ok(files.filter((file) => file.endsWith(".wasm")).length === 3 && files.length > 20);
  for (const file of files) {
    const bytes = readFileSync(file);
    assert.ok(bytes.equals(brotliDecompressSync(readFileSync(`${file}.br`))), `${file}.br`);
    assert.ok(bytes.equals(gunzipSync(readFileSync(`${file}.gz`))), `${file}.gz`);
  }
});

const trunk = spawnSync("trunk", ["--version"]).status === 0;
test("Trunk makes the same page", { skip: !trunk && "SKIPPED: Trunk is not installed" }, (t) => {
  const out = mkdtempSync(join(tmpdir(), "flow-lab-trunk-"));
  t.after(() => rmSync(out, { recursive: true }));
  const { status, stderr } = spawnSync("trunk", ["build", "--skip-version-check", "--dist", out], { cwd: ROOT, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const files = (folder) =>
    readdirSync(folder, { recursive: true })
      .filter((name) => !/\.(br|gz)$/.test(name)) // Trunk is not asked to compress
      .sort();
  assert.deepEqual(files(out), files(DIST));
  // Its HTML differs in blank lines.
  const squeezed = (folder) => readFileSync(join(folder, "index.html"), "utf8").replace(/\s+/g, " ");
  assert.equal(squeezed(out), squeezed(DIST));
});

let server, chrome;
const answers = []; // [path, status, content-encoding]
before(async () => {
  // As nginx with brotli_static does, and as simple.
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://x");
    const path = pathname.startsWith(BASE) ? fileAt(DIST, pathname.slice(BASE.length)) : null;
    if (!path) {
      answers.push([pathname, 404]);
      return response.writeHead(404).end();
    }
    const packed = /\bbr\b/.test(request.headers["accept-encoding"] ?? "") && existsSync(`${path}.br`);
    const headers = { "content-type": typeOf(path), vary: "accept-encoding" };
    answers.push([pathname, 200, packed ? "br" : undefined]);
    return response.writeHead(200, packed ? { ...headers, "content-encoding": "br" } : headers).end(readFileSync(packed ? `${path}.br` : path));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  server?.close();
});

for (const name of ["", "embed.html"]) {
  test(`${name || "the page"} loads below ${BASE}, and nothing from elsewhere`, async () => {
    answers.length = 0;
    const origin = `http://127.0.0.1:${server.address().port}`;
    const context = await chrome.newContext({ viewport: { width: 1280, height: 900 } });
    const asked = [];
    context.on("request", (request) => asked.push(request.url()));
    const { page, errors } = await open(context, `${origin}${BASE}${name}`);
    // Every figure comes near once, and loads what it needs.
    for (let at = 0; at < (await page.evaluate(() => document.documentElement.scrollHeight)); at += 600) {
      await page.evaluate((y) => window.scrollTo(0, y), at);
      await page.waitForTimeout(100);
    }
    // "networkidle" happens once in the life of a page, and may have been before the scrolling.
    for (let seen = -1; seen !== answers.length; ) {
      seen = answers.length;
      await page.waitForTimeout(2000);
    }
    const elsewhere = asked.filter((url) => !url.startsWith(`${origin}${BASE}`) && !/^(data|blob):/.test(url));
    assert.deepEqual(elsewhere, []);
    assert.deepEqual(
      answers.filter(([, status]) => status !== 200),
      [],
    );
    const scripts = answers.filter(([path]) => /\.(js|wasm)$/.test(path));
    assert.ok(scripts.length > 0 && scripts.every(([, , encoding]) => encoding === "br"), "scripts come compressed");
    assert.deepEqual(errors, []);
    await context.close();
  });
}
