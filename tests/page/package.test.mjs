// The npm package as its users have it: installed into an empty Vite project, type-checked, bundled, opened in a browser.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fileAt, typeOf } from "../../scripts/files.mjs";
import { BUILDS } from "../../scripts/page.mjs";
import { cargo, pack } from "../../scripts/pack.mjs";
import { browser, DIST, hashed, open } from "./harness.mjs";

const require = createRequire(import.meta.url);
const BASE = "/deep/below/";
const BUDGET = 24_000_000; // bytes of the archive

const project = mkdtempSync(join(tmpdir(), "flow-lab-user-"));
const installed = join(project, "node_modules/flow-matching-lab");
const write = (name, text) => writeFileSync(join(project, name), text);
const read = (name) => readFileSync(join(installed, name), "utf8");
/** A program of the tools' packages, run in the project; they are not installed there. */
const tool = (path) => join(dirname(require.resolve(`${path.split("/")[0]}/package.json`)), path.slice(path.indexOf("/") + 1));
const node = (path, ...args) => execFileSync(process.execPath, [tool(path), ...args], { cwd: project, encoding: "utf8", stdio: "pipe" });

/** The code of README's examples in a language. */
const examples = (language) => [...read("README.md").matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, code]) => code);

let chrome, archive;
before(async () => {
  archive = pack(Object.fromEntries(BUILDS.map((build) => [build, join(DIST, hashed(`engine/${build}`))])), project);
  cpSync(fileURLToPath(new URL("package/", import.meta.url)), project, { recursive: true });
  write("package.json", JSON.stringify({ name: "user", private: true, type: "module" }));
  const quiet = ["--offline", "--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts", "--loglevel=error"];
  execFileSync("npm", ["install", ...quiet, archive.file], { cwd: project, stdio: ["ignore", "ignore", "inherit"] });
  const config = examples("js").find((code) => code.startsWith("// vite.config.js\n"));
  assert.ok(config);
  write("vite.config.js", config); // what README tells people to write, and nothing more
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  rmSync(project, { recursive: true, force: true });
});

test("the archive has the crate's version, what it exports and nothing of the article's", (t) => {
  t.diagnostic(`${archive.bytes} of ${BUDGET} bytes`);
  assert.ok(archive.bytes <= BUDGET);
  const { name, version, license, exports, dependencies } = JSON.parse(read("package.json"));
  assert.deepEqual([name, version, license, dependencies], ["flow-matching-lab", cargo("version"), cargo("license"), undefined]);
  const targets = Object.values(exports).flatMap((target) => (typeof target === "string" ? [target] : Object.values(target)));
  for (const target of targets) assert.ok(existsSync(join(installed, target)), target);
  const files = readdirSync(installed, { recursive: true }).filter((file) => statSync(join(installed, file)).isFile());
  for (const file of ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "models/MODEL_CARD.md"]) assert.ok(files.includes(file), file);
  assert.deepEqual(
    files.filter((file) => /main\.js|article\.css|embed\.|EMBED|stills|\.(br|gz|map)$/.test(file)),
    [],
  );
  assert.equal(files.filter((file) => file.endsWith(".wasm")).length, 2);
  const assets = read("app/engine/assets.js");
  assert.match(assets, /HOME = null/);
  // Bundlers that look for each (webpack, Next.js) stop at one that is not there.
  const places = [...assets.matchAll(/(?:new URL|import)\("([^"]+)"/g)].map(([, place]) => place);
  assert.ok(places.length > 8, places.join());
  for (const place of places) assert.ok(existsSync(join(installed, "app/engine", place)), place);
});

test("the types accept right uses, the README's examples among them, and stop wrong ones", async () => {
  const options = {
    strict: true,
    noEmit: true,
    target: "es2022",
    module: "esnext",
    moduleResolution: "bundler",
    lib: ["es2022", "dom", "dom.iterable", "dom.asynciterable"],
    types: [],
  };
  examples("ts").forEach((code, i) => write(`example-${i}.ts`, `${code}\nexport {};\n`));
  // Where the tables have a list of values, the types have the same.
  const table = async (file, name) => (await import(pathToFileURL(join(installed, "app", file))))[name];
  const lines = [];
  const compare = (type, kind) =>
    kind.values && lines.push(`same<Same<NonNullable<${type}>, ${kind.values.map((v) => JSON.stringify(v)).join(" | ")}>>();`);
  const lab = await table("figures/lab/table.js", "LAB");
  for (const key of ["path", "coupling", "epsilon", "width", "batch", "rate", "predicts", "loss", "time", "ema"])
    compare(`Experiment["${key}"]`, lab[`lab.${key}`].kind);
  compare('FlowOptions["solver"]', lab["lab.solver"].kind);
  compare('Named | "text" | "points"', lab["lab.source"].kind);
  const digits = await table("figures/digits/table.js", "DIGITS");
  for (const key of ["solver", "tolerance"]) compare(`SampleRequest["${key}"]`, digits[key].kind);
  compare('EngineOptions["backend"]', digits.device.kind);
  const figures = await table("figures/all.js", "FIGURES");
  compare("FigureName", { values: Object.keys(figures) });
  assert.equal(lines.length, 16);
  write(
    "tables.ts",
    `import type { EngineOptions, Experiment, FlowOptions, Named, SampleRequest } from "flow-matching-lab";
import type { FigureName } from "flow-matching-lab/element";
type Same<A, B> = [A, B] extends [B, A] ? true : false;
const same = <T extends true>(): T | void => {};
${lines.join("\n")}\n`,
  );
  write("tsconfig.json", JSON.stringify({ compilerOptions: options, include: ["*.ts"] }));
  let said = "";
  try {
    node("typescript/bin/tsc", "-p", ".");
  } catch (error) {
    said = error.stdout;
  }
  assert.equal(said, "");
});

test("where there is no browser it can be imported, and says what it needs when it is used", async () => {
  const at = (file) => import(pathToFileURL(join(installed, "app/api", file)).href);
  const { createEngine, createTraining } = await at("index.js");
  const { FlowLab } = await at("element.js");
  assert.equal(typeof FlowLab, "function");
  await assert.rejects(createEngine(), /^Error: createEngine computes in web workers, and there are none here: call it in a browser$/);
  await assert.rejects(createTraining(), /^Error: createTraining computes in web workers/);
});

/** What the page at `url` computed, and what is wrong: errors of the console, requests that failed. */
async function visit(url) {
  const context = await chrome.newContext({ viewport: { width: 1000, height: 800 } });
  const wrong = [];
  context.on("requestfailed", (request) => wrong.push(`${request.url().slice(0, 200)}: ${request.failure().errorText}`));
  context.on("response", (response) => response.status() >= 400 && wrong.push(`${response.url()}: ${response.status()}`));
  const { page, errors } = await open(context, url);
  await page.waitForFunction(() => globalThis.results, undefined, { timeout: 60_000 });
  const results = await page.evaluate(() => globalThis.results);
  assert.equal(results.failed, undefined);
  // The figure lives in its shadow root: it plays, in colors of its own.
  const playing = () => page.evaluate(() => part('[role="slider"], input[type="range"]').value);
  const first = await playing();
  const styles = ["element/tokens.css", "element/figure.css", "plot/plot.css", "figures/paths/paths.css"].map((file) => read(`app/${file}.txt`));
  const figure = await page.evaluate(
    (texts) => ({
      text: document.querySelector("flow-lab").shadowRoot.textContent,
      share: getComputedStyle(part(".share")).display,
      sheets: document.querySelector("flow-lab").shadowRoot.adoptedStyleSheets.map((sheet) => sheet.cssRules.length),
      // A server or a bundler may have made something else of a style sheet.
      rules: texts.map((text) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        return sheet.cssRules.length;
      }),
    }),
    styles,
  );
  await page.waitForFunction((value) => part('[role="slider"], input[type="range"]').value !== value, first, { timeout: 10_000 });
  await context.close();
  return { results, figure, wrong: [...wrong, ...errors] };
}

function check({ results, figure, wrong }) {
  assert.deepEqual(wrong, []);
  assert.equal(results.ready, "flow-lab");
  assert.match(figure.text, /Euler’s error at the end of the diffusion path\s*\d\.\d\d/);
  assert.deepEqual(figure.sheets, figure.rules);
  assert.equal(figure.share, "none", "there is no article to link to");

  const { digits, few, emoji, training } = results;
  assert.deepEqual([digits.backend, digits.why, digits.device, digits.network], ["cpu", "as chosen", "CPU", "digits"]);
  assert.ok(digits.shares.length > 1 && digits.shares.at(-1) === 1 && digits.shares.every((share, i) => i === 0 || share >= digits.shares[i - 1]));
  const frame = (t, nfe) => ({ t, nfe, done: t === 1, sizes: [784, 784], finite: true });
  assert.deepEqual(digits.frames, [frame(0, 2), frame(0.5, 4), frame(1, 4)]);
  assert.ok(digits.same, "the same request gives the same digits");
  assert.ok(digits.ink > 30 && digits.ink < 300, `${digits.ink} pixels of ink`);
  assert.deepEqual([digits.aborted, digits.seen, digits.kept], [["AbortError", true], 1, true]);
  assert.match(digits.before, /^AbortError: /);
  assert.deepEqual([digits.turns, digits.differ], [[1, 1], true]);
  // A whole run takes 64 times as long as its first frame.
  assert.ok(digits.stopped < 16 * digits.first + 2000, `what was aborted and left went on: ${digits.stopped} ms, a frame ${digits.first} ms`);
  assert.deepEqual(digits.closed, ["AbortError", "AbortError"]);
  assert.deepEqual(few.frame, { t: 1, nfe: 1, done: true, sizes: [1568, 1568], finite: true });
  assert.match(few.refused, /^TypeError: .*“few-step” knows no “solver”; it knows seed, steps, labels, signal$/);

  assert.deepEqual(emoji.frame, { t: 1, nfe: 1, done: true, sizes: [24_576, 24_576], finite: true });
  assert.ok(emoji.same, "a name is a share of 1, and what is not said is null");
  assert.ok(emoji.differ, "half of two styles is neither");
  assert.deepEqual(emoji.refusals, [
    "TypeError: sample: labels[0] takes an object with category, style, not a number",
    "RangeError: sample: labels[0]: style must be one of noto, noto-v1, fluent, fluent-flat, twemoji, fxemojis, streamline, not “emojione”",
    "RangeError: sample: labels[0]: style: noto must be a number from 0 to 1, not 2",
    "TypeError: sample: labels[0] knows no “kind”; it knows category, style",
    "RangeError: sample: labels must be 1 to 16 pictures, not 17",
  ]);

  assert.deepEqual([training.backend, training.device, training.parameters > 100], ["cpu", "CPU", true]);
  assert.deepEqual(
    training.progress.map(({ step, done }) => [step, done]),
    [
      [2, false],
      [4, false],
      [5, true],
    ],
  );
  assert.ok(training.progress.every(({ loss }) => loss > 0 && Number.isFinite(loss)));
  assert.deepEqual(training.sizes, [4, 4 * 10 * 2, 6]);
  assert.match(training.aborted, /^AbortError: /);
  assert.ok(training.stoppedAt > 5 && training.stoppedAt < 50_000, `stopped at ${training.stoppedAt}`);
  assert.equal(training.wentOn, 1);
  assert.ok(training.same, "the same experiment gives the same weights");
  assert.match(training.closed, /^AbortError: the training was closed$/);
  assert.match(training.header, /rings/);

  const sentences = [
    "TypeError: createEngine knows no “engine”; it knows network, backend, onProgress, signal",
    "RangeError: createEngine: backend must be one of auto, webgpu, cpu, not “gpu”",
    "TypeError: createEngine takes an object with network, backend, onProgress, signal, not a string",
    /^AbortError: /,
    "TypeError: createEngine: signal must be an AbortSignal, not a number",
    /^TypeError: sample of the network “digits” knows no “label”/,
    /^TypeError: sample: labels must be an array/,
    "RangeError: sample: labels must be 1 to 256 classes, not 0",
    "RangeError: sample: labels[1] must be a whole number from 0 to 9, not 10",
    /steps must be a whole number from 1 to 64, not 2\.5$/,
    /^TypeError: .*steps must be a whole number from 1 to 64, not a string$/,
    /weight must be a number from 0 to 6, not 7$/,
    /^RangeError: .*from 0\.9 to 0\.1/,
    /^RangeError: createTraining: target must be one of gaussian, .*, or \{text\}, or \{points\}, not “moon”$/,
    /^RangeError: .*not 3 numbers$/,
    "RangeError: createTraining: target.points must be finite numbers; the one at 1 is NaN",
    /^DataError: .*\(7, 0\) lies outside/,
    /^RangeError: createTraining: width must be one of 16, .*, not 48$/,
    /^DeviceError: WebGPU cannot be used: (this browser has no WebGPU|the browser found no GPU it can use)$/,
  ];
  assert.equal(results.refusals.length, sentences.length);
  results.refusals.forEach((said, i) => (typeof sentences[i] === "string" ? assert.equal(said, sentences[i]) : assert.match(said, sentences[i])));
}

test(`a Vite build of it works below ${BASE}`, async (t) => {
  const began = performance.now();
  node("vite/bin/vite.js", "build", "--base", BASE, "--logLevel", "warn");
  t.diagnostic(`built in ${Math.round(performance.now() - began)} ms`);
  const built = join(project, "dist");
  assert.equal(readdirSync(built, { recursive: true }).filter((file) => file.endsWith(".wasm")).length, 2);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://x");
    const path = pathname.startsWith(BASE) && fileAt(built, pathname.slice(BASE.length));
    if (!path) return response.writeHead(404).end();
    return response.writeHead(200, { "content-type": typeOf(path) }).end(readFileSync(path));
  });
  t.after(() => server.close());
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  check(await visit(`http://127.0.0.1:${server.address().port}${BASE}`));
});

test("Vite's development server gives the same", async (t) => {
  const vite = spawn(process.execPath, [tool("vite/bin/vite.js"), "--host", "127.0.0.1", "--port", "5271"], {
    cwd: project,
    env: { ...process.env, NO_COLOR: "1" },
  });
  t.after(() => vite.kill());
  const url = await new Promise((resolve, reject) => {
    let said = "";
    vite.stdout.on("data", (text) => {
      said += text;
      const [found] = said.match(/http:\/\/127\.0\.0\.1:\d+\//) ?? [];
      if (found) resolve(found);
    });
    vite.on("exit", () => reject(new Error(`Vite ended: ${said}`)));
  });
  check(await visit(url));
});
