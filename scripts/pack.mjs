// Makes the npm package: `node scripts/pack.mjs ENGINES OUT` writes OUT/flow-matching-lab-VERSION.tgz; ENGINES has a folder for each
// build of the engine (scripts/pack).
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { assets } from "./assets.mjs";
import { BUILDS, manifests } from "./page.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** What of www/ belongs to the article alone, or comes from elsewhere in a package. */
const LEFT_OUT = ["models", "site", "engine/assets.d.ts", "engine/flow_lab.d.ts"];

/** Cargo.toml's own value for `key`: the crate and the package are one version. */
export function cargo(key) {
  const [, value] = readFileSync(join(ROOT, "Cargo.toml"), "utf8").match(new RegExp(`^${key} = "(.*)"$`, "m")) ?? [];
  if (!value) throw new Error(`Cargo.toml has no ${key}`);
  return value;
}

const manifest = () => ({
  name: "flow-matching-lab",
  version: cargo("version"),
  description: "Flow matching, live in the browser: draw digits and train flows on WebGPU or the CPU, from JavaScript or as a custom element.",
  keywords: ["flow-matching", "generative", "diffusion", "webgpu", "wasm", "machine-learning", "custom-element"],
  license: cargo("license"),
  type: "module",
  types: "./app/api/index.d.ts",
  exports: {
    ".": { types: "./app/api/index.d.ts", default: "./app/api/index.js" },
    "./element": { types: "./app/api/element.d.ts", default: "./app/api/element.js" },
    "./package.json": "./package.json",
  },
  sideEffects: ["./app/api/element.js", "./app/engine/worker.js"],
  files: ["app", "engine", "models", "LICENSE-*"],
});

/**
 * Gives style sheets a name that no bundler takes for its own: figures fetch them as files, and Turbopack refuses `new URL("….css")`, while
 * a project's rule for .css makes webpack answer with a script.
 */
function styleFiles(app) {
  const sheets = readdirSync(app, { recursive: true }).filter((name) => name.endsWith(".css"));
  for (const name of sheets) renameSync(join(app, name), join(app, `${name}.txt`));
  const registry = join(app, "figures/all.js");
  writeFileSync(registry, readFileSync(registry, "utf8").replace(/\.css(?=", import\.meta\.url)/g, ".css.txt"));
}

/** Fills `folder` with the package; `engines`: build → the folder that has its engine. */
function stage(folder, engines) {
  const www = join(ROOT, "www");
  cpSync(www, join(folder, "app"), { recursive: true, filter: (path) => !LEFT_OUT.includes(relative(www, path)) });
  styleFiles(join(folder, "app"));
  cpSync(join(www, "models"), join(folder, "models"), { recursive: true });
  for (const build of BUILDS) {
    const into = join(folder, "engine", build);
    mkdirSync(into, { recursive: true });
    // Not what scripts/compress.mjs made of them: bundlers and hosts compress by themselves.
    for (const file of ["flow_lab.js", "flow_lab_bg.wasm"]) cpSync(join(engines[build], file), join(into, file));
  }
  const names = Object.fromEntries(BUILDS.map((build) => [build, build]));
  const tile = readFileSync(join(engines.cpu, "tile.wasm"));
  const places = assets({ engines: names, models: manifests(join(folder, "models")), base: "../../", tile, home: false });
  writeFileSync(join(folder, "app", "engine", "assets.js"), places);
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
  cpSync(join(ROOT, "scripts/package-readme.md"), join(folder, "README.md"));
  for (const license of ["LICENSE-MIT", "LICENSE-APACHE"]) cpSync(join(ROOT, license), join(folder, license));
}

/** Packs into the folder `out`; {file, bytes}: the archive. */
export function pack(engines, out) {
  const folder = mkdtempSync(join(tmpdir(), "flow-lab-pack-"));
  try {
    stage(folder, engines);
    mkdirSync(out, { recursive: true });
    const args = ["pack", "--json", "--ignore-scripts", "--no-update-notifier", "--pack-destination", resolve(out)];
    const [made] = JSON.parse(execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));
    return { file: join(out, basename(made.filename)), bytes: made.size };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [engines, out] = process.argv.slice(2);
  if (!out) throw new Error("usage: node scripts/pack.mjs ENGINES OUT");
  const { file, bytes } = pack(Object.fromEntries(BUILDS.map((build) => [build, join(engines, build)])), out);
  console.log(`${file}: ${bytes} bytes`);
}
