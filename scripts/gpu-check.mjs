// The engine on WebGPU against the engine on the CPU, in Node: that both compute the same, and how fast. scripts/gpu-check runs it.
import { LAB, difference, emojiRows, labels, lastImages, median, model, models, request } from "./engines.mjs";
import { engineModule, provideWebGPU } from "./node-gpu.mjs";

/** What Dawn takes by default: an adapter does not say it. */
const BACKENDS = { linux: "Vulkan", darwin: "Metal", win32: "Direct3D 12" };
const required = process.argv.includes("--require");

/** Ends the process: Dawn's threads would keep it. */
function end(code, text) {
  console.log(text);
  process.exit(code);
}

let counter;
try {
  counter = await provideWebGPU("default");
} catch (error) {
  end(1, `the npm package webgpu does not start (is it in NODE_PATH?): ${error.message}`);
}
const adapter = await navigator.gpu.requestAdapter();
if (!adapter) {
  const why = "no adapter. On Linux, Dawn needs libvulkan.so.1 where libraries are looked for (LD_LIBRARY_PATH) and a driver of Vulkan";
  end(required ? 1 : 0, `SKIPPED: ${why} (VK_ICD_FILENAMES).`);
}

const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
const software = isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|\bcpu\b/i.test(`${architecture} ${device} ${description}`);
console.log(
  `Adapter: ${description || device}; vendor ${vendor || "unknown"}, architecture ${architecture || "unknown"}, backend ${BACKENDS[process.platform] ?? "unknown"}.`,
);
console.log(software ? "This is a software adapter: it computes on the CPU, and its speed is not a GPU's.\n" : "");

/** How far the two may be apart, as a share of the largest value. */
const LIMIT = 1e-3;

const failures = [];
function demand(condition, what) {
  if (!condition) failures.push(what);
  return condition ? "same" : "DIFFERENT";
}

async function timed(work) {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}

const [gpu, cpu] = await Promise.all(["gpu", "cpu"].map(engineModule));
const opening = await timed(() => gpu.Engine.open("webgpu"));
const engines = { gpu: opening.result, cpu: await cpu.Engine.open("cpu") };
const images = (engine, n, steps, guidance, of = labels) => lastImages(engine.start(request(of(n), steps, guidance)));

async function compareNetworks() {
  console.log(`The same 4 images on WebGPU and on the CPU may differ by ${LIMIT} of the largest value.\n`);
  console.log(`| network | guidance | steps | largest difference | of | first run, ms | |\n|---|---|---|---|---|---|---|`);
  // Loading compares one evaluation with the CPU's already. A few-step network ignores guidance.
  for (const name of models()) {
    const settings = name.includes("few-step")
      ? [
          [1, 1],
          [1, 4],
        ]
      : [
          [1, 6],
          [2, 6],
        ];
    const file = model(name);
    const loading = await timed(() => engines.gpu.load(file));
    await engines.cpu.load(file);
    console.log(`| ${name}, to load it | | | | | ${loading.ms.toFixed(0)} | |`);
    for (const [guidance, steps] of settings) {
      const of = name.startsWith("emoji") ? emojiRows : labels;
      const expected = await images(engines.cpu, 4, steps, guidance, of);
      const { result: found, ms } = await timed(() => images(engines.gpu, 4, steps, guidance, of));
      const size = difference(expected, new Float32Array(expected.length));
      const error = difference(expected, found);
      const verdict = demand(error <= LIMIT * size && found.length === expected.length, `${name}, guidance ${guidance}, ${steps} steps`);
      console.log(`| ${[name, guidance, steps, error.toExponential(1), size.toFixed(2), ms.toFixed(0), verdict].join(" | ")} |`);
    }
  }
}

/** The decoder of digits in two dimensions, at its first 100 codes. */
async function compareDecoder() {
  const decoders = ["gpu", "cpu"].map((build) => engines[build].latent(model("latent")));
  const codes = decoders[1].codes().x.slice(0, 200);
  const [found, expected] = [await decoders[0].decode(codes), await decoders[1].decode(codes)];
  const error = difference(expected, found);
  console.log(
    `\nThe decoder: largest difference ${error.toExponential(1)}: ${demand(error <= LIMIT && found.length === expected.length, "the decoder")}.`,
  );
}

async function compareTraining(labs) {
  const { losses: expected } = await labs.cpu.train(6);
  const { result, ms } = await timed(() => labs.gpu.train(6));
  const error = difference(expected, result.losses);
  const verdict = demand(error <= 2e-3 && result.losses.length === 6, "six training steps of the lab");
  console.log(
    `\nSix training steps of the lab: losses ${[...result.losses].map((l) => l.toFixed(4)).join(", ")}; largest difference ${error.toExponential(1)}: ${verdict}. First run: ${ms.toFixed(0)} ms.\n`,
  );
}

/** The first of up to `rounds` runs, in ms, and the median of the others per unit; about 4 s in all. */
async function speed(work, units, rounds) {
  counter.take();
  const first = (await timed(work)).ms;
  const launches = counter.take().launches / units;
  const times = [];
  for (let spent = first; times.length === 0 || (times.length < rounds && spent < 4000); spent += times.at(-1) * units) {
    times.push((await timed(work)).ms / units);
  }
  return { first, ms: median(times), launches };
}

async function measure(labs) {
  const steps = software ? 2 : 16;
  const load = (name) => Promise.all([engines.gpu, engines.cpu].map((engine) => engine.load(model(name))));
  await load("digits");
  console.log("| one | WebGPU, ms | launches | CPU engine, ms | WebGPU / CPU | first run on WebGPU, ms |\n|---|---|---|---|---|---|");
  const row = async (what, onGpu, onCpu) => {
    const cells = [
      what,
      onGpu.ms.toFixed(2),
      onGpu.launches.toFixed(1),
      onCpu.ms.toFixed(2),
      (onGpu.ms / onCpu.ms).toFixed(3),
      onGpu.first.toFixed(0),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  };
  for (const n of software ? [1, 4] : [1, 16, 64, 256]) {
    // On the CPU the time of an evaluation does not depend on the number of steps.
    const few = n > 16 ? 2 : steps;
    const onGpu = await speed(() => images(engines.gpu, n, steps), steps, 9);
    await row(`evaluation, ${n} digit${n > 1 ? "s" : ""}`, onGpu, await speed(() => images(engines.cpu, n, few), few, 5));
  }
  if (!software) {
    await load("emoji");
    const pictures = (engine) => images(engine, 4, 2, 1, emojiRows);
    const onGpu = await speed(() => pictures(engines.gpu), 2, 9);
    await row("evaluation, 4 emoji", onGpu, await speed(() => pictures(engines.cpu), 2, 2));
  }
  const count = software ? 5 : 100;
  await row(
    `training step of the lab, batch ${LAB.batch}`,
    await speed(() => labs.gpu.train(count), count, 9),
    await speed(() => labs.cpu.train(count), count, 5),
  );
  console.log(
    `\nMedians; runs of ${steps} Euler steps without guidance (2 on the CPU for more than 16 digits, and for emoji) read once, ${count} training steps. Node ${process.versions.node}, one thread on the CPU.`,
  );
}

try {
  console.log(`Opened in ${opening.ms.toFixed(0)} ms as ${engines.gpu.name}.\n`);
  await compareNetworks();
  await compareDecoder();
  const labs = { gpu: engines.gpu.lab(JSON.stringify(LAB)), cpu: engines.cpu.lab(JSON.stringify(LAB)) };
  await compareTraining(labs);
  await measure(labs);
} catch (error) {
  end(1, `FAILED: ${error?.stack ?? error}`);
}
const { error } = counter.take();
if (error) failures.push(`WebGPU reported: ${error}`);
end(failures.length ? 1 : 0, failures.length ? `FAILED: ${failures.join("; ")}.` : "Both engines agree.");
