// Gives the build its final names, in Trunk's post-build hook: `node scripts/finish.mjs STAGING_DIR`.
// A folder whose name ends in its hash never changes and may be cached for ever; the entry points lead there.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { assets } from "./assets.mjs";
import { document } from "./documents.mjs";

/** The files with names that stay: what people link to, and what other pages load. */
export const ENTRIES = ["index.html", "embed.html", "flow-lab.js"];

/** What of www/ only the npm package has (scripts/pack.mjs). */
const PACKAGE = [
  "api/check.js",
  "api/element.d.ts",
  "api/engine.js",
  "api/index.d.ts",
  "api/index.js",
  "api/stream.js",
  "api/training.js",
  "engine/assets.d.ts",
  "engine/flow_lab.d.ts",
];

export const BUILDS = ["cpu", "gpu"];
const REFERENCE = /(\b(?:src|href)=["']|\b(?:from|import)\s*\(?\s*["'])(\.{1,2}\/)?app\//g;

/** The hash of a folder's names and contents; what scripts/compress.mjs puts beside them does not count. */
export function folderHash(folder) {
  const hash = createHash("sha256");
  const files = readdirSync(folder, { recursive: true }).filter((name) => statSync(join(folder, name)).isFile() && !/\.(br|gz)$/.test(name));
  for (const name of files.sort()) {
    const bytes = readFileSync(join(folder, name));
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex").slice(0, 12);
}

/** Renames a folder to its hashed name and returns that. */
function rename(parent, name) {
  const hashed = `${name}-${folderHash(join(parent, name))}`;
  renameSync(join(parent, name), join(parent, hashed));
  return hashed;
}

/** The manifests in a folder of weights, each checked against its file. */
export function manifests(folder) {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith("-figures.json"))
    .map((name) => name.replace("-figures.json", ""));
  return Object.fromEntries(
    names.sort().map((name) => {
      const manifest = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
      const sha256 = createHash("sha256")
        .update(readFileSync(join(folder, manifest.file)))
        .digest("hex");
      if (sha256 !== manifest.sha256) throw new Error(`${manifest.file} is not the file that ${name}.json describes`);
      return [name, manifest];
    }),
  );
}

function finish(dist) {
  for (const name of PACKAGE) rmSync(join(dist, "app", name));
  // They are large and change less often than the scripts: hashes of their own, or none.
  for (const [name, place] of [
    ["models", "models"],
    ["stills", "site/stills"],
  ])
    renameSync(join(dist, "app", place), join(dist, name));
  const engines = Object.fromEntries(BUILDS.map((name) => [name, rename(join(dist, "engine"), name)]));
  // Before the scripts are hashed: an engine that changes gives them another name too.
  writeFileSync(join(dist, "app", "engine", "assets.js"), assets({ engines, models: manifests(join(dist, "models")), base: "../../" }));
  const app = rename(dist, "app");
  const root = (name) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
  writeFileSync(join(dist, "embedding.html"), document(root("EMBED.md"), ""));
  writeFileSync(join(dist, "models", "MODEL_CARD.html"), document(root("www/models/MODEL_CARD.md"), "../"));
  for (const name of [...ENTRIES, "embedding.html", "models/MODEL_CARD.html"]) {
    const text = readFileSync(join(dist, name), "utf8");
    const led = text.replace(REFERENCE, (_, before, here = "") => `${before}${here}${app}/`);
    if (led === text) throw new Error(`${name} refers to nothing in app/`);
    writeFileSync(join(dist, name), led);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv[2]) throw new Error("usage: node scripts/finish.mjs STAGING_DIR");
  finish(resolve(process.argv[2]));
}
