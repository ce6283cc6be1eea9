// What a person trained, kept in the browser from one visit to the next, if they want it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { saved } from "./files.mjs";
import { alone, lateWorker, open, setUp } from "./harness.mjs";
import { SMALL, download, message, stopped, visit } from "./lab-page.mjs";

const { chrome, server } = await setUp();

/** The lab once more in the same browser profile, another experiment in its link; and whether it offers what was kept. */
async function again(context, hash = `${SMALL}&lab.target=spiral`) {
  const { page, errors } = await open(context, alone(server, "lab", hash));
  await page.waitForFunction(() => part("#lab")?.dataset.ready === "true", undefined, { timeout: 60_000 });
  await page.waitForTimeout(300); // what is kept is read beside it
  return { page, errors, offered: await page.$eval("#lab .kept", (e) => !e.hidden) };
}

/** How many networks are kept. */
const records = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open("flow-lab", 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore("trained");
        opening.onsuccess = () => {
          const count = opening.result.transaction("trained").objectStore("trained").count();
          count.onsuccess = () => resolve(count.result);
        };
      }),
  );

test("what the lab trained is kept when a person asks for it, offered at the next visit, loaded, and deleted", async () => {
  const { page, errors, context } = await visit(chrome, server, `${SMALL}&lab.target=checkerboard`);
  await page.click("#lab-train");
  await stopped(page, 120);
  await page.click("#lab-take-panel summary");
  assert.equal(await records(page), 0, "nothing is kept unasked");
  await page.check("#lab [data-keep]");
  const { bytes } = await download(page, "weights");
  assert.equal(await records(page), 1);
  await page.close();

  const second = await again(context);
  assert.ok(second.offered);
  assert.match(await second.page.textContent("#lab .kept span"), /^A network that you trained on \w+ \d+, \d{4}.* is kept in this browser\.$/);
  // It may train something else meanwhile: what is kept stays until the person has answered.
  await second.page.click("#lab-step");
  await stopped(second.page, 1);
  await second.page.click('[data-kept="restore"]');
  await second.page.waitForFunction(() => part('[name="lab.target"]').value === "checkerboard" && part("#lab .kept").hidden);
  await second.page.click("#lab-take-panel summary");
  await second.page.waitForFunction(() => part("#lab [data-keep]").checked);
  const loaded = await download(second.page, "weights");
  assert.ok(bytes.equals(loaded.bytes), "the very weights");
  await second.page.close();

  const third = await again(context);
  assert.ok(third.offered);
  await third.page.click('[data-kept="forget"]');
  await third.page.waitForFunction(() => part("#lab .kept").hidden);
  await third.page.waitForTimeout(300);
  assert.equal(await records(third.page), 0);
  await third.page.close();
  const fourth = await again(context);
  assert.equal(fourth.offered, false);
  assert.deepEqual([...errors, ...second.errors, ...third.errors, ...fourth.errors], []);
  await context.close();
});

test("it goes on being kept while it trains, and no more when the box is cleared", async () => {
  const { page, context } = await visit(chrome, server);
  await page.click("#lab-take-panel summary");
  await page.check("#lab [data-keep]");
  assert.equal(await records(page), 0, "there is nothing to keep yet");
  await page.click("#lab-train");
  await stopped(page, 120);
  await page.waitForTimeout(300);
  assert.equal(await records(page), 1);
  await page.uncheck("#lab [data-keep]");
  await page.waitForTimeout(300);
  assert.equal(await records(page), 0);
  await context.close();
});

test("a browser that keeps nothing says so when it is asked to, and offers a file", async () => {
  const denied = () =>
    Object.defineProperty(window, "indexedDB", {
      get: () => {
        throw new DOMException("not here", "SecurityError");
      },
    });
  const newContext = async (options) => {
    const context = await chrome.newContext(options);
    await context.addInitScript(denied);
    return context;
  };
  const { page, errors, context } = await visit({ newContext }, server);
  await page.click("#lab-step");
  await stopped(page, 1);
  await page.click("#lab-take-panel summary");
  await page.click("#lab [data-keep]");
  await page.waitForFunction(() => !part("#lab-message").hidden && !part("#lab [data-keep]").checked);
  assert.equal(await message(page), "This browser cannot keep the network (not here). Save it as a file.");
  assert.deepEqual(errors, []);
  await context.close();
});

test("a distilled network is shown again, and can be saved, after a reload", { skip: lateWorker }, async () => {
  const context = await chrome.newContext();
  const address = alone(server, "few-steps", "few-steps.images=100&few-steps.steps=20&few-steps.batch=10");
  const { page, errors } = await open(context, address);
  await page.$eval("#few-steps-live", (panel) => (panel.open = true));
  await page.check("#few-steps-live [data-keep]");
  await page.click("#live-start");
  await page.waitForFunction(() => /Done/.test(part("#live-text").textContent), undefined, { timeout: 120_000 });
  const drawn = () => page.$$eval("#few-steps-live canvas", (all) => all.map((c) => c.toDataURL()));
  const [before, { bytes }] = [await drawn(), await saved(page, "#live-take")];
  await page.reload();
  await page.waitForSelector("flow-lab[ready]", { state: "attached" });
  await page.$eval("#few-steps-live", (panel) => (panel.open = true));
  await page.click('[data-kept="restore"]');
  await page.waitForFunction(() => !part("#live-take").disabled);
  assert.match(await page.textContent("#live-text"), /Trained before: step 20, seed 1/);
  assert.deepEqual(await drawn(), before);
  assert.ok(bytes.equals((await saved(page, "#live-take")).bytes));
  assert.deepEqual(errors, []);
  await context.close();
});
