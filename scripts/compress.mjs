// Writes FILE.br and FILE.gz beside every file worth it, for hosts that send them as they are:
// `node scripts/compress.mjs FILE-OR-FOLDER…`. Not the weights (f16 noise: 8 % in brotli -9) and no pictures.
import { existsSync, readdirSync, statSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

export const COMPRESSED = [".html", ".js", ".css", ".json", ".wasm", ".md", ".svg"];

/** Engines at -9, of which are the sizes that README and budgets state: -11 takes a minute for a GPU engine. */
const quality = (file) => (extname(file) === ".wasm" ? 9 : 11);

/** The files in what is given that are to be compressed. */
export const compressible = (path) =>
  (statSync(path).isFile() ? [path] : readdirSync(path, { recursive: true }).map((name) => join(path, name))).filter(
    (file) => COMPRESSED.includes(extname(file)) && statSync(file).isFile(),
  );

async function compress(file) {
  if (existsSync(`${file}.br`) && existsSync(`${file}.gz`)) return; // an engine brings its own (scripts/build-engines)
  const bytes = await readFile(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality(file) };
  await writeFile(`${file}.br`, await promisify(brotliCompress)(bytes, { params }));
  await writeFile(`${file}.gz`, await promisify(gzip)(bytes, { level: 9 }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await Promise.all(process.argv.slice(2).flatMap(compressible).map(compress));
}
