// Serves dist/ and opens it in a browser, the way a person's browser would.
import { createReadStream, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after } from "node:test";
import { basename, dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { fileAt, typeOf } from "../../scripts/files.mjs";
import { firefox } from "./firefox.mjs";

// The tools live outside the checkout; NODE_PATH (scripts/lib.sh) says where.
export const { chromium } = createRequire(import.meta.url)("playwright-core");

export const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));

/** The path in dist/ of a folder whose name ends in its hash: of "app", "engine/cpu", … */
export function hashed(name) {
  const [parent, last] = [dirname(name), basename(name)];
  const found = readdirSync(join(DIST, parent)).filter((n) => n.startsWith(`${last}-`) && /^[0-9a-f]{12}$/.test(n.slice(last.length + 1)));
  if (found.length !== 1) throw new Error(`dist/ has ${found.length} folders of ${name}`);
  return posix.join(parent, found[0]);
}

/** Serves `DIST` below /lab/ (so that absolute paths would fail); `override(path)` may answer instead, not at all: {never: true}, or break off: {broken: bytes}. */
export async function serve(override = () => null) {
  const requests = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    requests.push(path);
    const other = override(path);
    if (other?.never) return;
    if (other?.broken) {
      response.writeHead(200).write(other.broken, () => setTimeout(() => response.destroy(), 100));
      return;
    }
    if (other) {
      response.writeHead(other.status ?? 200, other.headers).end(other.body);
      return;
    }
    const inside = path.startsWith("/lab/") ? path.slice("/lab/".length) : null;
    const file = inside === null ? null : fileAt(DIST, inside);
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    // As hosts of static files do for pages of other origins.
    response.writeHead(200, { "content-type": typeOf(file), "access-control-allow-origin": "*" });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref(); // a test that fails leaves it open
  const url = `http://127.0.0.1:${server.address().port}/lab/`;
  return { url, requests, close: () => server.close() };
}

const BASE = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"];

/** Whether Firefox runs the tests instead (scripts/test runs them in both). */
export const FIREFOX = process.env.FLOW_LAB_BROWSER === "firefox";

/** Why a test is left to Chromium: for its `skip`. */
export const inChromium = (why) => FIREFOX && `SKIPPED in Firefox: ${why}`;

/** A browser with Chromium's software WebGPU adapter, or without any. */
export function browser({ webgpu = false } = {}) {
  if (FIREFOX) return firefox();
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: webgpu ? [...BASE, ...WEBGPU] : [...BASE, "--disable-features=WebGPU", "--disable-gpu"],
  });
}

/** The browser and the server of a test file, until its tests are over. */
export async function setUp() {
  const [chrome, server] = await Promise.all([browser(), serve()]);
  after(async () => {
    await chrome.close();
    server.close();
  });
  return { chrome, server };
}

/** What tests use inside the page: `part`, `parts` and `focused` look into figures too, `nextRun` waits for digits. */
function helpers() {
  const roots = (root) => [root, ...[...root.querySelectorAll("flow-lab")].flatMap((e) => (e.shadowRoot ? roots(e.shadowRoot) : []))];
  window.parts = (selector) => roots(document).flatMap((root) => [...root.querySelectorAll(selector)]);
  window.part = (selector) => window.parts(selector)[0] ?? null;
  // Watched, not asked now and then: a small run is over in some milliseconds.
  window.nextRun = () =>
    new Promise((resolve) => {
      let began = false;
      const watch = new MutationObserver(() => {
        const busy = part("#figure").getAttribute("aria-busy") === "true";
        if (began && !busy) resolve(watch.disconnect());
        began ||= busy;
      });
      watch.observe(part("#figure"), { attributes: true, attributeFilter: ["aria-busy"] });
    });
  // Tests use what stands under “More settings” as a person who opened it does; window.folded is set by the one that looks at it closed.
  document.addEventListener("flow-lab-ready", ({ target }) => {
    if (!window.folded) for (const more of target.shadowRoot.querySelectorAll("details.more")) more.open = true;
  });
  window.focused = () => roots(document).at(-1).activeElement ?? document.activeElement;
}

/** The address of one figure, by itself, that waits until its button is pressed; `hash` goes on after its name. */
export const alone = (server, name, hash = "", start = "press") => `${server.url}embed.html#figure=${name}&start=${start}${hash && "&"}${hash}`;

/** What Firefox (140 ESR, driven over BiDi) says of pages without any script of their own, too. */
const FIREFOX_SAYS = new Set([
  'Error: Permission denied to access property "length"', // where a frame of another origin is added
  "uncaught exception: undefined", // where a worker is ended while it loads a module, even an empty one
]);
const counts = (text) => !(FIREFOX && FIREFOX_SAYS.has(text));

/** Opens a page; `errors` collects whatever the console calls an error. */
export async function open(context, url) {
  const page = await context.newPage();
  await page.addInitScript(helpers);
  const errors = [];
  page.on("console", (message) => message.type() === "error" && counts(message.text()) && errors.push(message.text()));
  page.on("pageerror", (error) => counts(String(error)) && errors.push(String(error)));
  await page.goto(url);
  if (url.includes("embed.html#")) await page.waitForSelector("flow-lab[ready]", { state: "attached" });
  return { page, errors };
}

/** Waits until the run that `act` begins has ended. */
export async function computes(page, act) {
  await page.evaluate(() => (window.running = nextRun()) && undefined);
  await act();
  await page.evaluate(() => window.running);
}

/** Waits until a run has ended. */
export const done = (page, timeout = 120_000) =>
  page.waitForFunction(
    () => {
      const figure = part("#figure");
      return figure?.dataset.done === "true" && figure.getAttribute("aria-busy") === "false";
    },
    undefined,
    { timeout },
  );

/**
 * The tasks of the page's thread over 50 ms while `act` happens, in milliseconds: what blocks a page long enough to be felt. By the
 * processor's time, not the clock's: on two cores other processes now and then take the page's turn. Where there is one, `act` happens once
 * more and that counts: what we do wrong we do again, unlike what the browser does now and then (392 ms seen, once in some hundred times).
 * In Chromium only.
 */
export async function blocked(page, act) {
  const first = await longTasks(page, act);
  return first.length ? longTasks(page, act) : first;
}

async function longTasks(page, act) {
  const chrome = page.context().browser();
  await chrome.startTracing(page, { categories: ["toplevel"] });
  await act();
  const { traceEvents } = JSON.parse((await chrome.stopTracing()).toString());
  const thread = ({ pid, tid }) => `${pid} ${tid}`;
  const pages = new Set(traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(thread));
  const tasks = traceEvents.filter((event) => event.ph === "X" && event.tdur > 0 && pages.has(thread(event)));
  if (!tasks.length) throw new Error("the browser reported no task of the page's");
  return tasks.map(({ tdur }) => tdur / 1000).filter((ms) => ms > 50);
}

/** The pixels of a canvas as one string: equal where the pictures are. */
export const picture = (page, selector = "#grid") => page.$eval(selector, (canvas) => canvas.toDataURL());

/**
 * For the `skip` of what computes for long in a worker that starts late: on some virtual machines headless Firefox (140.10 ESR) runs such workers
 * 10 to 200 times slower than those that start with the page (seen with a page of one plain loop, without any code of ours).
 */
export const lateWorker = inChromium("workers that start late are up to 200 times slower in headless Firefox on some machines");

/** Moves a slider of the page: one input event, as from a person who lets go at `value`. */
export const slide = (page, selector, value) =>
  page.$eval(
    selector,
    (slider, to) => {
      slider.value = to;
      slider.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    },
    value,
  );

/** Pages of `context` are told that the machine has so many cores. */
export const withCores = (context, cores) =>
  context.addInitScript((n) => Object.defineProperty(navigator, "hardwareConcurrency", { get: () => n }), cores);
