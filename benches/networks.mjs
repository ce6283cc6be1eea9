// Compares image networks as the page runs them: milliseconds an evaluation a digit on the CPU engine, and
// kernel launches an evaluation on WebGPU. `node benches/networks.mjs FILE.safetensors …` after scripts/build,
// with NODE_PATH as in scripts/lib.sh.
import { readFileSync } from "node:fs";
import { browser, hashed, serve } from "../tests/page/harness.mjs";

const files = process.argv.slice(2);
const server = await serve((path) => {
  if (path === "/bench/") return { body: "<title>bench</title><link rel=icon href=data:,>", headers: { "content-type": "text/html" } };
  const file = path.startsWith("/weights/") && files[Number(path.slice("/weights/".length))];
  return file ? { body: readFileSync(file) } : null;
});

/** Runs in the page: a run's milliseconds and launches, the first run (which compiles) left out. */
async function measure({ assets, build, engine, index, n, steps, rounds }) {
  let launches = 0;
  for (const name of ["dispatchWorkgroups", "dispatchWorkgroupsIndirect"]) {
    const original = globalThis.GPUComputePassEncoder?.prototype[name];
    if (original) {
      GPUComputePassEncoder.prototype[name] = function (...args) {
        launches += 1;
        return original.apply(this, args);
      };
    }
  }
  const { ENGINES } = await import(assets);
  const module = await ENGINES[build]();
  await module.default();
  const flow = await module.Engine.open(engine);
  await flow.load(new Uint8Array(await (await fetch(`/weights/${index}`)).arrayBuffer()));
  const labels = Array.from({ length: n }, (_, i) => i % 10);
  const request = JSON.stringify({ seed: 1, labels, solver: "euler", steps, tolerance: 0.01, guidance: { weight: 1, from: 0, to: 1 } });
  const times = [];
  let counted = 0;
  for (let r = 0; r <= rounds; r += 1) {
    const before = launches;
    const start = performance.now();
    const run = flow.start(request);
    for (let frame; (frame = await run.next()); ) frame.free();
    run.free();
    times.push(performance.now() - start);
    counted = launches - before;
  }
  const sorted = times.slice(1).sort((a, b) => a - b);
  return { ms: sorted[Math.floor(sorted.length / 2)] / (n * steps), launches: counted / steps };
}

async function run(webgpu, options) {
  const chrome = await browser({ webgpu });
  const page = await chrome.newPage();
  await page.goto(new URL("/bench/", server.url).href);
  const result = await page.evaluate(measure, { ...options, assets: `/lab/${hashed("app")}/engine/assets.js` });
  await chrome.close();
  return result;
}

console.log("| weights | CPU engine, ms a digit an evaluation (batch 16) | WebGPU launches an evaluation |");
console.log("|---|---|---|");
for (const [index, file] of files.entries()) {
  const cpu = await run(false, { build: "cpu", engine: "cpu", index, n: 16, steps: 4, rounds: 5 });
  const gpu = await run(true, { build: "gpu", engine: "webgpu", index, n: 1, steps: 4, rounds: 1 });
  console.log(`| ${file} | ${cpu.ms.toFixed(2)} | ${gpu.launches.toFixed(0)} |`);
}
server.close();
