// The npm package with webpack, esbuild, Next.js and Astro: bundled as its README says, served, opened in a browser. With Vite:
// tests/page/package.test.mjs. The bundlers are large; scripts/bundlers installs them and runs this.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { fileAt, typeOf } from "../scripts/files.mjs";
import { BUILDS } from "../scripts/page.mjs";
import { pack } from "../scripts/pack.mjs";
import { browser, open } from "./page/harness.mjs";

const PROJECTS = fileURLToPath(new URL("bundlers/", import.meta.url));
const { FLOW_LAB_BUNDLERS: HOME = "", FLOW_LAB_ENGINES: ENGINES = "" } = process.env; // set by scripts/lib.sh
const STYLES = ["element/tokens.css", "element/figure.css", "plot/plot.css", "figures/paths/paths.css"];

/** Why nothing can be tested here, or false. */
function obstacle() {
  const lock = (folder) => join(folder, "package-lock.json");
  const same = HOME && existsSync(lock(HOME)) && readFileSync(lock(HOME)).equals(readFileSync(lock(PROJECTS)));
  return !same && "SKIPPED: the bundlers pinned in tests/bundlers/ are not installed; scripts/bundlers installs them and runs this";
}
const skip = obstacle();

/** A program of an installed package: what its package.json calls `name`. */
function program(name) {
  const file = join(HOME, "node_modules", name, "package.json");
  const { bin } = JSON.parse(readFileSync(file, "utf8"));
  return join(HOME, "node_modules", name, typeof bin === "string" ? bin : bin[name]);
}

/** The file `name` that the README tells people to write: the example that begins with its name. */
function example(readme, name) {
  const [, code] = readme.match(new RegExp(`^\`\`\`js\\n(// ${name.replaceAll(".", "\\.")}\\n.*?)^\`\`\`$`, "ms")) ?? [];
  assert.ok(code, `the README has no ${name}`);
  return code;
}

let chrome, archive, folder;
before(async () => {
  if (skip) return;
  // Below the installed bundlers, where programs look for packages.
  folder = mkdtempSync(join(HOME, "projects-"));
  archive = pack(Object.fromEntries(BUILDS.map((build) => [build, join(ENGINES, build)])), folder);
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** A project with the package: {path, installed, readme, run(program, ...args)}. */
function project(name) {
  const path = join(folder, name);
  cpSync(join(PROJECTS, name), path, { recursive: true });
  cpSync(join(PROJECTS, "use.js"), join(path, "use.js"));
  writeFileSync(join(path, "package.json"), JSON.stringify({ name: `${name}-user`, private: true, type: "module" }));
  const quiet = ["--offline", "--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts", "--loglevel=error"];
  execFileSync("npm", ["install", ...quiet, archive.file], { cwd: path, stdio: ["ignore", "ignore", "inherit"] });
  const installed = join(path, "node_modules/flow-matching-lab");
  const env = { ...process.env, NODE_PATH: "", NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", ASTRO_TELEMETRY_DISABLED: "1", NO_COLOR: "1" };
  const run = (...args) => {
    try {
      return execFileSync(process.execPath, args, { cwd: path, encoding: "utf8", stdio: "pipe", env });
    } catch (error) {
      throw new Error(`${args[0]} failed:\n${error.stdout}${error.stderr}`);
    }
  };
  return { path, installed, readme: readFileSync(join(installed, "README.md"), "utf8"), run };
}

/** Serves a folder until the test is over; its address. */
async function serve(t, root) {
  const server = createServer((request, response) => {
    const path = fileAt(root, new URL(request.url, "http://x").pathname);
    if (!path) return response.writeHead(404).end();
    return response.writeHead(200, { "content-type": typeOf(path) }).end(readFileSync(path));
  });
  t.after(() => server.close());
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}/`;
}

/** Opens what was built in `root`: the package computes, the figure has its markup and styles, nothing is missing. */
async function works(t, root, installed) {
  const context = await chrome.newContext({ viewport: { width: 1000, height: 800 } });
  t.after(() => context.close());
  const wrong = [];
  context.on("response", (response) => response.status() >= 400 && wrong.push(`${response.url()}: ${response.status()}`));
  const { page, errors } = await open(context, await serve(t, root));
  const results = await page
    .waitForFunction(() => globalThis.results, undefined, { timeout: 60_000 })
    .then(
      (handle) => handle.jsonValue(),
      () => ({ failed: "it gave no results" }),
    );
  assert.deepEqual([results.failed, ...wrong, ...errors], [undefined]);
  assert.equal(results.t, 1);
  assert.ok(results.ink > 30 && results.ink < 300, `${results.ink} pixels of ink`);
  assert.equal(results.losses.length, 2);
  assert.ok(results.losses.every((loss) => loss > 0 && Number.isFinite(loss)));
  const time = await page.evaluate(() => part('[role="slider"], input[type="range"]').value);
  await page.waitForFunction((was) => part('[role="slider"], input[type="range"]').value !== was, time); // it plays
  const sheets = STYLES.map((file) => readFileSync(join(installed, "app", `${file}.txt`), "utf8"));
  const rules = await page.evaluate(
    (texts) =>
      texts.map((text) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        return sheet.cssRules.length;
      }),
    sheets,
  );
  assert.deepEqual(results.rules, rules, "a bundler made something else of a style sheet");
}

/** What a page that imports the package says where it is rendered. */
const SERVER = "server: function function undefined undefined";

test("webpack", { skip }, async (t) => {
  const { path, installed } = project("webpack");
  const webpack = createRequire(join(HOME, "package.json"))("webpack");
  const { default: config } = await import(join(path, "webpack.config.js"));
  const stats = await new Promise((resolve, reject) => {
    const done = (error, made) => (error ? reject(error) : resolve(made));
    webpack({ mode: "production", context: path, output: { path: join(path, "dist") }, ...config }, done);
  });
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  const wrong = [...errors, ...warnings].map(({ message }) => message);
  assert.deepEqual(
    wrong.filter((message) => !/^asset size limit/.test(message)),
    [],
  ); // engines and weights are large
  cpSync(join(path, "index.html"), join(path, "dist/index.html"));
  await works(t, join(path, "dist"), installed);
});

test("esbuild", { skip }, async (t) => {
  const { path, installed, readme, run } = project("esbuild");
  writeFileSync(join(path, "build.js"), example(readme, "build.js"));
  run("build.js");
  const [, map] = readme.match(/<script type="importmap">(.*?)<\/script>/s);
  writeFileSync(join(path, "dist/index.html"), readFileSync(join(path, "index.html"), "utf8").replace("IMPORTMAP", map));
  await works(t, join(path, "dist"), installed);
});

for (const [bundler, ...flags] of [["Turbopack"], ["webpack", "--webpack"]]) {
  test(`Next.js with ${bundler}`, { skip }, async (t) => {
    const { path, installed, run } = project("next");
    t.after(() => rmSync(path, { recursive: true, force: true }));
    run(program("next"), "build", ...flags);
    assert.ok(readFileSync(join(path, "out/index.html"), "utf8").includes(SERVER));
    await works(t, join(path, "out"), installed);
  });
}

test("Astro", { skip }, async (t) => {
  const { path, installed, readme, run } = project("astro");
  writeFileSync(join(path, "astro.config.mjs"), example(readme, "astro.config.mjs"));
  run(program("astro"), "build");
  assert.ok(readFileSync(join(path, "dist/index.html"), "utf8").includes(SERVER));
  await works(t, join(path, "dist"), installed);
});
