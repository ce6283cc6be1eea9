// Makes the page in a folder: `node scripts/page.mjs FOLDER ENGINES` with the engines that are in ENGINES/{cpu,gpu}.
// A folder whose name ends in its hash never changes and may be cached for ever; the entry points lead there.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { assets } from "./assets.mjs";
import { document } from "./documents.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The files with names that stay: what people link to, and what other pages load. */
export const ENTRIES = ["index.html", "embed.html", "flow-lab.js"];

/** What of www/ only the npm package has (scripts/pack.mjs). */
const PACKAGE = [
  "api/catalog.d.ts",
  "api/check.js",
  "api/element.d.ts",
  "api/engine.js",
  "api/examples",
  "api/index.d.ts",
  "api/index.js",
  "api/networks.js",
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

/** The manifests in a folder of weights, each checked against its file; `figures`: the file of what is known of it, or null. */
export function manifests(folder) {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".json") && !name.endsWith("-figures.json"))
    .map((name) => name.replace(".json", ""));
  return Object.fromEntries(
    names.sort().map((name) => {
      const manifest = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
      const sha256 = createHash("sha256")
        .update(readFileSync(join(folder, manifest.file)))
        .digest("hex");
      if (sha256 !== manifest.sha256) throw new Error(`${manifest.file} is not the file that ${name}.json describes`);
      const figures = `${name}-figures.json`;
      return [name, { ...manifest, figures: existsSync(join(folder, figures)) ? figures : null }];
    }),
  );
}

const LINK = /^ *<link data-trunk ([^>]*?) *\/>\n?/gm;
const attribute = (text, name) => text.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1];

/** Fills `folder` as Trunk does: what index.html's `data-trunk` links name is copied beside it, or put into it. */
export function stage(folder) {
  mkdirSync(folder, { recursive: true });
  const copy = (href, target) => cpSync(join(ROOT, href), join(folder, target), { recursive: true });
  const html = readFileSync(join(ROOT, "index.html"), "utf8").replace(LINK, (_, link) => {
    const [rel, href] = [attribute(link, "rel"), attribute(link, "href")];
    if (rel === "inline") return readFileSync(join(ROOT, href), "utf8");
    if (rel === "copy-dir") copy(href, attribute(link, "data-target-path"));
    else if (rel === "copy-file") copy(href, href);
    else if (rel !== "rust") throw new Error(`index.html: rel="${rel}" is not known here`);
    return "";
  });
  writeFileSync(join(folder, "index.html"), html);
}

/** Brings the engines that are in `from` to their hashed names; build → name. */
async function addEngines(folder, from) {
  const names = {};
  for (const build of BUILDS.filter((build) => existsSync(join(from, build, "flow_lab_bg.wasm")))) {
    const into = join(folder, "engine", build);
    mkdirSync(into, { recursive: true });
    const files = readdirSync(join(from, build)).filter((name) => /^(flow_lab(_bg\.wasm.*|\.js)|tile\.wasm)$/.test(name));
    for (const name of files) cpSync(join(from, build, name), join(into, name));
    await minify(into);
    names[build] = rename(join(folder, "engine"), build);
  }
  return names;
}

/** Makes the scripts and styles in `folder` smaller, with a source map beside each script. */
async function minify(folder) {
  const { transform } = createRequire(import.meta.url)("esbuild"); // the tools live outside the checkout
  const files = readdirSync(folder, { recursive: true }).filter((name) => /\.(js|css)$/.test(name));
  await Promise.all(
    files.map(async (name) => {
      const path = join(folder, name);
      const isScript = name.endsWith(".js");
      const { code, map } = await transform(readFileSync(path, "utf8"), {
        loader: isScript ? "js" : "css",
        target: isScript ? "es2022" : undefined,
        minify: true,
        legalComments: "none",
        sourcefile: basename(name),
        sourcemap: isScript && "external",
      });
      writeFileSync(path, isScript ? `${code}//# sourceMappingURL=${basename(name)}.map\n` : code);
      if (isScript) writeFileSync(`${path}.map`, map);
    }),
  );
}

/** Documents that become pages: name → [file, the way from the page to index.html's folder, a script of www/site/]. */
const DOCUMENTS = {
  "embedding.html": ["EMBED.md", "", "examples.js"],
  "javascript.html": ["scripts/package-readme.md", ""],
  "burn-in-the-browser.html": ["docs/burn-in-the-browser.md", ""],
  "results.html": ["docs/results.md", ""],
  "models/MODEL_CARD.html": ["www/models/MODEL_CARD.md", "../"],
};

/** Where the page will be, if FLOW_LAB_ADDRESS says so: pictures for links need whole addresses. */
const addressed = (html) => {
  const address = process.env.FLOW_LAB_ADDRESS;
  return address ? html.replaceAll("stills/preview.jpg", new URL("stills/preview.jpg", address).href) : html;
};

/** Gives what was staged in `folder` its engines and its final names. */
export async function finish(folder, engineFolder) {
  for (const name of PACKAGE) rmSync(join(folder, "app", name), { recursive: true });
  // They are large and change less often than the scripts: hashes of their own, or none.
  for (const [name, place] of [
    ["models", "models"],
    ["stills", "site/stills"],
  ])
    renameSync(join(folder, "app", place), join(folder, name));
  const engines = await addEngines(folder, engineFolder);
  // Before the scripts are hashed: an engine that changes gives them another name too.
  const tile = readFileSync(join(engineFolder, "cpu", "tile.wasm"));
  writeFileSync(join(folder, "app", "engine", "assets.js"), assets({ engines, models: manifests(join(folder, "models")), base: "../../", tile }));
  await minify(join(folder, "app"));
  const app = rename(folder, "app");
  const root = (name) => readFileSync(join(ROOT, name), "utf8");
  for (const [name, [source, home, script]] of Object.entries(DOCUMENTS)) writeFileSync(join(folder, name), document(root(source), home, script));
  for (const name of [...ENTRIES, ...Object.keys(DOCUMENTS)]) {
    const text = readFileSync(join(folder, name), "utf8");
    // Trunk leaves a link that it skips.
    const led = text.replace(LINK, "").replace(REFERENCE, (_, before, here = "") => `${before}${here}${app}/`);
    if (led === text) throw new Error(`${name} refers to nothing in app/`);
    writeFileSync(join(folder, name), addressed(led));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, engines] = process.argv.slice(2).map((path) => resolve(path));
  if (!engines) throw new Error("usage: node scripts/page.mjs FOLDER ENGINES");
  // Trunk has staged the folder that its hook gives.
  if (!existsSync(join(folder, "index.html"))) stage(folder);
  await finish(folder, engines);
}
