// Images are computed with fused multiplication and addition where the browser has it, and what trains is not: its weights are to be the
// same in every browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gray, same } from "./gpu.mjs";
import { alone, done, open, setUp } from "./harness.mjs";
import { visit } from "./lab-page.mjs";

const { chrome, server } = await setUp();

/** The WebAssembly files that are asked for while `what` is done. */
async function asked(what) {
  const before = server.requests.length;
  await what();
  return [...new Set(server.requests.slice(before).map((path) => path.match(/(\w+)\.wasm$/)?.[1]))].filter(Boolean);
}

/** The digits of a fresh visitor; `init` runs in the page before ours. */
async function digits(init) {
  const context = await chrome.newContext({ viewport: { width: 900, height: 900 } });
  if (init) await context.addInitScript(init);
  const { page, errors } = await open(context, alone(server, "digits", "digits=4&steps=8&device=cpu", "view"));
  await done(page);
  const values = await gray(page);
  assert.deepEqual(errors, []);
  await context.close();
  return values;
}

test("with fused multiplication and addition the digits are the same to a hundredth of the gray scale", async () => {
  let [fused, plain] = [null, null];
  const has = asked(async () => (fused = await digits()));
  assert.deepEqual(await has, ["flow_lab_fused"]);
  const hasNot = asked(async () => (plain = await digits(() => (WebAssembly.validate = () => false))));
  assert.deepEqual(await hasNot, ["flow_lab_bg"]);
  same(fused, plain);
});

test("the lab trains with the file that every browser has", async () => {
  const files = await asked(async () => (await visit(chrome, server)).context.close());
  assert.deepEqual(files, ["flow_lab_bg"]);
});
