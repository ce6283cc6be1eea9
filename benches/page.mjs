// Opens a bench page that has our engines and tfjs side by side.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { browser, hashed, serve } from "../tests/page/harness.mjs";

const require = createRequire(import.meta.url);
const folders = {
  "/tfjs/": join(dirname(require.resolve("@tensorflow/tfjs/package.json")), "dist"),
  "/tfjs-wasm/": join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist"),
  "/bench/": dirname(fileURLToPath(import.meta.url)),
};
const types = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };

/** Runs `measure(page)` on benches/`name`; prints its errors. */
export async function onBenchPage(name, measure) {
  const server = await serve((path) => {
    if (path === "/bench/assets.js") return { status: 302, headers: { location: `/lab/${hashed("app")}/engine/assets.js` } };
    const prefix = Object.keys(folders).find((p) => path.startsWith(p));
    if (!prefix) return null;
    const body = readFileSync(join(folders[prefix], path.slice(prefix.length)));
    return { body, headers: { "content-type": types[path.split(".").pop()] ?? "text/plain" } };
  });
  const chrome = await browser();
  try {
    const page = await chrome.newPage();
    page.on("console", (m) => m.type() === "error" && console.error(m.text()));
    page.on("pageerror", (e) => console.error(String(e)));
    await page.goto(new URL(`/bench/${name}`, server.url).href);
    await page.waitForFunction(() => window.ready);
    await measure(page);
    console.log(`medians of rounds in turn, one thread each; ${await chrome.version()}`);
  } finally {
    await chrome.close();
    server.close();
  }
}
