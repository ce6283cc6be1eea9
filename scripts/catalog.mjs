// Writes src/catalog.rs, as the CPU engine tells it, where JavaScript finds it: www/element/catalog.js, and as types
// www/api/catalog.d.ts. `node scripts/catalog.mjs [ENGINES]`; a test fails where the files in the checkout differ.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The catalog of the engines in a folder (scripts/build-engines). */
async function catalog(engines) {
  const path = (name) => join(engines, "cpu", name);
  const { default: init, catalog } = await import(pathToFileURL(path("flow_lab.js")).href);
  await init({ module_or_path: readFileSync(path("flow_lab_bg.wasm")) });
  return JSON.parse(catalog());
}

const union = (ids) => ids.map((id) => JSON.stringify(id)).join(" | ");
const ids = (list) => union(list.map(({ id }) => id));

const types = ({ solvers, distributions, paths, couplings, times, lab, digits }) => `// Made by scripts/catalog.mjs from src/catalog.rs.

/** ${solvers.map(({ label }) => label).join(", ")}: solvers of the equation dx/dt = u(x, t). */
export type Solver = ${ids(solvers)};
/** The named distributions of the plane, of a size of some units; see the lab of the page for pictures. */
export type Named = ${ids(distributions)};
/** The conditional path: straight, variance preserving, variance exploding, cosine. */
export type Path = ${union(paths)};
/** Which x_0 goes with which x_1 of a batch: as drawn, or by optimal transport, exact or entropic. */
export type Coupling = ${union(couplings)};
/** How t is drawn. */
export type TimeSampling = ${union(times)};
export type Tolerance = ${digits.tolerance.values.join(" | ")};
export type Epsilon = ${lab.epsilon.values.join(" | ")};
export type Width = ${lab.width.values.join(" | ")};
export type BatchSize = ${lab.batch.values.join(" | ")};
export type LearningRate = ${lab.rate.values.join(" | ")};
export type Decay = ${lab.ema.values.join(" | ")};
`;

/** file in the checkout → its text. */
export async function catalogFiles(engines) {
  const all = await catalog(engines);
  return {
    [join(ROOT, "www/element/catalog.js")]:
      `// Made by scripts/catalog.mjs from src/catalog.rs, which says what it means.\n\nexport const CATALOG = Object.freeze(${JSON.stringify(all, null, 2)});\n`,
    [join(ROOT, "www/api/catalog.d.ts")]: types(all),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const engines = process.argv[2] ?? process.env.FLOW_LAB_ENGINES;
  if (!engines) throw new Error("usage: node scripts/catalog.mjs ENGINES");
  for (const [file, text] of Object.entries(await catalogFiles(engines))) writeFileSync(file, text);
}
