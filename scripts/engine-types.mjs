// The types of the engine's exports, as www/engine/flow_lab.d.ts keeps them for the type check: what wasm-bindgen wrote, without the raw
// exports of the WebAssembly file, whose names change with each build. `node scripts/engine-types.mjs [ENGINES]` writes that file.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the checkout keeps them. */
export const KEPT = fileURLToPath(new URL("../www/engine/flow_lab.d.ts", import.meta.url));

/** The types in a folder of engines (scripts/build-engines), the GPU's: it has every export. */
export function engineTypes(engines) {
  const written = readFileSync(join(engines, "gpu/flow_lab.d.ts"), "utf8");
  const [before, after] = written.split(/^export interface InitOutput \{[^}]*\}\n/m);
  if (after === undefined) throw new Error("wasm-bindgen writes its types in another form");
  return `// Made by scripts/engine-types.mjs from what wasm-bindgen wrote.\n${before}export interface InitOutput {\n    readonly memory: WebAssembly.Memory;\n}\n${after}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const engines = process.argv[2] ?? process.env.FLOW_LAB_ENGINES;
  if (!engines) throw new Error("usage: node scripts/engine-types.mjs ENGINES");
  writeFileSync(KEPT, engineTypes(engines));
}
