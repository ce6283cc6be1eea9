// The article as a reader meets it, on the CPU engine.
import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";
import { violations } from "./axe.mjs";
import { inChromium, open, setUp } from "./harness.mjs";
import { TABLES } from "./tables.mjs";

const { chrome, server } = await setUp();

const FIGURES = [
  "generate",
  "paths",
  "straight-paths",
  "set-paths",
  "lab",
  "latent",
  "digits-figure",
  "guidance-figure",
  "emoji",
  "edit",
  "restyle",
  "race",
  "few-steps-figure",
  "transport-lab",
];
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

async function visit(hash = "", options = {}) {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  return { context, ...(await open(context, server.url + hash)) };
}

/** Brings a figure into view and waits until it is there. */
async function meet(page, id) {
  await page.$eval(`#${id}`, (e) => e.scrollIntoView({ block: "start" }));
  await page.waitForFunction((name) => document.getElementById(name).shadowRoot?.querySelector("[role=alert]"), id, { timeout: 30_000 });
}

const wide = (page) => page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
const inside = (id) => (page, selector) => page.locator(`#${id} ${selector}`);
const steps = (page, id) => inside(id)(page, ".lab").evaluate((e) => Number(e.dataset.step));

test("without JavaScript there are the text, the formulas and a picture of every figure", {
  skip: inChromium("Playwright cannot switch its JavaScript off"),
}, async () => {
  const { page, context } = await visit("", { javaScriptEnabled: false });
  const words = (await page.textContent("main")).split(/\s+/).length;
  assert.ok(words > 3000, `${words} words`);
  const heads = await page.locator("main h2").allTextContents();
  assert.ok(heads.length >= 10, String(heads));
  for (const head of heads) assert.ok(await page.getByRole("heading", { name: head, exact: true }).count());
  assert.ok((await page.locator("math").count()) > 30);
  assert.equal(await page.isVisible("noscript p"), true);
  for (const id of FIGURES) {
    const image = page.locator(`#${id} img`);
    await image.scrollIntoViewIfNeeded();
    assert.ok((await image.getAttribute("alt")).length > 40, id);
    const box = await image.boundingBox();
    assert.ok(box.width > 300 && box.height > 100, id);
  }
  await context.close();
});

test("every still exists in both themes and has the size that the page keeps for it", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, context } = await visit("", { colorScheme });
    const wrong = await page.evaluate(async () => {
      const bad = [];
      for (const image of document.querySelectorAll("main img")) {
        image.loading = "eager";
        await image.decode().catch(() => bad.push(image.currentSrc));
        const [width, height] = ["width", "height"].map((name) => Number(image.getAttribute(name)));
        if (image.naturalWidth !== width || image.naturalHeight !== height) bad.push([image.currentSrc, image.naturalWidth, image.naturalHeight]);
      }
      return bad;
    });
    assert.deepEqual(wrong, []);
    await context.close();
  }
});

test("contents and citations lead where they say, and a figure's link to the figure in its state", async () => {
  const { page, errors, context } = await visit();
  const links = await page.$$eval('a[href^="#"]', (all) => all.map((a) => a.getAttribute("href")));
  assert.ok(links.length > 30, String(links.length));
  const found = (ids) => ids.filter((id) => document.querySelectorAll(`[id="${id}"]`).length !== 1);
  assert.deepEqual(
    await page.evaluate(
      found,
      links.map((link) => link.slice(1)),
    ),
    [],
  );
  const top = () => page.evaluate(() => scrollY);
  await page.click('nav a[href="#transport"]');
  await page.waitForFunction(() => Math.abs(document.getElementById("transport").getBoundingClientRect().top) < 200);
  assert.ok((await top()) > 5000);
  assert.equal(await page.isVisible("#message"), false, "a place in the text is no bad setting");
  assert.deepEqual(errors, []);
  await context.close();

  const linked = await visit("#lab&lab.target=rings&lab.until=3");
  await linked.page.waitForFunction(() => Number(part("#lab .lab")?.dataset.step ?? part(".lab")?.dataset.step) === 3, undefined, {
    timeout: 60_000,
  });
  const at = await linked.page.$eval("#lab", (e) => e.getBoundingClientRect().top);
  assert.ok(Math.abs(at) < 900, `the lab is ${at} pixels away`);
  assert.equal(await inside("lab")(linked.page, '[name="lab.target"]').inputValue(), "rings");
  await linked.page.evaluate(() => (location.hash = "#lab.target=moons&lab.color=red"));
  await linked.page.waitForFunction(() => !document.getElementById("message").hidden);
  assert.match(await linked.page.textContent("#message"), /lab\.color.*does not exist here/);
  assert.equal(await inside("lab")(linked.page, '[name="lab.target"]').inputValue(), "moons");
  await linked.context.close();
});

test("a link in the text sets a figure and keeps its other settings, or presses its button; a symbol says what it means", async () => {
  const { page, errors, context } = await visit("#paths&paths.sigmaMin=0.1");
  const acts = await page.$$eval("a.act", (all) => all.map((a) => ({ place: a.getAttribute("href"), ...a.dataset })));
  assert.ok(acts.length > 20, String(acts.length));
  // Every one leads to a figure, sets what that figure takes, and presses what it has.
  for (const { place, set, press } of acts) {
    const figure = await page.$eval(place, (e) => ({ name: e.getAttribute("figure"), linked: e.hasAttribute("linked") }));
    for (const [key, value] of new URLSearchParams(set ?? "")) {
      const { kind } =
        TABLES[figure.name][figure.linked ? key : `${figure.name}.${key.replace(/-([a-z])/g, (_, c) => c.toUpperCase())}`] ??
        TABLES[figure.name][key] ??
        {};
      const compared = new URLSearchParams(set).get("lab.compare");
      const takes = key === "lab.with" ? TABLES.lab[`lab.${compared}`].kind : kind;
      assert.ok(takes?.read(value) !== undefined, `${place} ${key}=${value}`);
    }
    if (!press) continue;
    await meet(page, place.slice(1));
    assert.equal(await page.locator(`${place} ${press}`).count(), 1, `${place} ${press}`);
  }
  await meet(page, "paths");
  const act = (text) => page.locator("#curved-paths a.act", { hasText: text });
  await act("16").click();
  await page.waitForFunction(() => part("#paths-nfe")?.textContent === "16");
  assert.match(await page.evaluate(() => location.hash), /paths\.sigmaMin=0\.1.*paths\.steps=16|paths\.steps=16.*paths\.sigmaMin=0\.1/);
  await page.locator('#inverse a.act[data-press="[data-act=return]"]').click();
  await page.waitForFunction(() => /the digit decoded as/.test(part('[data-result="return"] figcaption')?.textContent), undefined, {
    timeout: 60_000,
  });
  await page.locator("#straight a.act").click();
  await page.waitForFunction(() => document.querySelector("#straight-paths").getAttribute("sigma-min") === "0");

  const symbol = page.locator("#goal math msub").first();
  await symbol.scrollIntoViewIfNeeded();
  await symbol.hover();
  await page.waitForFunction(() => !document.querySelector(".symbol-note").hidden);
  assert.equal(await page.textContent(".symbol-note"), "vθ: the velocity that the network predicts");
  await page.keyboard.press("Escape");
  assert.equal(await page.isHidden(".symbol-note"), true);
  assert.deepEqual(errors, []);
  await context.close();
});

test("the first click of a link to a figure that is not there yet shows what the figure shows, on a phone too", async () => {
  for (const options of [{}, PHONE]) {
    const { page, errors, context } = await visit("", options);
    for (const [place, stage] of [
      ["#lab", "#lab-stage-0"],
      ["#race", "#race-chart"],
      ["#guidance-figure", "#guidance-tiles"],
    ]) {
      await page.$eval(`a.act[href="${place}"]`, (link) => link.click());
      await page.waitForFunction((s) => part(s), stage, { timeout: 30_000 });
      await page.waitForTimeout(1500);
      const [top, height] = await page.evaluate((s) => [part(s).getBoundingClientRect().top, innerHeight], stage);
      assert.ok(top > -20 && top < height - 100, `${place}: its picture begins at ${top} of ${height}`);
    }
    assert.deepEqual(errors, []);
    await context.close();
  }
});

/** Until the larger network has generated the digits of the first figure. */
const generated = (page, text) =>
  page.waitForFunction(
    (t) => {
      const said = part("#generate-text")?.textContent ?? "";
      return parts("#generate").some((e) => e.dataset.network === "few-step") && said.startsWith(t) && said.endsWith(" s on the CPU.");
    },
    text,
    { timeout: 60_000 },
  );

test("the first screen is alive at once: digits from noise, and time that runs back under the pointer", async () => {
  const { page, errors, context } = await visit();
  await generated(page, "40 digits, 4 evaluations");
  const box = await page.locator("#generate-tiles").boundingBox();
  assert.ok(box.y + box.height < 900, "the picture is on the first screen");
  const picture = () => page.$eval("#generate-tiles", (canvas) => canvas.toDataURL());
  let end;
  for (let now; (now = await picture()) !== end; end = now) await page.waitForTimeout(1500); // until all of it has played
  await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.5 * box.height);
  await page.waitForTimeout(600);
  assert.notEqual(await picture(), end);
  await page.mouse.move(box.x + 0.5 * box.width, box.y - 50);
  // The digits come back.
  await page.waitForFunction((was) => part("#generate-tiles").toDataURL() === was, end, { timeout: 60_000 });
  await inside("generate")(page, 'label:has([value="1"])').click();
  await page.waitForFunction(() => /^40 digits, 1 evaluation of/.test(part("#generate-text").textContent));
  await page.waitForTimeout(2500);
  assert.notEqual(await picture(), end);
  await inside("generate")(page, "#generate-new").click();
  await page.waitForFunction(() => /generate\.seed=\d+/.test(location.hash));
  assert.deepEqual(errors, []);
  await context.close();

  // Who does not want motion gets the digits at once, and no noise under the pointer.
  const still = await visit("", { reducedMotion: "reduce" });
  await generated(still.page, "40 digits");
  await still.page.waitForTimeout(1000);
  assert.ok((await still.page.$eval("#generate-tiles", (canvas) => canvas.toDataURL())) === end);
  await still.page.mouse.move(box.x + 0.3 * box.width, box.y + 0.5 * box.height);
  await still.page.waitForTimeout(400);
  assert.ok((await still.page.$eval("#generate-tiles", (canvas) => canvas.toDataURL())) === end);
  await still.context.close();
});

test("figures begin when they are seen, rest when they are not, and go on", async () => {
  const { page, errors, context } = await visit();
  assert.equal(await page.$eval("#lab", (e) => e.shadowRoot), null, "nothing of the lab is there before it is near");
  await meet(page, "paths");
  await page.waitForFunction(() => part("#paths-play")?.textContent === "Pause");
  await meet(page, "lab");
  await page.waitForFunction(() => Number(part(".lab")?.dataset.step) > 20, undefined, { timeout: 60_000 });
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForFunction(() => part(".lab").getAttribute("aria-busy") === "false");
  const rested = await steps(page, "lab");
  await page.waitForTimeout(1000);
  assert.equal(await steps(page, "lab"), rested, "it went on unseen");
  await page.$eval("#lab", (e) => e.scrollIntoView());
  await page.waitForFunction((n) => Number(part(".lab").dataset.step) > n + 5, rested);
  // Paused by a person, it stays paused.
  await inside("lab")(page, "#lab-train").click();
  await page.waitForFunction(() => part(".lab").getAttribute("aria-busy") === "false");
  const paused = await steps(page, "lab");
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(500);
  await page.$eval("#lab", (e) => e.scrollIntoView());
  await page.waitForTimeout(1000);
  assert.equal(await steps(page, "lab"), paused);
  await meet(page, "latent");
  await page.waitForFunction(() => /^Step [1-9]/.test(part("#latent-text")?.textContent), undefined, { timeout: 60_000 });
  await meet(page, "digits-figure");
  await page.waitForFunction(() => part("#figure")?.dataset.done === "true", undefined, { timeout: 60_000 });
  await meet(page, "edit");
  await page.waitForFunction(() => /the digit decoded as/.test(part('[data-result="return"] figcaption')?.textContent), undefined, {
    timeout: 60_000,
  });
  await meet(page, "guidance-figure");
  await page.waitForFunction(() => /^Step [1-9]/.test(part("#guidance-text")?.textContent), undefined, { timeout: 60_000 });
  await meet(page, "race");
  await page.waitForFunction(() => /^Saved results/.test(part("#race-text")?.textContent), undefined, { timeout: 60_000 });
  await meet(page, "few-steps-figure");
  await page.waitForFunction(() => /^Class 3/.test(part("#few-steps-text")?.textContent), undefined, { timeout: 60_000 });
  await meet(page, "transport-lab");
  await page.waitForFunction(() => parts(".lab")[1]?.dataset.step > 20, undefined, { timeout: 60_000 });
  assert.deepEqual(errors, []);
  await context.close();
});

test("whoever hurries past and comes back finds every figure at work, whatever it was doing", async () => {
  const { page, errors, context } = await visit("#few-steps.class=4&race.width=32"); // a race that was not made beforehand
  const ends = {
    paths: () => part("#paths-nfe")?.textContent === "1",
    lab: () => Number(part(".lab")?.dataset.step) > 20,
    latent: () => /^Step [1-9]/.test(part("#latent-text")?.textContent),
    "digits-figure": () => part("#figure")?.dataset.done === "true" && part("#figure").getAttribute("aria-busy") === "false",
    edit: () => /the digit decoded as/.test(part('[data-result="return"] figcaption')?.textContent),
    "guidance-figure": () => /^Step [1-9]/.test(part("#guidance-text")?.textContent),
    race: () => /step [1-9]/.test(part("#race-text")?.textContent),
    "few-steps-figure": () => /^Class 4/.test(part("#few-steps-text")?.textContent),
  };
  for (const [id, end] of Object.entries(ends)) {
    await meet(page, id);
    for (const ms of [0, 20, 60, 150, 400, 20]) {
      await page.evaluate(() => scrollTo(0, 0));
      await page.waitForTimeout(ms);
      await page.$eval(`#${id}`, (e) => e.scrollIntoView());
      await page.waitForTimeout(ms);
    }
    const waited = page.waitForFunction(end, undefined, { timeout: 60_000 });
    await waited.catch(async ({ message }) =>
      assert.fail(`${id}: ${message}. It says: ${await page.$eval(`#${id}`, (e) => e.shadowRoot?.textContent)}`),
    );
    await page.waitForTimeout(600);
    if (["lab", "latent", "guidance-figure", "race"].includes(id))
      assert.equal(await page.locator(`#${id} [aria-busy]`).first().getAttribute("aria-busy"), "true", `${id} trains on`);
    const said = await page.$eval(`#${id}`, (e) => e.shadowRoot.querySelector("[role=alert]").textContent);
    assert.equal(said, "", id);
  }
  assert.deepEqual(errors, []);
  await context.close();
});

test("a figure that is taken out at work, or moved, ends quietly and begins again where it is put", async () => {
  const { page, errors, context } = await visit();
  const steps = () => page.waitForFunction(() => Number(part(".lab")?.dataset.step) > 20, undefined, { timeout: 60_000 });
  await meet(page, "lab");
  await steps();
  await page.$eval("#lab", (e) => {
    window.parted = e;
    e.remove();
  });
  await page.waitForTimeout(1500);
  for (const wait of [0, 100, 1500]) {
    await page.evaluate(() => document.querySelector("main").prepend(parted));
    await page.evaluate(() => parted.scrollIntoView());
    await page.waitForTimeout(wait);
  }
  await steps();
  assert.equal(await page.evaluate(() => parted.shadowRoot.querySelector("[role=alert]").textContent), "");
  await meet(page, "digits-figure");
  await page.waitForFunction(() => part("#figure")?.getAttribute("aria-busy") === "true", undefined, { timeout: 60_000 });
  await page.$eval("#digits-figure", (e) => e.remove());
  await page.waitForTimeout(1000);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a person who wants no motion gets none unasked", async () => {
  const { page, context } = await visit("", { reducedMotion: "reduce" });
  await meet(page, "paths");
  await page.waitForFunction(() => part("#paths-nfe")?.textContent === "1", undefined, { timeout: 60_000 });
  await meet(page, "lab");
  await page.waitForFunction(() => part(".lab")?.dataset.ready === "true", undefined, { timeout: 60_000 });
  await page.waitForTimeout(1000);
  assert.equal(await inside("paths")(page, "#paths-play").textContent(), "Play");
  assert.equal(await steps(page, "lab"), 0);
  await context.close();
});

test("on a phone at most 1 MB comes before the first figure lives, and 6 MB for the whole article without the emoji networks", async (t) => {
  const { page, context } = await visit("", PHONE);
  const asked = new Set(); // a worker asks for some modules again: the browser has them
  page.on("request", (request) => request.url().startsWith("http") && asked.add(request.url()));
  await page.reload();
  await page.waitForFunction(() => part("#generate-text")?.textContent.startsWith("20 digits"), undefined, { timeout: 60_000, polling: 20 });
  const early = [...asked].filter((url) => !/\/few-step-[0-9a-f]{12}\./.test(url)); // the larger network comes behind it
  const packed = (body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length;
  const known = new Map();
  const sum = async (what, all) => {
    const urls = all.filter((url) => !/\/emoji-/.test(url));
    for (const url of urls) if (!known.has(url)) known.set(url, packed(await (await context.request.get(url)).body()));
    const bytes = urls.reduce((total, url) => total + known.get(url), 0);
    t.diagnostic(`${what}: ${bytes} bytes in brotli -9, ${urls.length} files`);
    return bytes;
  };
  const first = await sum("until the first figure lives", early);
  assert.ok(first > 500_000 && first <= 1_000_000, `${first} bytes`);
  const weights = early.filter((url) => /safetensors|engine\/gpu-/.test(url));
  assert.ok(weights.length === 1 && /\/few-step-small-/.test(weights[0]), String(weights));
  for (const id of FIGURES) {
    await meet(page, id);
    await page.waitForTimeout(1500); // what it computes begins to load
  }
  const whole = await sum("the whole article", [...asked]);
  assert.ok(whole > 2_500_000 && whole <= 6_000_000, `${whole} bytes`);
  for (const name of ["digits", "few-step", "latent", "emoji"])
    assert.ok(
      [...asked].some((url) => new RegExp(`/${name}-[0-9a-f]{12}\\.`).test(url)),
      name,
    );
  await context.close();
});

for (const [name, options] of [
  ["a desktop", {}],
  ["a desktop, in dark", { colorScheme: "dark" }],
  ["a phone", PHONE],
  ["a phone, in dark", { ...PHONE, colorScheme: "dark" }],
]) {
  test(`axe finds nothing on ${name}, and nothing sticks out`, async () => {
    const { page, errors, context } = await visit("", options);
    for (const id of FIGURES) {
      await meet(page, id);
      await page.waitForTimeout(400);
    }
    await page.evaluate(() => parts("flow-lab details").forEach((e) => (e.open = true)));
    await page.waitForTimeout(600);
    assert.deepEqual(await violations(page), []);
    const [needs, has] = await wide(page);
    assert.ok(needs <= has, `${needs} > ${has}`);
    assert.deepEqual(errors, []);
    await context.close();
  });
}
