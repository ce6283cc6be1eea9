// The same noise through both digit networks, on the CPU engine.
import assert from "node:assert/strict";
import { test } from "node:test";
import { saved } from "./files.mjs";
import { alone, lateWorker, open, serve, setUp, withCores } from "./harness.mjs";

const { chrome, server } = await setUp();

async function visit(hash = "", { cores = 0, ...options } = {}, override) {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 1100 }, ...options });
  if (cores) await withCores(context, cores);
  const opened = await open(context, alone(override ?? server, "few-steps", `device=cpu${hash}`));
  await opened.page.waitForSelector('.few-steps-row[data-nfe="32"]');
  return { context, ...opened };
}

const idle = (page) => page.waitForFunction(() => part("#few-steps").getAttribute("aria-busy") === "false", undefined, { timeout: 120_000 });
const pictures = (page) => page.$$eval("#few-steps-rows canvas", (all) => all.map((c) => c.toDataURL()));

test("both networks draw the same class from the same noise; the link gives it back, on a machine with other cores too", {
  skip: lateWorker,
}, async () => {
  const { page, errors, context } = await visit("&few-steps.class=7&few-steps.seed=5", { cores: 1 });
  await page.click("#few-steps-start");
  await idle(page);
  assert.match(await page.textContent("#few-steps-text"), /^Class 7, seed 5\. Beside the digits: measured beforehand, on 2,000 digits/);
  for (const nfe of [1, 2, 4, 8, 16, 32]) {
    const captions = await page.$$eval(`.few-steps-row[data-nfe="${nfe}"] figcaption`, (all) => all.map((e) => e.textContent));
    assert.equal(captions.length, 2);
    for (const caption of captions) assert.match(caption, /^\d+\.\d % recognized, Fréchet distance \d+\.\d\d$/, `${nfe} NFE`);
  }
  const first = await pictures(page);
  assert.equal(new Set(first).size, first.length, "no two rows look alike");
  const again = await visit((await page.evaluate(() => location.hash)).replace(/^#/, "&"), { cores: 5 });
  await again.page.click("#few-steps-start");
  await idle(again.page);
  assert.ok(
    (await pictures(again.page)).every((picture, i) => picture === first[i]),
    "the same digits again",
  );
  await again.page.fill('[name="few-steps.class"]', "4");
  await again.page.waitForFunction(() => part("#few-steps").getAttribute("aria-busy") === "true");
  await idle(again.page);
  assert.match(await again.page.textContent("#few-steps-text"), /^Class 4/);
  assert.ok((await pictures(again.page))[1] !== first[1]);
  assert.deepEqual([...errors, ...again.errors], []);
  await again.context.close();
  await context.close();
});

test("it can be stopped; a malformed link is explained; on a phone nothing overflows", async () => {
  const { page, errors, context } = await visit("&few-steps.class=ten", { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  assert.match(await page.textContent("#message"), /few-steps\.class/);
  await page.click("#few-steps-start");
  await page.waitForFunction(() => /NFE/.test(part("#few-steps-text").textContent), undefined, { timeout: 60_000 });
  await page.click("#few-steps-start");
  await idle(page);
  assert.equal(await page.textContent("#few-steps-text"), "Stopped.");
  const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= width, `${wide} > ${width}`);
  assert.deepEqual(errors, []);
  await context.close();
});

test("weights that are damaged are a sentence, and the rest of the page goes on", async () => {
  const broken = await serve((path) => (/few-step-[0-9a-f]+\.safetensors$/.test(path) ? { body: "not weights" } : null));
  const { page, context } = await visit("", {}, broken);
  await page.click("#few-steps-start");
  await page.waitForFunction(() => !part("#few-steps-message").hidden, undefined, { timeout: 60_000 });
  assert.match(await page.textContent("#few-steps-message"), /11 bytes instead of \d+/);
  await idle(page);
  await context.close();
  broken.close();
});

test("a network is distilled here, shows what it draws, stops, goes on and can be taken away", { skip: lateWorker }, async () => {
  const { page, errors, context } = await visit("&few-steps.images=100&few-steps.steps=20&few-steps.batch=10");
  await page.$eval("#few-steps-live", (panel) => (panel.open = true));
  const said = () => page.textContent("#live-text");
  const resting = () => page.waitForFunction(() => part("#few-steps-live").getAttribute("aria-busy") === "false", undefined, { timeout: 120_000 });
  await page.click("#live-start");
  await page.waitForFunction(() => /[1-9]\d* of 100/.test(part("#live-text").textContent), undefined, { timeout: 60_000 });
  await page.click("#live-start");
  await resting();
  assert.match(await said(), /Stopped; Distill goes on from here/);
  await page.click("#live-start");
  await page.waitForFunction(() => /Done/.test(part("#live-text").textContent), undefined, { timeout: 120_000 });
  await resting();
  assert.match(await said(), /Step 20 of 20, loss \d\.\d{4}\. Done: seed 1, 100 digits/);
  const inked = (id) => page.$eval(id, (c) => !c.hidden && new Set(c.getContext("2d").getImageData(0, 0, c.width, c.height).data).size > 20);
  assert.ok((await inked("#live-digits-1")) && (await inked("#live-digits-2")));
  const { name, bytes } = await saved(page, "#live-take");
  assert.ok(bytes.length > 1_000_000, String(bytes.length));
  assert.match(name, /few-step-seed1-step20\.safetensors$/);
  assert.deepEqual(errors, []);
  await context.close();
});

test("without WebGPU the distillation says so where it was chosen, beside its button too", async () => {
  const { page, context } = await visit("&few-steps.trainingDevice=webgpu");
  await page.$eval("#few-steps-live", (panel) => (panel.open = true));
  await page.click("#live-start");
  await page.waitForFunction(() => !part("#few-steps-message").hidden);
  assert.match(await page.textContent("#few-steps-message"), /WebGPU cannot be used: .*Choose another device/);
  assert.match(await page.textContent("#live-text"), /WebGPU cannot be used/);
  await context.close();
});
