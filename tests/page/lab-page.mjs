// The 2-D lab as a person meets it: what its page tests share.
import { saved } from "./files.mjs";
import { alone, open } from "./harness.mjs";

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
export const figure = (page, key, column = 0) => page.$eval(`[data-figure="${key}"]`, (row, i) => Number(row.cells[i + 1].textContent), column);

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
export const download = (page, what) => saved(page, `[data-take="${what}"]`);
