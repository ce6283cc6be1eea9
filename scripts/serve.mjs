// Serves the page while it is worked on: `node scripts/serve.mjs FOLDER PORT` (scripts/serve). The page is there as soon as the CPU
// engine is built. What changes is built again, and pages that are open load themselves anew.
import { spawn } from "node:child_process";
import { createReadStream, mkdirSync, readFileSync, rmSync, watch } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { fileAt, typeOf } from "./files.mjs";
import { finish, stage } from "./page.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const ENGINES = process.env.FLOW_LAB_ENGINES;
const RELOAD = '<script>new EventSource("/reload").onmessage = () => location.reload();</script>';
/** Editors write a file in several steps. */
const SETTLE_MS = 150;

const [folder, port] = [resolve(process.argv[2]), Number(process.argv[3])];
const say = (text) => console.log(`\u001b[1m[flow-lab]\u001b[0m ${text}`);
const pages = new Set(); // answers to /reload that are open
let place = null; // the folder of the newest page
let made = 0;

/** Makes the page anew from what is there; the one before stays where that fails. */
async function makePage() {
  const next = join(folder, String((made += 1)));
  try {
    stage(next);
    await finish(next, ENGINES);
  } catch (error) {
    return say(`the page could not be made: ${error.message}`);
  }
  const before = place;
  place = next;
  for (const page of pages) page.write("data: new\n\n");
  if (before) setTimeout(() => rmSync(before, { recursive: true }), 60_000).unref(); // pages that are open still load from it
}

const buildEngine = (name) =>
  new Promise((done) => {
    const build = spawn(join(ROOT, "scripts/build-engines"), [name], { stdio: "inherit" });
    build.on("exit", (code) => done(code === 0));
  });

let building = Promise.resolve();
/** Builds both engines, the page after each; false where the first does not build. */
function buildAll() {
  building = building.then(async () => {
    for (const name of ["cpu", "gpu"]) {
      if (name === "gpu") say("the page computes on the CPU; the GPU engine is being built");
      if (!(await buildEngine(name))) return;
      await makePage();
      if (name === "cpu") say(`the page is at http://127.0.0.1:${port}/`);
    }
    say(`everything is built; http://127.0.0.1:${port}/ follows what you change`);
  });
  return building;
}

function serve(request, response) {
  const { pathname } = new URL(request.url, "http://x");
  if (pathname === "/reload") {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    pages.add(response);
    return response.on("close", () => pages.delete(response));
  }
  if (!place)
    return response.writeHead(503, { "content-type": "text/html" }).end(`<body>The page is being built; it comes by itself.${RELOAD}</body>`);
  const file = fileAt(place, pathname);
  if (!file) return response.writeHead(404).end("There is no such file.");
  const headers = { "content-type": typeOf(file), "cache-control": "no-store", "access-control-allow-origin": "*" };
  response.writeHead(200, headers);
  if (!file.endsWith(".html")) return createReadStream(file).pipe(response);
  return response.end(readFileSync(file, "utf8").replace("</body>", `${RELOAD}</body>`));
}

/** Calls `build` when something in the folder `path` has changed and come to rest; `only`: of these names alone, not deeper. */
function follow(path, build, only = null) {
  let timer;
  watch(join(ROOT, path), { recursive: !only }, (_, name) => {
    if (only && !only.includes(name)) return;
    clearTimeout(timer);
    timer = setTimeout(build, SETTLE_MS);
  });
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const server = createServer(serve);
server.on("error", (error) => {
  console.error(`[flow-lab] error: port ${port} cannot be used (${error.code}); scripts/serve PORT takes another`);
  process.exit(1);
});
server.listen(port, "127.0.0.1", async () => {
  await buildAll();
  if (!place) process.exit(1);
});
const remake = () => place && makePage();
follow("www", remake);
follow("article", remake);
follow(".", remake, ["index.html", "embed.html", "flow-lab.js", "EMBED.md"]);
follow("src", buildAll);
follow(".", buildAll, ["Cargo.toml"]);
