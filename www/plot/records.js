// Trajectories and training records as text files.
import { pointsOf } from "./interpolate.js";

/** The shortest decimal that is this 32-bit float and no other; not finite: empty. */
export function decimal(v) {
  if (!Number.isFinite(v)) return "";
  for (let digits = 6; digits < 9; digits += 1) {
    const text = v.toPrecision(digits);
    if (Math.fround(Number(text)) === v) return String(Number(text));
  }
  return String(Number(v.toPrecision(9)));
}

const ROWS = 4000; // between two breaths, so that the page stays responsive
const breath = () => new Promise((resolve) => setTimeout(resolve));

/** Lines that begin with #: readers that know comments skip them, people read them. */
const comments = (title, meta) => `# Flow Lab: ${title}\n# ${JSON.stringify(meta)}\n`;

/** CSV of a flow: particle, frame, t, x, y; one line for each particle at each frame. */
export async function trajectoryCsv(flow, meta = {}) {
  const n = pointsOf(flow);
  const parts = [`${comments("trajectory", meta)}particle,frame,t,x,y\n`];
  let rows = [];
  for (let k = 0; k < flow.times.length; k += 1) {
    const t = decimal(flow.times[k]);
    for (let i = 0; i < n; i += 1) {
      const at = 2 * (k * n + i);
      rows.push(`${i},${k},${t},${decimal(flow.x[at])},${decimal(flow.x[at + 1])}\n`);
      if (rows.length === ROWS) {
        parts.push(rows.join(""));
        rows = [];
        await breath();
      }
    }
  }
  parts.push(rows.join(""));
  return new Blob(parts, { type: "text/csv" });
}

/** JSON of a flow: {meta, times: [k], particles: n, x: [k][2n]}, x, y interleaved. */
export async function trajectoryJson(flow, meta = {}) {
  const n = pointsOf(flow);
  const list = (values) => Array.from(values, (v) => decimal(v) || "null").join(",");
  const head = `{"meta":${JSON.stringify(meta)},"particles":${n},"times":[${list(flow.times)}],"x":[`;
  const parts = [head];
  for (let k = 0; k < flow.times.length; k += 1) {
    parts.push(`${k ? "," : ""}\n[`);
    for (let i = 0; i < 2 * n; i += 2 * ROWS) {
      const end = Math.min(2 * n, i + 2 * ROWS);
      parts.push(`${i ? "," : ""}${list(flow.x.subarray(2 * k * n + i, 2 * k * n + end))}`);
      await breath();
    }
    parts.push("]");
  }
  parts.push("\n]}\n");
  return new Blob(parts, { type: "application/json" });
}

/** A cell of a CSV file (RFC 4180). */
const cell = (v) => {
  if (typeof v === "number") return decimal(Math.fround(v)) && String(v);
  const text = String(v ?? "");
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/**
 * CSV of a training record {meta, columns: {name: values}}: one line for each index of the longest column; shorter
 * columns and NaN leave cells empty. Float32Array columns get the shortest decimals of 32-bit floats.
 */
export function recordCsv({ meta = {}, columns }) {
  const names = Object.keys(columns);
  const length = Math.max(0, ...names.map((name) => columns[name].length));
  const write = (values) => (values instanceof Float32Array ? decimal : cell);
  const lines = [names.map(cell).join(",")];
  for (let i = 0; i < length; i += 1) {
    lines.push(names.map((name) => (i < columns[name].length ? write(columns[name])(columns[name][i]) : "")).join(","));
  }
  return new Blob([`${comments("training record", meta)}${lines.join("\n")}\n`], { type: "text/csv" });
}
