// What a page holds, and a long day of it: shared by the test and by benches/memory.mjs.

/**
 * {heap, wasm, memories, workers, buffers}: bytes of JavaScript and of WebAssembly, of each worker too ([bytes, build of the engine]), workers,
 * GPU buffers alive (where they are counted).
 */
export async function held(page) {
  const tools = (page.tools ??= await page.context().newCDPSession(page));
  await tools.send("HeapProfiler.collectGarbage");
  await tools.send("HeapProfiler.collectGarbage"); // what the first one found to be unused, finalisers too
  const { usedSize } = await tools.send("Runtime.getHeapUsage");
  let buffers = null;
  const memories = [];
  for (const worker of page.workers()) {
    const [bytes, alive, build] = await worker.evaluate(() => {
      const modules = performance.getEntriesByType("resource").map(({ name }) => /\/engine\/(cpu|gpu)-/.exec(name)?.[1]);
      return [self.memory?.buffer.byteLength ?? 0, self.liveBuffers?.() ?? null, modules.find(Boolean) ?? "none"];
    });
    memories.push([bytes, build]);
    if (alive !== null) buffers = (buffers ?? 0) + alive;
  }
  const wasm = memories.reduce((sum, [bytes]) => sum + bytes, 0);
  return { heap: usedSize, wasm, memories: memories.sort(([a], [b]) => a - b), workers: page.workers().length, buffers };
}

/** What the page's heap holds: for each kind of object {count, size}, size in bytes of the objects themselves. */
export async function kinds(page) {
  const tools = (page.tools ??= await page.context().newCDPSession(page));
  const chunks = [];
  const take = ({ chunk }) => chunks.push(chunk);
  tools.on("HeapProfiler.addHeapSnapshotChunk", take);
  await tools.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  tools.off("HeapProfiler.addHeapSnapshotChunk", take);
  const { nodes, strings, snapshot } = JSON.parse(chunks.join(""));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name, self] = ["type", "name", "self_size"].map((field) => fields.indexOf(field));
  const found = new Map();
  for (let i = 0; i < nodes.length; i += fields.length) {
    const of = types[type][nodes[i + type]];
    // The names of strings and numbers are what they say.
    const kind = /string|number|symbol/.test(of) ? of : `${of} ${strings[nodes[i + name]].slice(0, 60)}`;
    const sum = found.get(kind) ?? { count: 0, size: 0 };
    found.set(kind, { count: sum.count + 1, size: sum.size + nodes[i + self] });
  }
  return found;
}

/** Bytes of `kinds` without what the browser compiles: code for functions grows as long as some are called for the first time. */
export const objects = (kinds) =>
  [...kinds].reduce((sum, [kind, { size }]) => (/^code|WasmNativeModule|FeedbackVector/.test(kind) ? sum : sum + size), 0);

/** The `n` kinds of objects that grew most from `before` to `after` (of `kinds`), a line each. */
export function growth(before, after, n = 25) {
  return [...after]
    .map(([kind, { count, size }]) => ({ kind, count: count - (before.get(kind)?.count ?? 0), size: size - (before.get(kind)?.size ?? 0) }))
    .sort((a, b) => b.size - a.size)
    .slice(0, n)
    .map(({ kind, count, size }) => `${size} bytes, ${count} more: ${kind}`);
}

/** Computes the digits anew `times` times. */
export const runs = (page, times) =>
  page.evaluate(async (n) => {
    for (let i = 0; i < n; i += 1) {
      const ended = nextRun();
      part("#again").click();
      await ended;
    }
  }, times);

/** Goes to each of `ids` and away from it, `times` times. */
export const visits = (page, ids, times, stay = 150) =>
  page.evaluate(
    async ([places, n, ms]) => {
      for (let i = 0; i < n; i += 1) {
        for (const id of places) {
          document.getElementById(id).scrollIntoView();
          await new Promise((resolve) => setTimeout(resolve, ms));
        }
      }
    },
    [ids, times, stay],
  );

/** Counts GPU buffers in a worker: put before its script. */
export const COUNTING = `
  if (self.GPUDevice) {
    const alive = new Set();
    const { createBuffer } = GPUDevice.prototype;
    GPUDevice.prototype.createBuffer = function (...args) { const buffer = createBuffer.apply(this, args); alive.add(buffer); return buffer; };
    const { destroy } = GPUBuffer.prototype;
    GPUBuffer.prototype.destroy = function () { alive.delete(this); return destroy.call(this); };
    self.liveBuffers = () => alive.size;
  }
`;
