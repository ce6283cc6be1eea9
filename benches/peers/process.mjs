// One peer in a process of its own: `process.mjs PEER BACKEND`. Answers messages {method, args} with what the peer's method gives,
// the milliseconds that it took and what was done on WebGPU.
import { provideWebGPU } from "../../scripts/node-gpu.mjs";

const [name, backend] = process.argv.slice(2);
const counter = await provideWebGPU(backend);
const began = performance.now();
const { open } = await import(`./${name}.mjs`);
const peer = await open(backend);
process.send({ version: peer.version, parameters: peer.parameters, opening: performance.now() - began });

process.on("message", async ({ method, args }) => {
  try {
    counter.take();
    const start = performance.now();
    const result = await peer[method](...args);
    const ms = performance.now() - start;
    const { error, ...done } = counter.take();
    process.send(error ? { error } : { result, ms, ...done });
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});
