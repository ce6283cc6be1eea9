// A digit of one's own, on the CPU engine.
import assert from "node:assert/strict";
import { test } from "node:test";
import { saved } from "./files.mjs";
import { alone, lateWorker, open, setUp, slide } from "./harness.mjs";

const { chrome, server } = await setUp();

async function visit(hash = "", options = {}) {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 1150 }, ...options });
  const opened = await open(context, alone(server, "edit", `device=cpu${hash}`));
  await opened.page.waitForSelector('#edit [data-tool="draw"][aria-pressed="true"]');
  return { context, ...opened };
}

/** Presses a button and waits until what it began has ended; the sentence that it left. */
async function act(page, name) {
  await page.click(`#edit [data-act="${name}"]`);
  await page.waitForFunction(() => part("#edit").getAttribute("aria-busy") === "false", undefined, { timeout: 60_000 });
  return page.$eval("#edit-message", (e) => (e.hidden ? "" : e.textContent));
}

const caption = (page, name) => page.textContent(`[data-result="${name}"] figcaption`);

/** Strokes over the pad, in shares of its side. */
async function stroke(page, ...points) {
  const box = await (await page.$("#edit-pad")).boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(points[0]));
  await page.mouse.down();
  for (const point of points.slice(1)) await page.mouse.move(...at(point), { steps: 8 });
  await page.mouse.up();
}

/** A seven. */
const seven = (page) => stroke(page, [0.32, 0.25], [0.66, 0.25], [0.45, 0.78]);

test("a digit that is written goes to its noise and back, and its noise to every class", async () => {
  const { page, errors, context } = await visit("&edit.class=7");
  assert.match(await act(page, "return"), /Write a digit on the pad first/);
  await seven(page);
  await page.waitForFunction(() => location.hash.includes("edit.drawing="));
  // What people ask first comes by itself: ten digits of the same noise, and their way.
  await page.waitForFunction(() => /each class from 0 to 9/.test(part('[data-result="classes"] figcaption').textContent), undefined, {
    timeout: 60_000,
  });
  const ten = () => page.$eval('[data-result="classes"] canvas', (c) => c.toDataURL());
  const digits = await ten();
  await slide(page, "#edit-t", "0");
  assert.equal(await page.textContent("#edit-t-text"), "t = 0.00");
  assert.notEqual(await ten(), digits);
  const file = await saved(page, '#edit [data-act="save"]');
  assert.match(file.name, /digits.*\.png$/);
  assert.deepEqual([...file.bytes.slice(1, 4)], [...Buffer.from("PNG")]);
  assert.equal(await act(page, "return"), "");
  const said = await caption(page, "return");
  const error = Number(said.match(/error of a pixel: (0\.\d{4}) of the gray scale/)[1]);
  assert.ok(error > 0 && error < 0.05, said);
  assert.match(said, /Runge–Kutta 4, 128 evaluations to decode/);
  assert.equal(await act(page, "classes"), "");
  assert.match(await caption(page, "classes"), /each class from 0 to 9.*32 evaluations/);
  const [wide, high] = await page.$eval('[data-result="classes"] canvas', (c) => [c.width, c.height]);
  assert.ok(Math.abs(wide / high - 2.5) < 0.1, "ten digits, five in a row");
  // Another stroke: what was shown belongs to another drawing.
  await stroke(page, [0.3, 0.5], [0.5, 0.5]);
  assert.equal(await page.isVisible('[data-result="return"]'), false);
  await page.waitForFunction(() => part('[data-result="classes"]').checkVisibility(), undefined, { timeout: 60_000 });
  // The drawing is in the link.
  const hash = await page.evaluate(() => location.hash);
  const picture = (p) => p.$eval("#edit-pad", (c) => c.toDataURL());
  const again = await visit(hash.replace(/^#/, "&"));
  assert.ok((await picture(again.page)) === (await picture(page)), "the link gives back the drawing");
  assert.deepEqual([...errors, ...again.errors], []);
  await again.context.close();
  await context.close();
});

test("the network writes, two digits blend, a part is inpainted, a small picture super-resolved", { skip: lateWorker }, async () => {
  const { page, errors, context } = await visit("&edit.class=3");
  assert.equal(await page.$eval('#edit [data-act="blend"]', (b) => b.disabled), true);
  await act(page, "invent");
  assert.match(await page.textContent("#edit-text"), /A sampled 3: 32 evaluations.*seed \d+/);
  await act(page, "keep");
  await page.fill('[name="edit.class"]', "8");
  await act(page, "invent");
  assert.equal(await act(page, "blend"), "");
  assert.match(await caption(page, "blend"), /From the kept 3 to this 8/);
  assert.match(await act(page, "inpaint"), /Mask a part of the digit first/);
  await page.click('#edit [data-tool="mask"]');
  await stroke(page, [0.2, 0.35], [0.8, 0.35]);
  assert.equal(await act(page, "inpaint"), "");
  assert.match(await caption(page, "inpaint"), /inpainted as a 8.*Euler, 32 evaluations/);
  assert.equal(await act(page, "superResolve"), "");
  assert.match(await caption(page, "superResolve"), /14×14/);
  assert.deepEqual(errors, []);
  await context.close();
});

test("the pad can be written on by keyboard, rubbed out and cleared", async () => {
  const { page, context } = await visit();
  const drawing = () => page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get("edit.drawing") ?? "");
  await page.focus("#edit-pad");
  await page.keyboard.press(" ");
  const dot = await drawing();
  assert.equal(dot.length, 523);
  for (let i = 0; i < 6; i += 1) await page.keyboard.press("Shift+ArrowDown");
  assert.notEqual(await drawing(), dot);
  await page.click('#edit [data-tool="erase"]');
  await stroke(page, [0.5, 0.3], [0.5, 0.9]);
  await page.click('#edit [data-act="clear"]');
  assert.equal(await drawing(), "");
  await page.waitForTimeout(900); // longer than it waits before it computes unasked
  assert.equal(await page.isVisible("#edit-message"), false);
  await context.close();
});

test("a malformed drawing in a link is explained; on a phone, in dark, nothing overflows", async () => {
  const { page, errors, context } = await visit("&edit.drawing=abc&edit.class=12", { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  const said = await page.textContent("#message");
  assert.ok(said.includes("edit.drawing") && said.includes("edit.class"), said);
  const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= width, `${wide} > ${width}`);
  assert.deepEqual(errors, []);
  await context.close();
});

test("what is computed can be stopped", async () => {
  const { page, context } = await visit("&edit.class=7");
  await seven(page);
  await page.click('#edit [data-act="return"]');
  await page.waitForFunction(() => /Encoding/.test(part("#edit-text").textContent), undefined, { timeout: 60_000 });
  await page.click('#edit [data-act="return"]');
  await page.waitForFunction(() => part("#edit").getAttribute("aria-busy") === "false");
  assert.equal(await page.textContent("#edit-text"), "Stopped.");
  assert.equal(await page.textContent('#edit [data-act="return"]'), "Encode, then decode");
  await context.close();
});
