// Two builds in one page: frames of the same build share an engine, frames of another one have their own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileAt, typeOf } from "../../scripts/files.mjs";
import { DIST, browser, inChromium, open, serve } from "./harness.mjs";

/** Below /lab/other/: the same page at another address, which is what a build is told by. */
function other(path) {
  const [, inside] = path.match(/^\/lab\/other\/(.*)$/) ?? [];
  const file = inside && fileAt(DIST, inside);
  if (!file) return null;
  const headers = { "content-type": typeOf(file) };
  return { headers, body: readFileSync(file) };
}

test("frames of two builds do not share an engine", { skip: inChromium("it does not tell how many workers there are") }, async (t) => {
  const [chrome, server] = await Promise.all([browser(), serve(other)]);
  t.after(() => Promise.all([chrome.close(), server.close()]));
  const context = await chrome.newContext({ viewport: { width: 800, height: 1600 } });
  const { page, errors } = await open(context, `${server.url}models/MODEL_CARD.html`);
  const add = async (id, folder) => {
    const src = `${server.url}${folder}embed.html#figure=paths&controls=main`;
    await page.evaluate(([name, from]) => document.body.prepend(Object.assign(document.createElement("iframe"), { src: from, id: name })), [id, src]);
    await page.frameLocator(`#${id}`).locator('#paths[aria-busy="false"] #paths-nfe').filter({ hasText: /\d/ }).waitFor({ timeout: 60_000 });
    return page.workers().length;
  };
  assert.equal(await add("a", ""), 1);
  assert.equal(await add("b", ""), 1);
  assert.equal(await add("c", "other/"), 2);
  assert.equal(await add("d", "other/"), 2);
  assert.deepEqual(errors, []);
});
