// The 2-D lab as a person meets it: what its page tests share.
import { readFileSync } from "node:fs";
import { FIREFOX, alone, open } from "./harness.mjs";

/** A small experiment, so that a test takes seconds. */
export const SMALL = "lab.width=32&lab.batch=64&lab.until=120&lab.particles=200";

/** Opens the page at the lab, its engine started. */
export async function visit(chrome, server, hash = SMALL, options = {}, timeout = 60_000) {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 1000 }, ...options });
  const opened = await open(context, alone(server, "lab", hash));
  await opened.page.waitForFunction(() => part("#lab")?.dataset.ready === "true", undefined, { timeout });
  return { context, ...opened };
}

/** Steps made. */
export const step = (page) => page.$eval("#lab", (e) => Number(e.dataset.step));

/** What the lab says went wrong. */
export const message = (page) => page.$eval("#lab-message", (e) => (e.hidden ? "" : e.textContent));

/** A measured figure of run A (column 0), B (1) or their difference (2). */
export const figure = (page, key, column = 0) =>
  page.$eval(`[data-figure="${key}"]`, (row, i) => Number(row.cells[i + 1].textContent), column);

/** Waits until training stands still at step `at` or later. */
export const stopped = (page, at) =>
  page.waitForFunction(
    (n) => {
      const lab = part("#lab");
      return Number(lab.dataset.step) >= n && lab.getAttribute("aria-busy") === "false";
    },
    at,
    { timeout: 120_000 },
  );

/** Takes a file away. */
export async function download(page, what) {
  if (FIREFOX) return intercepted(page, what); // it saves files, but tells nobody
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(`[data-take="${what}"]`)]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** What the page offers to save, taken from it instead of from the disk. */
async function intercepted(page, what) {
  await page.evaluate(() => {
    window.saved = null;
    HTMLAnchorElement.prototype.click = function () {
      window.saved = fetch(this.href).then(async (response) => ({ name: this.download, bytes: [...new Uint8Array(await response.arrayBuffer())] }));
    };
  });
  await page.click(`[data-take="${what}"]`);
  await page.waitForFunction(() => window.saved);
  const { name, bytes } = await page.evaluate(() => window.saved);
  return { name, bytes: Buffer.from(bytes) };
}
