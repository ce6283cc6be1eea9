// What programs in Node ask of our engines: the shipped networks, a run of digits, an experiment of the lab.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../", import.meta.url));

/** The weights file that www/models/`name`.json names. */
export function model(name) {
  const { file } = JSON.parse(readFileSync(`${root}www/models/${name}.json`, "utf8"));
  return readFileSync(`${root}www/models/${file}`);
}

/** The names of the shipped image networks: of the decoder of digits in two dimensions see {@link model}. */
export const models = () =>
  readdirSync(`${root}www/models`)
    .filter((name) => name.endsWith(".safetensors"))
    .map((name) => name.replace(/-[0-9a-f]+\.safetensors$/, ""))
    .filter((name) => name !== "latent");

/** The request of a run: digits of the classes `labels` by Euler steps. */
export const request = (labels, steps, guidance = 1) =>
  JSON.stringify({ seed: 1, labels, solver: "euler", steps, tolerance: 0.01, guidance: { weight: guidance, from: 0, to: 1 } });

/** `n` digits of each class in turn. */
export const labels = (n) => Array.from({ length: n }, (_, i) => i % 10);

/** Rows of the emoji networks' condition for `n` pictures: a category and a style in turn. */
export const emojiRows = (n) => Array.from({ length: n }, (_, i) => Array.from({ length: 16 }, (_, k) => Number(k === i % 9 || k === 9 + (i % 7))));

/** The images at the end of a run, which is freed. */
export async function lastImages(run) {
  try {
    const frame = await run.finish();
    const { x } = frame;
    frame.free();
    return x;
  } finally {
    run.free();
  }
}

/** The lab's default experiment: a network 18-64-64-64-2. */
export const LAB = {
  source: { kind: "gaussian" },
  target: { kind: "moons" },
  path: "cond-ot",
  sigma_min: 0,
  coupling: "independent",
  epsilon: 0.1,
  width: 64,
  depth: 3,
  batch: 256,
  rate: 0.002,
  time: "uniform",
  ema: 0.999,
  seed: 1,
};

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** The largest |a − b|; NaN where one of them is. */
export const difference = (a, b) => a.reduce((most, v, i) => (Math.abs(v - b[i]) <= most ? most : Math.abs(v - b[i])), 0);
