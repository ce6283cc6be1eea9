// Products and their sums rounded at once, where the browser can (src/ops/product/tile.wat).
import assert from "node:assert/strict";
import { test } from "node:test";
import { browser, hashed, inChromium, open, serve } from "./harness.mjs";

/** What a run of `n` digits ends in, and of what its engine's tile was made: null where it has none. */
async function digits(chrome, server, n, fused) {
  const context = await chrome.newContext();
  const { page } = await open(context, `${server.url}embedding.html`);
  const found = await page.evaluate(
    async ([app, count, by]) => {
      const [{ openEngine }, { MODELS, TILE }] = await Promise.all(["wasm", "assets"].map((name) => import(`${app}/engine/${name}.js`)));
      const { engine } = await openEngine("cpu", null, by);
      await engine.load(new Uint8Array(await (await fetch(MODELS.digits.url)).arrayBuffer()));
      const labels = Array.from({ length: count }, (_, i) => i % 10);
      const guidance = { weight: 2, from: 0, to: 1 };
      const frame = await engine.start(JSON.stringify({ seed: 3, labels, solver: "euler", steps: 8, tolerance: 0.01, guidance })).finish();
      const tile = Uint8Array.from(atob(TILE), (c) => c.charCodeAt(0));
      return { x: [...frame.x], valid: WebAssembly.validate(tile) };
    },
    [new URL(hashed("app"), server.url).href, n, fused],
  );
  await context.close();
  return found;
}

test("the last bits differ, and no more", { skip: inChromium("it has no relaxed SIMD yet, or the comparison would be with itself") }, async () => {
  const [chrome, server] = [await browser(), await serve()];
  // One digit's rows are no multiple of the tile's.
  for (const n of [1, 5]) {
    const [plain, fused] = [await digits(chrome, server, n, false), await digits(chrome, server, n, true)];
    assert.ok(fused.valid, "this browser has relaxed SIMD");
    const most = Math.max(...plain.x.map((v, i) => Math.abs(v - fused.x[i])));
    assert.ok(most > 0, "the tile is in use");
    assert.ok(most < 1e-4, `${n} digits differ by ${most}`);
  }
  await chrome.close();
  server.close();
});
