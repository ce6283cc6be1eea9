// Digits from noise, the figure at the top of the article, by itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alone, open, setUp } from "./harness.mjs";

const { chrome, server } = await setUp();

async function visit(hash = "", { start = "press", ...options } = {}) {
  const context = await chrome.newContext({ viewport: { width: 1000, height: 800 }, reducedMotion: "reduce", ...options });
  const opened = await open(context, alone(server, "generate", hash, start));
  await opened.page.waitForFunction(() => part("#generate-tiles"));
  return { context, ...opened };
}

const text = (page) => page.textContent("#generate-text");
/** Until the larger network has generated them. */
const done = (page, what) =>
  page.waitForFunction(
    (t) =>
      part("#generate-text").textContent.startsWith(t) &&
      part("#generate").dataset.network === "few-step" &&
      part("#generate").getAttribute("aria-busy") === "false",
    what,
    {
      timeout: 60_000,
    },
  );
const picture = async (page) => {
  await page.waitForTimeout(200); // it is drawn at the next frame
  return page.$eval("#generate-tiles", (canvas) => canvas.toDataURL());
};

test("it waits for a press, then generates what its settings say; a press more takes other noise, a link gives it back", async () => {
  const { page, errors, context } = await visit("generate.seed=7&generate.steps=2");
  assert.equal(await text(page), "Nothing generated yet.");
  await page.click("#generate-new");
  await page.waitForFunction(() => /^40 digits, .* A larger network is on its way\.$/.test(part("#generate-text").textContent), undefined, {
    timeout: 60_000,
  });
  await done(page, "40 digits, 2 evaluations of the network for each");
  assert.match(await text(page), / s on the CPU\.$/);
  assert.match(await page.evaluate(() => location.hash), /generate\.seed=7/);
  const first = await picture(page);
  await page.click("#generate-new");
  await page.waitForFunction(() => /generate\.seed=(?!7&|7$)\d+/.test(location.hash));
  await done(page, "40 digits");
  assert.notEqual(await picture(page), first);
  const again = await visit("generate.seed=7&generate.steps=2", { start: "view" });
  await done(again.page, "40 digits, 2 evaluations");
  assert.equal(await picture(again.page), first);
  // The seed by hand, and what is none.
  await page.fill('[name="generate.seed"]', "7");
  await page.waitForFunction((was) => part("#generate-tiles").toDataURL() === was, first);
  await page.fill('[name="generate.seed"]', "-1");
  await page.waitForTimeout(600);
  assert.match(await page.evaluate(() => location.hash), /generate\.seed=7/);
  assert.equal(await page.$eval('[name="generate.seed"]', (e) => e.validity.valid), false);
  assert.deepEqual([...errors, ...again.errors], []);
  await again.context.close();
  await context.close();
});

test("a network that does not come is explained, and the next press tries again; a malformed link too", async () => {
  const { page, errors, context } = await visit("generate.steps=3");
  assert.match(await page.textContent("#message"), /generate\.steps/);
  let broken = true;
  await page.route(/few-step-small-[0-9a-f]+\.safetensors/, (route) => (broken ? route.fulfill({ status: 503, body: "" }) : route.continue()));
  await page.click("#generate-new");
  await page.waitForFunction(() => /server answered 503/.test(part("#generate-message").textContent));
  assert.equal(await text(page), "Nothing could be generated.");
  broken = false;
  await page.click("#generate-new");
  await done(page, "40 digits, 4 evaluations");
  assert.equal(await page.isVisible("#generate-message"), false);
  assert.deepEqual(
    errors.filter((error) => !/503/.test(error)),
    [],
  );
  await context.close();
});

test("a narrow screen gets fewer columns, and one that is turned gets others", async () => {
  const { page, errors, context } = await visit("", { start: "view", viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  await done(page, "20 digits");
  const shape = () => page.$eval("#generate-tiles", ({ clientWidth, clientHeight }) => clientWidth / clientHeight);
  assert.ok(Math.abs((await shape()) - 5 / 4) < 0.02, String(await shape()));
  const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= width, `${wide} > ${width}`);
  await page.setViewportSize({ width: 740, height: 360 });
  await done(page, "40 digits");
  assert.ok(Math.abs((await shape()) - 10 / 4) < 0.05, String(await shape()));
  assert.deepEqual(errors, []);
  await context.close();
});
