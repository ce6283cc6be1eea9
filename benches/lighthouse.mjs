// What Lighthouse says of the article, on its default phone: a static host with compressed files and names that may be
// cached. Fails below 95 (performance) and 100 (accessibility, best practices, SEO). `node benches/lighthouse.mjs`
// after scripts/build, with NODE_PATH as in scripts/lib.sh; `--json FILE` keeps the whole report.
import { createReadStream, existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fileAt, typeOf } from "../scripts/files.mjs";
import { DIST } from "../tests/page/harness.mjs";

const require = createRequire(import.meta.url);
const tool = (name) => import(pathToFileURL(require.resolve(name)).href); // NODE_PATH is for require alone
const { default: lighthouse } = await tool("lighthouse");
const { launch } = await tool("chrome-launcher");

const LEAST = { performance: 95, accessibility: 100, "best-practices": 100, seo: 100 };
const ENCODINGS = { br: ".br", gzip: ".gz" };

const server = createServer((request, response) => {
  const path = new URL(request.url, "http://x").pathname;
  const file = fileAt(DIST, path);
  if (!file) return response.writeHead(404).end();
  const accepted = (request.headers["accept-encoding"] ?? "").split(/\s*,\s*/);
  const encoding = Object.keys(ENCODINGS).find((e) => accepted.includes(e) && existsSync(file + ENCODINGS[e]));
  response.writeHead(200, {
    "content-type": typeOf(file),
    "cache-control": /[-.][0-9a-f]{8,}[/.]/.test(path) ? "public, max-age=31536000, immutable" : "no-cache",
    ...(encoding && { "content-encoding": encoding }),
    vary: "accept-encoding",
  });
  createReadStream(file + (ENCODINGS[encoding] ?? "")).pipe(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
if (!existsSync(join(DIST, "index.html.br"))) console.log("dist/ has no compressed files (scripts/build makes them)");

const chrome = await launch({
  chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu"],
});
try {
  const { lhr } = await lighthouse(`http://127.0.0.1:${server.address().port}/`, {
    port: chrome.port,
    onlyCategories: Object.keys(LEAST),
    logLevel: "error",
  });
  if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
  const file = process.argv[process.argv.indexOf("--json") + 1];
  if (process.argv.includes("--json")) writeFileSync(file, JSON.stringify(lhr));
  for (const [name, least] of Object.entries(LEAST)) {
    const score = Math.round(lhr.categories[name].score * 100); // null, where an audit failed to run, is 0
    console.log(`${name}: ${score} (at least ${least})`);
    if (score < least) process.exitCode = 1;
  }
  const shown = (id) => lhr.audits[id].displayValue ?? lhr.audits[id].errorMessage;
  console.log(`LCP ${shown("largest-contentful-paint")}, TBT ${shown("total-blocking-time")}, CLS ${shown("cumulative-layout-shift")}`);
  console.log(
    `Lighthouse ${lhr.lighthouseVersion}, ${lhr.environment.hostUserAgent.match(/Chrome\/\S+/)[0]}, benchmark index ${lhr.environment.benchmarkIndex}`,
  );
  for (const audit of Object.values(lhr.audits)) {
    const failed = audit.scoreDisplayMode === "error";
    if (!failed && (audit.score === null || audit.score >= 0.9)) continue;
    console.log(`\n${failed ? "error" : audit.score.toFixed(2)} ${audit.id}: ${audit.errorMessage ?? audit.displayValue ?? audit.title}`);
    const items = audit.details?.items;
    for (const item of Array.isArray(items) ? items.slice(0, 5) : []) {
      const url = item.url ?? item.sourceLocation?.url;
      const what = item.node ? `${item.node.selector} ${item.node.explanation ?? ""}` : [item.description, url].filter(Boolean).join(" ");
      const how = Object.entries(item)
        .filter(([, value]) => typeof value === "number")
        .map(([key, value]) => `${key} ${Math.round(value)}`);
      if (what) console.log(`    ${[what.replaceAll("\n", " "), ...how].join("  ")}`);
    }
  }
} finally {
  chrome.kill();
  server.close();
}
