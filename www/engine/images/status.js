// What computes, in one line.

const time = (ms) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
const device = ({ engine, name }) => (engine === "webgpu" ? `WebGPU (${name})` : "CPU");

/** `status`: see Engine.status. */
export function statusLine(status) {
  const { starting, failed, why, ms, other, refused } = status;
  if (starting) return starting === "webgpu" ? "Starting WebGPU…" : "Starting the CPU engine…";
  if (failed) return "The engine did not start.";
  const here = `Device: ${device(status)}`;
  if (refused) return `${here}. WebGPU is not used: ${refused}.`;
  if (!other) return `${here}, ${why}.`;
  return `${here}, ${time(ms)} an evaluation; ${other.engine === "cpu" ? "the CPU" : device(other)} would take ${time(other.ms)}.`;
}
