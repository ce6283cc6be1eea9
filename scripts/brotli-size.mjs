// Prints how many bytes the given files have together in brotli -9.
import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

export function brotliSize(path) {
  // scripts/compress.mjs took its time for an engine already, at the same quality.
  if (path.endsWith(".wasm") && existsSync(`${path}.br`)) return statSync(`${path}.br`).size;
  return brotliCompressSync(readFileSync(path), { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(process.argv.slice(2).reduce((sum, path) => sum + brotliSize(path), 0));
}
