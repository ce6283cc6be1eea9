// Checks that everything that names a version names the same one: `node scripts/versions.mjs`; with --print it prints that version.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What names a version, and how. */
const NAMED = {
  "Cargo.toml": /^version = "(.*)"$/m,
  "Cargo.lock": /^name = "flow-lab"\nversion = "(.*)"$/m,
  "CITATION.cff": /^version: (.*)$/m,
  "CHANGELOG.md": /^## (\S+)/m, // the newest
};

/** A sentence for each file of `read(name)` that names no version or another one than Cargo.toml. */
export function disagreements(read) {
  const [, crate] = read("Cargo.toml").match(NAMED["Cargo.toml"]) ?? [];
  if (!crate) return ["Cargo.toml names no version."];
  return Object.entries(NAMED).flatMap(([name, pattern]) => {
    const [, found] = read(name).match(pattern) ?? [];
    if (found === crate) return [];
    return [found ? `${name} names version ${found}, Cargo.toml ${crate}.` : `${name} names no version.`];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
  const wrong = disagreements(read);
  if (wrong.length) {
    console.error(`[flow-lab] error: ${wrong.join(" ")}`);
    process.exit(1);
  }
  if (process.argv.includes("--print")) console.log(read("Cargo.toml").match(NAMED["Cargo.toml"])[1]);
}
