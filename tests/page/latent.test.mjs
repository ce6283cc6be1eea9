// Digits in two dimensions, on the CPU engine.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alone, blocked, inChromium, lateWorker, open, setUp, slide } from "./harness.mjs";

const { chrome, server } = await setUp();

async function visit(hash = "latent.until=400", options = {}, start = "press") {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 1000 }, ...options });
  const opened = await open(context, alone(server, "latent", hash, start));
  await opened.page.waitForFunction(() => part("#latent-plane"));
  return { context, ...opened };
}

const text = (page) => page.textContent("#latent-text");
const picture = (page, name) => page.$eval(`#latent-${name}`, (canvas) => canvas.toDataURL());
const label = (page, name) => page.getAttribute(`#latent-${name}`, "aria-label");
const idle = (page) => page.waitForFunction(() => part("#latent").getAttribute("aria-busy") === "false", undefined, { timeout: 60_000 });
const done = (page) => page.waitForFunction(() => /^Done/.test(part("#latent-text").textContent), undefined, { timeout: 60_000 });

/** The share of a digit's pixels that is ink. */
const ink = (page, name) =>
  page.$eval(`#latent-${name}`, (canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let dark = 0;
    for (let i = 0; i < data.length; i += 4) dark += data[i] < 128 ? 1 : 0;
    return (4 * dark) / data.length;
  });

/** Where a point of the plane is on the screen. */
const at = async (page, x, y) => {
  const box = await page.locator("#latent-plane").boundingBox();
  return [box.x + ((x + 6.4) / 12.8) * box.width, box.y + ((6.4 - y) / 12.8) * box.height];
};

test("it trains on the codes, and shows the digit at the ring and the one where the flow takes it", { skip: lateWorker }, async () => {
  const { page, errors, context } = await visit("latent.until=1500&latent.x=1&latent.y=0.5");
  await page.click("#latent-start");
  await page.waitForFunction(() => part("#latent-here").getAttribute("aria-label") !== "nothing yet");
  await done(page);
  await idle(page);
  assert.equal(await text(page), "Done: 1500 steps, seed 1; sampled with 32 Euler steps.");
  const read = async (name) => (await page.textContent(`#latent-${name}`)).split(" ± ").map(Number);
  const [[w2], [floor, spread], [error, deviation]] = [await read("w2"), await read("floor"), await read("error")];
  // Noise itself is some 3 from the codes; a network that says nothing has a relative error of 1.
  assert.ok(w2 > 0 && w2 < floor + 6 * spread && w2 < 1.5, `${w2} ${floor} ${spread}`);
  assert.ok(error > 0 && error < 0.3 && deviation < 0.05, `${error} ${deviation}`);
  assert.notEqual(await picture(page, "here"), await picture(page, "there"));
  for (const name of ["here", "there"]) assert.ok((await ink(page, name)) > 0.02, "there is a digit");

  // Dragging moves the ring, its digit and the link; the trained flow stays.
  const [before, sprites] = [await picture(page, "here"), await picture(page, "images")];
  await page.mouse.move(...(await at(page, 1, 0.5)));
  await page.mouse.down();
  await page.mouse.move(...(await at(page, -2, 2)), { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(() => /latent\.x=-(1\.9|2)/.test(location.hash));
  await page.waitForFunction((was) => part("#latent-here").toDataURL() !== was, before);
  assert.equal(await picture(page, "images"), sprites);
  assert.match(await text(page), /^Done: 1500/);

  // Beyond the domain it stops at its edge, so that the link can be read.
  await page.mouse.move(...(await at(page, Number(await page.inputValue('[name="latent.x"]')), Number(await page.inputValue('[name="latent.y"]')))));
  await page.mouse.down();
  await page.mouse.move(...(await at(page, 6.35, -2)), { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(() => /latent\.x=6(&|$)/.test(location.hash));

  // Time moves the particles' digits.
  await slide(page, "#latent-time", "0");
  assert.equal(await page.textContent("#latent-time-text"), "t = 0.00");
  assert.notEqual(await picture(page, "images"), sprites);

  const again = await visit((await page.evaluate(() => location.hash)).replace(/^#/, ""));
  await again.page.click("#latent-start");
  await done(again.page);
  await idle(again.page);
  assert.equal(await picture(again.page, "there"), await picture(page, "there"), "the link gives it back");
  await again.context.close();
  assert.deepEqual([...errors, ...again.errors], []);
  await context.close();
});

test("by keyboard; it stops, goes on, and begins anew with another network; a malformed link is explained", async () => {
  const { page, errors, context } = await visit("latent.until=20000&latent.x=7");
  assert.match(await page.textContent("#message"), /latent\.x/);
  assert.deepEqual([await label(page, "here"), await page.isDisabled("#latent-play")], ["nothing yet", true]);
  await page.click("#latent-start");
  await page.waitForFunction(() => /^Step [1-9]\d* of 20000, seed 1\.$/.test(part("#latent-text").textContent), undefined, { timeout: 60_000 });
  await page.waitForFunction(() => !part("#latent-play").disabled);
  await page.click("#latent-start");
  await idle(page);
  assert.match(await text(page), /^Stopped at step \d+ of 20000\.$/);
  await page.waitForFunction(() => part("#latent-there").getAttribute("aria-label") !== "nothing yet");
  await page.focus("#latent-plane");
  for (const key of ["ArrowRight", "Enter", "ArrowRight", "Enter"]) await page.keyboard.press(key);
  await page.waitForFunction(() => /latent\.x=0\.32\b/.test(location.hash));
  assert.equal(await page.inputValue("[name='latent.x']"), "0.32");
  await page.fill('[name="latent.x"]', "-1.5");
  await page.waitForFunction(() => /latent\.x=-1\.5\b/.test(location.hash));
  await page.selectOption('[name="latent.width"]', "16");
  await page.waitForFunction(() => part("#latent-text").textContent === "Not trained yet.");
  await page.waitForFunction(() => part("#latent-there").getAttribute("aria-label") === "nothing yet");
  assert.equal(await page.isDisabled("#latent-play"), true);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a decoder that does not come is explained, and the next press tries again", { skip: lateWorker }, async () => {
  const { page, errors, context } = await visit("latent.until=100");
  let broken = true;
  await page.route(/latent-[0-9a-f]+\.safetensors/, (route) => (broken ? route.fulfill({ status: 503, body: "" }) : route.continue()));
  await page.click("#latent-start");
  await page.waitForFunction(() => /server answered 503/.test(part("#latent-message").textContent));
  broken = false;
  await page.click("#latent-start");
  await done(page);
  assert.deepEqual(
    errors.filter((error) => !/503/.test(error)),
    [],
  );
  await context.close();
});

test("fits a phone in the dark, and the page's thread stays free while it trains", { skip: inChromium("it does not report its tasks") }, async () => {
  const { page, errors, context } = await visit("latent.until=20000", { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  await page.click("#latent-start");
  await page.waitForFunction(() => /^Step [1-9]/.test(part("#latent-text").textContent), undefined, { timeout: 60_000 });
  assert.deepEqual(await blocked(page, () => page.waitForTimeout(2000)), []);
  const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= width, `${wide} > ${width}`);
  assert.deepEqual(errors, []);
  await context.close();
});
