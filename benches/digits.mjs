// Our CPU engine against tfjs's wasm backend on the same network, in the same page: `scripts/bench`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { browser, serve } from "../tests/page/harness.mjs";

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const folders = {
  "/tfjs/": join(dirname(require.resolve("@tensorflow/tfjs/package.json")), "dist"),
  "/tfjs-wasm/": join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist"),
  "/bench/": here,
};
const types = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };

const server = await serve((path) => {
  const prefix = Object.keys(folders).find((p) => path.startsWith(p));
  if (!prefix) return null;
  const body = readFileSync(join(folders[prefix], path.slice(prefix.length)));
  return { body, headers: { "content-type": types[path.split(".").pop()] ?? "text/plain" } };
});
const chrome = await browser();
const page = await chrome.newPage();
page.on("console", (m) => m.type() === "error" && console.error(m.text()));
page.on("pageerror", (e) => console.error(String(e)));
await page.goto(new URL("/bench/digits.html", server.url).href);
await page.waitForFunction(() => window.ready);

console.log("| digits | steps | guidance | ours, ms | tfjs wasm, ms | ours / tfjs | largest difference |");
console.log("|---|---|---|---|---|---|---|");
for (const [n, steps, guidance] of [[16, 16, 2], [16, 16, 1], [1, 16, 2]]) {
  const options = { n, steps, guidance, rounds: 5, seed: 1 };
  const r = await page.evaluate((o) => window.bench(o), options);
  const cells = [n, steps, guidance, r.ours.toFixed(0), r.theirs.toFixed(0), r.ratio.toFixed(2), r.difference.toExponential(1)];
  console.log(`| ${cells.join(" | ")} |`);
  if (r.difference > 0.05) throw new Error("the two networks disagree: the bench compares different work");
}
console.log(`medians of 5 rounds in turn, one thread each; ${await chrome.version()}`);
await chrome.close();
server.close();
