// Opens a bench page that has our engines, tfjs and jax-js side by side.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DIST, browser, hashed, serve, withCores } from "../tests/page/harness.mjs";

const require = createRequire(import.meta.url);
const folders = {
  "/tfjs/": join(dirname(require.resolve("@tensorflow/tfjs/package.json")), "dist"),
  "/tfjs-wasm/": join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist"),
  "/jax/": dirname(require.resolve("@jax-js/jax")),
  "/lab/": DIST,
  "/bench/": dirname(fileURLToPath(import.meta.url)),
};
const types = { html: "text/html", js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm" };
const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/**
 * Runs `measure(page)` on benches/`name`; prints its errors. `isolated`: the page may share memory between threads, as tfjs needs it for more than one; `cores`: what
 * the page is told that the machine has; `quiet`: no line about the browser.
 */
export async function onBenchPage(name, measure, { isolated = false, cores = 0, quiet = false } = {}) {
  const server = await serve((path) => {
    const app = `/lab/${hashed("app")}/`;
    if (path === "/bench/assets.js") return { status: 302, headers: { location: `${app}engine/assets.js` } };
    if (path.startsWith("/bench/app/")) return { status: 302, headers: { location: app + path.slice("/bench/app/".length) } };
    const prefix = Object.keys(folders).find((p) => path.startsWith(p));
    if (!prefix) return null;
    const body = readFileSync(join(folders[prefix], path.slice(prefix.length)));
    const headers = { "content-type": types[path.split(".").pop()] ?? "text/plain" };
    return { body, headers: isolated ? { ...headers, ...ISOLATED } : headers };
  });
  const chrome = await browser();
  try {
    const context = await chrome.newContext();
    if (cores) await withCores(context, cores);
    const page = await context.newPage();
    page.on("console", (m) => m.type() === "error" && console.error(m.text()));
    page.on("pageerror", (e) => console.error(String(e)));
    await page.goto(new URL(`/bench/${name}`, server.url).href);
    await page.waitForFunction(() => window.ready);
    await measure(page);
    if (!quiet) console.log(`medians of rounds in turn; ${await chrome.version()}`);
  } finally {
    await chrome.close();
    server.close();
  }
}
