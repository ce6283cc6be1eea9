// The download budgets, in brotli -9.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { test } from "node:test";
import { brotliSize } from "../../scripts/brotli-size.mjs";
import { DIST, hashed } from "./harness.mjs";

const sum = (...files) => files.reduce((total, file) => total + brotliSize(join(DIST, file)), 0);
const engine = (name) => sum(...["flow_lab.js", "flow_lab_bg.wasm"].map((file) => `${hashed(`engine/${name}`)}/${file}`));

function within(t, what, bytes, limit) {
  t.diagnostic(`${what}: ${bytes} of ${limit} bytes`);
  assert.ok(bytes > 1000, `${what} is missing`);
  assert.ok(bytes <= limit, `${what}: ${bytes} bytes, the budget is ${limit}`);
}

test("the CPU engine is at most 720 KB", (t) => within(t, "CPU engine", engine("cpu"), 720_000));

test("the GPU engine, loaded behind the CPU engine or when a person chooses it, is at most 2.8 MB", (t) =>
  within(t, "GPU engine", engine("gpu"), 2_800_000));

const STATIC = {
  html: /\b(?:src|href)="([^":#?]+\.(?:js|css))"/g,
  css: /@import\s+(?:url\()?["']([^"':]+)["']/g,
  js: /\b(?:import|export)\b[^"';]*\bfrom\s*["'](\.[^"']+)["']|\bimport\s*["'](\.[^"']+)["']/g,
};

/** The files that `name` needs at once, itself among them: what it links to or imports statically, and so on. */
function graph(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  const text = readFileSync(join(DIST, name), "utf8");
  for (const [, ...found] of text.matchAll(STATIC[name.split(".").pop()])) {
    graph(posix.join(posix.dirname(name), found.find(Boolean)), seen);
  }
  return seen;
}

// The stylesheets, site/article.js and the modules that it imports: what index.html loads before a figure comes near the view.
const early = graph("index.html");
const late = readdirSync(DIST, { recursive: true }).filter(
  (name) => /^app-.*\.(html|js|css)$|^(embed\.html|flow-lab\.js)$/.test(name) && !early.has(name),
);

test("page and styles are at most 49.5 KB", (t) => {
  const app = hashed("app");
  assert.ok(early.has(`${app}/site/article.js`) && early.size > 4, `only ${[...early].join(", ")}`);
  within(t, "page", sum(...early), 49_500);
});

const saved = late.filter((name) => name.endsWith("/saved.js"));

test("what the figures load when they come near, and the way to embed them, are at most 127 KB", (t) =>
  within(t, "late scripts", sum(...late.filter((name) => !saved.includes(name))), 127_000));

test("the race that was made beforehand is at most 100 KB", (t) => {
  assert.equal(saved.length, 1);
  within(t, "saved race", sum(...saved), 100_000);
});
