// scripts/lint sees a fault of each kind: in a copy of the checkout one is planted, and the part that it is for must fail.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "flow-lab-lint-"));

/** part → [file, what is put at its end, what lint says of it]. */
const FAULTS = {
  format: ["src/points.rs", "\nfn   badly_formatted( ) { }\n", /badly_formatted/],
  page: ["www/plot/scales.js", "\nimport { unused } from './theme.js'\n", /scales\.js/],
  scripts: ["scripts/pack", '\nif [ $UNQUOTED = "a b" ]; then echo; fi\n', /SC2086/],
  layers: ["www/plot/scales.js", '\nexport { FIGURES } from "../figures/all.js";\n', /scales/],
  types: ["www/plot/scales.js", "\nexport const wrong = Math.max('a', {});\n", /scales\.js.*error TS/],
  spelling: ["README.md", "\nA velosity is a vector.\n", /velosity/],
  rust: ["src/points.rs", "\n/// Not needed.\npub fn is_one(x: &[f32]) -> bool {\n    x.len() == 0\n}\n", /clippy::len_zero/],
  wasm: ["src/web/held.rs", "\npub(super) fn same(x: &[f32]) -> bool {\n    x.len() == 0\n}\n", /len_zero|never used/],
  docs: ["src/points.rs", "\n/// See [`no_such_thing`].\npub fn undocumented() {}\n", /no_such_thing/],
};

before(() => {
  const files = execFileSync("git", ["ls-files"], { cwd: ROOT, encoding: "utf8" }).trim().split("\n");
  for (const file of files.filter((name) => !name.startsWith("www/site/stills/"))) cpSync(join(ROOT, file), join(copy, file));
  // For what asks git for the scripts.
  execFileSync("git", ["init", "--quiet"], { cwd: copy });
  execFileSync("git", ["add", "--all"], { cwd: copy });
});
after(() => rmSync(copy, { recursive: true }));

for (const [part, [file, fault, says]] of Object.entries(FAULTS)) {
  test(`lint's part “${part}” passes, and fails on a planted fault`, () => {
    // Not as a part of this test run: a test that fails in it would not fail the program.
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    const lint = () => spawnSync(join(copy, "scripts/lint"), [part], { encoding: "utf8", env });
    const path = join(copy, file);
    const text = readFileSync(path, "utf8");
    const clean = lint();
    assert.equal(clean.status, 0, `${clean.stdout}${clean.stderr}`);
    appendFileSync(path, fault);
    try {
      const { status, stdout, stderr } = lint();
      assert.notEqual(status, 0, "the fault was not seen");
      assert.match(`${stdout}${stderr}`, says);
    } finally {
      writeFileSync(path, text);
    }
  });
}
