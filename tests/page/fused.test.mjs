// Products and their sums rounded at once, where the browser can (src/ops/product/tile.wat).
import assert from "node:assert/strict";
import { test } from "node:test";
import { hashed, inChromium, open, setUp } from "./harness.mjs";

const { chrome, server } = await setUp();

/** What runs of the first 1, 3 and 8 images of one batch end in, and whether the browser has what the tile needs. */
async function ends(network, fused) {
  const context = await chrome.newContext();
  const { page } = await open(context, `${server.url}embedding.html`);
  const found = await page.evaluate(
    async ([app, name, by]) => {
      const [{ openEngine }, { MODELS, TILE }] = await Promise.all(["wasm", "assets"].map((file) => import(`${app}/engine/${file}.js`)));
      const { engine } = await openEngine("cpu", null, by);
      await engine.load(new Uint8Array(await (await fetch(MODELS[name].url)).arrayBuffer()));
      const runs = [];
      for (const n of [1, 3, 8]) {
        const digits = Array.from({ length: n }, (_, i) => i);
        const shares = (i) => Array.from({ length: 16 }, (_, k) => (k === i || k === 9 + (i % 7) ? 1 : 0)); // a category and a style
        const labels = name === "digits" ? digits : digits.map(shares);
        const guidance = { weight: 2, from: 0, to: 1 };
        const frame = await engine.start(JSON.stringify({ seed: 3, labels, solver: "euler", steps: 8, tolerance: 0.01, guidance })).finish();
        runs.push([...frame.x]);
      }
      return { runs, valid: WebAssembly.validate(Uint8Array.from(atob(TILE), (c) => c.charCodeAt(0))) };
    },
    [new URL(hashed("app"), server.url).href, network, fused],
  );
  await context.close();
  return found;
}

for (const network of ["digits", "emoji"]) {
  test(`${network}: the last bits differ, and no more; an image does not depend on those beside it`, {
    skip: inChromium("it has no relaxed SIMD yet, or the comparison would be with itself"),
  }, async () => {
    const [plain, fused] = [await ends(network, false), await ends(network, true)];
    assert.ok(fused.valid, "this browser has relaxed SIMD");
    for (const { runs } of [plain, fused]) {
      const [one, three, eight] = runs;
      assert.ok(one.every(Number.isFinite));
      // The images of a run are divided among workers in any way.
      assert.deepEqual(three.slice(0, one.length), one);
      assert.deepEqual(eight.slice(0, three.length), three);
    }
    const most = Math.max(...plain.runs[2].map((v, i) => Math.abs(v - fused.runs[2][i])));
    assert.ok(most > 0, "the tile is in use");
    assert.ok(most < 1e-4, `images differ by ${most}`);
  });
}
