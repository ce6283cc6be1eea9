// Figures in a post of somebody else's, on another origin: the element.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { height } from "../../www/element/room.js";
import { FIGURES } from "../../www/figures/all.js";
import { violations } from "./axe.mjs";
import { FIREFOX, blocked, done, inChromium, open, setUp } from "./harness.mjs";

const { chrome, server } = await setUp();

const example = (name) => readFileSync(new URL(`../../www/api/examples/${name}`, import.meta.url), "utf8");

/** Serves `html` on an origin of its own, with a policy as strict as it may be. */
async function post(html) {
  const home = new URL(server.url).origin;
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src data:",
    // Playwright looks into Firefox's pages by eval().
    `script-src ${home} 'wasm-unsafe-eval'${FIREFOX ? " 'unsafe-eval'" : ""}`,
    `connect-src ${home}`,
    `worker-src blob: ${home}`,
  ].join("; ");
  const pages = { "/": ["text/html", html.replaceAll("https://HOST/", server.url)], "/post.css": ["text/css", example("post.css")] };
  const host = createServer((request, response) => {
    const [type, body] = pages[request.url] ?? [];
    if (!type) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": type, "content-security-policy": policy, "referrer-policy": "no-referrer" }).end(body);
  });
  await new Promise((resolve) => host.listen(0, "localhost", resolve));
  host.unref(); // a test that fails leaves it open
  return { url: `http://localhost:${host.address().port}/`, close: () => host.close() };
}

const withFigures = (body) => `<!doctype html><html lang="en"><head><meta charset="utf-8" /><title>post</title><link rel="icon" href="data:," />
  <script type="module" src="https://HOST/flow-lab.js"></script></head><body>${body}</body></html>`;

async function visit(html, options = {}) {
  const host = await post(html);
  const context = await chrome.newContext({ viewport: { width: 900, height: 800 }, ...options });
  const requests = [];
  context.on("request", (request) => requests.push(request.url()));
  const opened = await open(context, host.url);
  return { ...opened, context, requests, host, close: () => Promise.all([context.close(), host.close()]) };
}

const scrollTo = (page, id) => page.$eval(id, (e) => e.scrollIntoView({ block: "center" }));

/** Goes through the example post, figure by figure, until each is alive. */
async function read(page) {
  await scrollTo(page, "#paths");
  await page.waitForFunction(() => part("#paths-nfe")?.textContent === "2", undefined, { timeout: 60_000 });
  await scrollTo(page, "#lab");
  await page.waitForFunction(() => Number(part(".lab")?.dataset.step) >= 300, undefined, { timeout: 120_000 });
  await scrollTo(page, "#digits");
  await done(page);
}

test("the example post: three figures under a strict policy, nothing from anybody else, no cookies", async () => {
  const { page, errors, requests, context, close } = await visit(example("post.html"));
  await read(page);
  assert.match(await page.getAttribute("#grid", "aria-label"), /4 generated digits at t = 1.00; chosen: digit 1 of 4, a 7/);
  assert.deepEqual(errors, []);
  const origins = new Set(requests.filter((url) => /^http/.test(url)).map((url) => new URL(url).origin));
  assert.equal(origins.size, 2, [...origins].join(" "));
  assert.deepEqual(await context.cookies(), []);
  assert.equal(await page.evaluate(() => window.crossOriginIsolated), false);
  await close();
});

test("its figures never block the host's thread for more than 50 ms", { skip: inChromium("it does not report its tasks") }, async () => {
  const { page, close } = await visit(example("post.html"));
  const go = async () => {
    await page.reload();
    await read(page);
  };
  assert.deepEqual(await blocked(page, go), []);
  await close();
});

test("before a figure is in view the element adds at most 30 KB of script", async (t) => {
  const far =
    '<p>far</p><div></div><flow-lab figure="lab"><p>a still</p></flow-lab><flow-lab figure="paths"></flow-lab><flow-lab figure="digits"></flow-lab>';
  const { page, requests, context, close } = await visit(below(far));
  await page.waitForTimeout(1000);
  assert.ok(await page.isVisible("text=a still"), "what the author put there is shown before the figure");
  const scripts = requests.filter((url) => url.endsWith(".js"));
  assert.ok(scripts.length > 3, "the element was loaded");
  assert.ok(
    requests.every((url) => !/\.(wasm|safetensors|css)$/.test(url)),
    requests.join("\n"),
  );
  let bytes = 0;
  for (const url of scripts) bytes += (await (await context.request.get(url)).body()).length;
  t.diagnostic(`${bytes} bytes uncompressed in ${scripts.length} files`);
  assert.ok(bytes <= 30_000, `${bytes} bytes`);
  await close();
});

/** The figures stand far below the view: 4,000 pixels. */
const below = (far) => withFigures(far).replace("<div></div>", `<svg width="1" height="4000"></svg>`);

test("figures of one page share an engine and a download, and let go of them", {
  skip: inChromium("it does not tell how many workers there are"),
}, async () => {
  const figure = '<flow-lab figure="digits" digits="1" steps="2" engine="cpu" guidance="1" controls="none"></flow-lab>';
  const paths = '<flow-lab figure="paths" controls="none"></flow-lab>';
  const { page: shown, requests, close } = await visit(withFigures(figure + figure + paths + paths), { viewport: { width: 500, height: 4000 } });
  await shown.waitForFunction(() => parts("#figure").length === 2 && parts("#figure").every((e) => e.dataset.done === "true"), undefined, {
    timeout: 60_000,
  });
  await shown.waitForFunction(() => parts("#paths-nfe").length === 2 && parts("#paths-nfe").every((e) => e.textContent === "1"), undefined, {
    timeout: 60_000,
  });
  assert.equal(requests.filter((url) => url.endsWith(".safetensors")).length, 1);
  assert.equal(shown.workers().length, 2, "one worker for the digits, one for the paths");
  const pictures = await shown.$$eval("#grid", (all) => all.map((e) => e.toDataURL()));
  assert.equal(pictures[0], pictures[1]);
  await shown.evaluate(() => parts("flow-lab")[0].remove());
  await shown.waitForTimeout(300);
  assert.equal(shown.workers().length, 2, "the other one still uses it");
  await shown.evaluate(() => parts("flow-lab").forEach((e) => e.remove()));
  await shown.waitForFunction(() => parts("flow-lab").length === 0);
  await shown.waitForTimeout(500);
  assert.equal(shown.workers().length, 0);
  // What was taken out and put back is alive again.
  await shown.evaluate(() => document.body.insertAdjacentHTML("beforeend", '<flow-lab figure="paths" steps="4"></flow-lab>'));
  await shown.waitForFunction(() => part("#paths-nfe")?.textContent === "4", undefined, { timeout: 60_000 });
  await shown.check('[name="paths.steps"][value="8"]', { force: true });
  await shown.waitForFunction(() => part("#paths-nfe")?.textContent === "8");
  // What a person set stays where the page changes something else.
  await shown.evaluate(() => part("flow-lab").classList.add("wide"));
  await shown.waitForTimeout(200);
  assert.equal(await shown.textContent("#paths-nfe"), "8");
  await shown.evaluate(() => document.body.append(part("flow-lab"))); // moved
  await shown.waitForFunction(() => part("#paths-nfe")?.textContent === "8", undefined, { timeout: 60_000 });
  assert.equal(shown.workers().length, 1);
  await close();
});

test("attributes set, hide, follow and complain", async () => {
  const {
    page: shown,
    errors,
    close,
  } = await visit(
    withFigures(
      '<flow-lab figure="paths" steps="8" sigma-min="0.2" hide="diffusion t nonsense" show="sideways" stepz="4" theme="blue" data-x="1" _ngcontent-abc-c1 ng-reflect-figure="paths" data-v-7a1 itemprop="image" nonce="x" accesskey="p" exportparts="a" loading="lazy" height="300" width="100%"></flow-lab><flow-lab id="unknown" figure="roses"></flow-lab>',
    ),
  );
  await shown.waitForFunction(() => part("#paths-nfe")?.textContent === "8", undefined, { timeout: 60_000 });
  const said = await shown.textContent("#paths-message");
  assert.match(said, /hide="nonsense" names no control/);
  assert.match(said, /show="sideways" must be one of both, diffusion, straight\. Using both/);
  assert.match(said, /no setting “stepz”/);
  assert.match(said, /theme="blue" must be one of light, dark/);
  assert.match(said, /did you mean “steps”/);
  assert.doesNotMatch(said, /data-|ng-|itemprop|nonce|accesskey|exportparts|loading|height|width/);
  assert.equal(await shown.isVisible('[name="paths.diffusion"]'), false);
  assert.equal(await shown.isVisible("#paths-schedule"), false);
  assert.equal(await shown.isVisible('[name="paths.sigmaMin"]'), true);
  assert.match(await shown.textContent("#unknown [role=alert]"), /knows the figures generate, digits, paths.*figure="roses" is none of them/);
  const changes = shown.evaluate(
    () => new Promise((resolve) => document.addEventListener("flow-lab-change", (e) => resolve(e.detail.state["paths.steps"]), { once: true })),
  );
  await shown.check('[name="paths.steps"][value="2"]', { force: true });
  assert.equal(await changes, 2);
  await shown.evaluate(() => part("flow-lab").setAttribute("steps", "4"));
  await shown.waitForFunction(() => part("#paths-nfe").textContent === "4");
  await shown.evaluate(() => part("flow-lab").setAttribute("steps", "3"));
  await shown.waitForFunction(() => /steps="3" must be one of .* Using 4\./.test(part("#paths-message").textContent));
  assert.equal(await shown.textContent("#paths-nfe"), "4");
  await shown.evaluate(() => part("flow-lab").setAttribute("controls", "none"));
  assert.equal(await shown.isVisible("#paths-play"), false);
  assert.equal(await shown.isVisible("#paths-canvas"), true);
  await shown.evaluate(() => Object.entries({ figure: "lab", steps: "7", start: "press" }).forEach((pair) => part("flow-lab").setAttribute(...pair)));
  await shown.waitForFunction(() => part('[name="lab.steps"]')?.value === "7", undefined, { timeout: 60_000 });
  assert.deepEqual(errors, []);
  await close();
});

test("the theme follows the host, also when it changes, or is set", async () => {
  const { page: shown, close } = await visit(
    withFigures('<flow-lab figure="paths" start="press"></flow-lab><flow-lab figure="paths" start="press" theme="dark"></flow-lab>'),
    {
      viewport: { width: 900, height: 2400 },
      colorScheme: "dark",
    },
  );
  await shown.waitForFunction(() => parts("#paths-nfe").length === 2 && parts("#paths-nfe").every((e) => e.textContent === "1"), undefined, {
    timeout: 60_000,
  });
  const corner = (k) =>
    shown.evaluate(async (i) => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const canvas = parts("#paths-canvas")[i];
      return [getComputedStyle(canvas).backgroundColor, canvas.toDataURL()];
    }, k);
  assert.equal((await corner(0))[0], "rgb(255, 255, 255)", "a page without color-scheme is light, whatever the system is");
  assert.equal((await corner(1))[0], "rgb(28, 31, 37)");
  const before = (await corner(0))[1];
  await shown.evaluate(() => (document.documentElement.style.colorScheme = "dark"));
  await shown.waitForFunction((old) => parts("#paths-canvas")[0].toDataURL() !== old, before);
  assert.equal((await corner(0))[0], "rgb(28, 31, 37)");
  await close();
});

test("what is copied gives the figure back", async () => {
  const { page: shown, close } = await visit(withFigures('<flow-lab figure="paths" steps="8" points="set"></flow-lab>'));
  await shown.waitForFunction(() => part("#paths-nfe")?.textContent === "8", undefined, { timeout: 60_000 });
  await shown.check('[name="paths.steps"][value="2"]', { force: true });
  const copied = async (name) => {
    await shown.evaluate(() =>
      Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => (window.copied = text) }, configurable: true }),
    );
    await shown.click(`text=${name}`);
    return shown.evaluate(() => window.copied);
  };
  const link = await copied("Copy link");
  assert.equal(link, `${server.url}#paths&paths.points=set&paths.steps=2`);
  const element = await copied("Copy embed code");
  assert.match(element, /<flow-lab figure="paths" points="set" steps="2"><\/flow-lab>$/);
  const frame = await copied("Copy as iframe");
  // Without a clipboard the text itself is offered.
  await shown.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }));
  await shown.click("text=Copy link");
  assert.equal(await shown.inputValue("textarea"), link);
  await close();

  const again = await visit(`<!doctype html><html lang="en"><title>t</title><link rel="icon" href="data:," /><body>${element}</body></html>`);
  await again.page.waitForFunction(() => part("#paths-nfe")?.textContent === "2", undefined, { timeout: 60_000 });
  assert.equal(await again.page.isChecked('[name="paths.points"][value="set"]'), true);
  await again.close();

  const plain = await chrome.newContext({ viewport: { width: 900, height: 900 } });
  const framed = await plain.newPage();
  await framed.setContent(frame);
  await framed.frameLocator("iframe").locator("#paths-nfe").filter({ hasText: "2" }).waitFor({ timeout: 60_000 });
  for (const width of [900, 390]) {
    await framed.setViewportSize({ width, height: 900 });
    const high = await framed.$eval("iframe", (e) => e.getBoundingClientRect().height);
    assert.ok(Math.abs(high - height(FIGURES.paths.heights, Math.min(width, 720))) < 2, `${high} at ${width}`);
  }
  await plain.close();
});

test("the guide's examples can be edited and shown", async () => {
  const context = await chrome.newContext({ viewport: { width: 1000, height: 900 } });
  const { page, errors } = await open(context, `${server.url}embedding.html`);
  await page.waitForSelector("textarea");
  const codes = page.locator("textarea");
  assert.ok((await codes.first().inputValue()).includes(`src="${server.url}flow-lab.js"`), "the host is this one");
  assert.equal(await codes.first().evaluate((e) => e.scrollHeight <= e.clientHeight + 1), true, "all of it is seen");
  assert.ok((await codes.count()) >= 6, String(await codes.count()));
  const one = codes.nth(1);
  assert.match(await one.inputValue(), /figure="paths" steps="1"/);
  await one.fill('<flow-lab figure="paths" steps="4" controls="none"></flow-lab><img src=x onerror="window.ran = true">');
  const tools = page.locator(".example-tools").nth(1);
  await tools.getByRole("button", { name: "Show" }).click();
  await page.waitForFunction(() => part("#paths-nfe")?.textContent === "4");
  assert.equal(await page.evaluate(() => window.ran), undefined, "only the element is taken");
  await one.fill("nothing");
  await tools.getByRole("button", { name: "Show" }).click();
  await page.waitForFunction(() => /no <flow-lab>/.test(document.querySelectorAll(".example-tools + p")[1].textContent));
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(errors, []);
  await context.close();
});
