// What a person does in the 2-D lab, on the CPU engine.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen } from "./files.mjs";
import { FIREFOX, blocked, hashed, inChromium, picture, setUp, slide } from "./harness.mjs";
import { SMALL, download, figure, message, step, stopped, visit as visitLab } from "./lab-page.mjs";

const { chrome, server } = await setUp();
const visit = (...args) => visitLab(chrome, server, ...args);

test("trains, shows figures and stops where it was told", async () => {
  const { page, errors, context } = await visit();
  const before = await picture(page, "#lab-stage-0");
  assert.equal(await page.textContent("#lab-progress"), "Not trained yet.");
  const untrained = await figure(page, "w2");
  await page.click("#lab-train");
  await stopped(page, 120);
  assert.equal(await step(page), 120);
  assert.notEqual(await picture(page, "#lab-stage-0"), before);
  assert.ok((await figure(page, "w2")) < untrained, "training brings the samples nearer to the data");
  assert.ok((await figure(page, "floor")) > 0);
  assert.equal(await message(page), "");
  assert.deepEqual(errors, []);
  await context.close();
});

test("pauses, steps once, resets to the same beginning", async () => {
  const { page, context } = await visit(SMALL.replace("until=120", "until=100000"));
  const first = await figure(page, "w2");
  await page.click("#lab-train");
  await page.waitForFunction(() => Number(part("#lab").dataset.step) > 5);
  await page.click("#lab-train");
  await stopped(page, 5);
  const paused = await step(page);
  await page.waitForTimeout(500);
  assert.equal(await step(page), paused, "a paused run stands still");
  await page.click("#lab-step");
  await page.waitForFunction((n) => Number(part("#lab").dataset.step) === n + 1, paused);
  await page.click("#lab-reset");
  await page.waitForFunction(() => Number(part("#lab").dataset.step) === 0);
  await page.waitForFunction((w2) => Number(part('[data-figure="w2"]').cells[1].textContent) === w2, first);
  await context.close();
});

test("a link gives back the same weights", async () => {
  const weights = async () => {
    const { page, context } = await visit(`${SMALL}&lab.target=rings&lab.seed=5&lab.until=30`);
    await page.click("#lab-train");
    await stopped(page, 30);
    await page.click("#lab-take-panel summary");
    const { name, bytes } = await download(page, "weights");
    assert.match(name, /\.safetensors$/);
    await context.close();
    return bytes;
  };
  const [a, b] = [await weights(), await weights()];
  assert.ok(a.length > 1000 && a.equals(b));
});

test("a target of one's own in four actions: draw twice, train", async () => {
  const { page, errors, context } = await visit();
  const canvas = await page.$('[data-brush="target"]');
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  for (const y of [0.3, 0.7]) {
    await page.mouse.move(box.x + 0.2 * box.width, box.y + y * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.8 * box.width, box.y + y * box.height, { steps: 12 });
    await page.mouse.up();
  }
  await page.waitForFunction(() => location.hash.includes("lab.target=points"));
  await page.click("#lab-train");
  await stopped(page, 120);
  assert.match(await page.textContent('[data-note="target"]'), /points drawn/);
  // The drawing is in the link: a reload begins with the same points and the same untrained flow.
  await page.click("#lab-reset");
  await page.waitForFunction(() => Number(part("#lab").dataset.step) === 0);
  const again = await visit(await page.evaluate(() => location.hash.slice(1)));
  const w2 = await figure(again.page, "w2");
  await page.waitForFunction((value) => Number(part('[data-figure="w2"]').cells[1].textContent) === value, w2);
  assert.equal(await picture(again.page, "#lab-stage-0"), await picture(page, "#lab-stage-0"));
  assert.deepEqual([...errors, ...again.errors], []);
  await again.context.close();
  await context.close();
});

test("compares two runs that differ in one thing", async () => {
  const { page, context } = await visit(`${SMALL}&lab.compare=coupling&lab.with=ot`);
  assert.equal(await page.$eval('[data-run="1"]', (e) => e.hidden), false);
  assert.match(await page.textContent("#lab-name-1"), /minibatch OT/);
  // Before training both have the same initial weights and the same particles.
  assert.equal(await figure(page, "w2", 0), await figure(page, "w2", 1));
  assert.equal(await figure(page, "w2", 2), 0);
  await page.click("#lab-train");
  await stopped(page, 120);
  assert.notEqual(await figure(page, "straightness", 0), await figure(page, "straightness", 1));
  await context.close();
});

test("a comparison without another value is said, and begins when one is chosen", async () => {
  for (const link of ["lab.compare=coupling", "lab.compare=coupling&lab.with=independent", "lab.compare=coupling&lab.with=otter"]) {
    const { page, errors, context } = await visit(`${SMALL}&${link}`);
    assert.match(await message(page), /The second run needs another value: choose one beside “Compare”\./, link);
    if (link.endsWith("otter")) assert.match(await message(page), /It must be one of independent, .*, not “otter”\./);
    await page.selectOption("#lab-with", "ot");
    await page.waitForFunction(() => /minibatch OT/.test(part("#lab-name-1").textContent) && part("#lab-message").hidden);
    await page.click("#lab-train");
    await stopped(page, 120);
    assert.notEqual(await figure(page, "straightness", 0), await figure(page, "straightness", 1));
    assert.deepEqual(errors, []);
    await context.close();
  }
});

test("scrubs and plays time", async () => {
  const { page, context } = await visit();
  const end = await picture(page, "#lab-stage-0");
  await slide(page, "#lab-t", "0");
  await page.waitForFunction(() => part("#lab-t-text").textContent === "t = 0.00");
  await page.waitForTimeout(100);
  assert.notEqual(await picture(page, "#lab-stage-0"), end);
  await page.click("#lab-play");
  await page.waitForFunction(() => Number(part("#lab-t").value) > 0.2);
  await page.click("#lab-play");
  await context.close();
});

test("every layer draws without an error, and the exact field says its distance", async () => {
  const layers = "density.likelihood.grid.field.exact.ends.conditional.marginal.particles";
  const { page, errors, context } = await visit(`${SMALL}&lab.target=eight-gaussians&lab.layers=${layers}`);
  assert.match(await page.textContent("#lab-exact-text"), /^At t = 0\.95 the learned field differs from the exact one by \d\.\d{3} ± \d\.\d{3} \(/);
  await page.click("#lab-exact-panel summary");
  await page.click("#lab-theorem");
  await page.waitForSelector("#lab-cosine svg .dot");
  assert.match(await page.textContent("#lab-theorem"), /^Stop \(batch size \d+\)$/);
  await page.waitForFunction(() => part("#lab-theorem").textContent === "Compare gradients", undefined, { timeout: 120_000 });
  assert.equal(await page.$$eval("#lab-cosine svg .dot", (all) => all.length), 6);
  await page.click("#lab-theorem");
  await page.click("#lab-theorem");
  assert.equal(await page.textContent("#lab-theorem"), "Compare gradients", "stopped");
  await page.click("#lab-likelihood-panel summary");
  await page.click("#lab-likelihood");
  await page.waitForFunction(() => /bits per dimension/.test(part("#lab-likelihood-text").textContent));
  assert.deepEqual(errors, []);
  await context.close();
});

test("a likelihood is the same however many workers divide it, and they end", async () => {
  const said = async (cores) => {
    const { page, errors, context } = await visit();
    await page.evaluate((value) => Object.defineProperty(navigator, "hardwareConcurrency", { value }), cores);
    await page.click("#lab-train");
    await stopped(page, 120);
    await page.click("#lab-likelihood-panel summary");
    let begun = 0;
    page.on("worker", () => (begun += 1));
    await page.click("#lab-likelihood");
    await page.waitForFunction(() => /bits per dimension/.test(part("#lab-likelihood-text").textContent), undefined, { timeout: 60_000 });
    const text = await page.textContent("#lab-likelihood-text");
    if (!FIREFOX) {
      assert.equal(begun, cores - 1);
      await page.waitForTimeout(500); // the picture with the layer needs no other
      assert.deepEqual([begun, page.workers().length], [cores - 1, 1]);
    }
    assert.deepEqual(errors, []);
    await context.close();
    return text;
  };
  assert.equal(await said(1), await said(3));
});

test("takes away pictures, trajectories and the record", async () => {
  const { page, errors, context } = await visit();
  await page.click("#lab-step");
  await page.waitForFunction(() => Number(part("#lab").dataset.step) === 1);
  await page.click("#lab-take-panel summary");
  const png = await download(page, "png");
  assert.equal(png.bytes.subarray(1, 4).toString(), "PNG");
  const svg = (await download(page, "svg")).bytes.toString();
  assert.match(svg, /^<\?xml|^<svg/);
  const { times } = JSON.parse((await download(page, "json")).bytes.toString());
  assert.equal(times.length, 21);
  const csv = (await download(page, "csv")).bytes.toString();
  assert.ok(csv.split("\n").length > 200 * 21);
  const record = (await download(page, "record")).bytes.toString();
  assert.match(record, /step,loss\n1,\d/);
  assert.deepEqual(errors, []);
  await context.close();
});

test("weights come back, and a foreign file changes nothing", async () => {
  const { page, context } = await visit();
  await page.click("#lab-train");
  await stopped(page, 120);
  const trained = await figure(page, "w2");
  await page.click("#lab-take-panel summary");
  const { bytes } = await download(page, "weights");
  const load = (buffer) => chosen(page, '[data-take="load"]', { name: "w.safetensors", mimeType: "application/octet-stream", buffer });
  await load(Buffer.from("not weights at all"));
  await page.waitForFunction(() => /whole safetensors/.test(part("#lab-take-text").textContent));
  assert.equal(await step(page), 120);
  assert.equal(await figure(page, "w2"), trained);
  await page.click("#lab-reset");
  await page.waitForFunction(() => Number(part("#lab").dataset.step) === 0);
  await load(bytes);
  await page.waitForFunction(() => /^Loaded/.test(part("#lab-take-text").textContent));
  assert.equal(await figure(page, "w2"), trained);
  await context.close();
});

test("a bad CSV is a sentence; a good one is a target", async () => {
  const { page, context } = await visit();
  const drop = (text) => chosen(page, '[data-tool="csv"][data-of="target"]', { name: "data.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await drop("x,y\n1,2\n3,many\n5,6\n");
  await page.waitForFunction(() => !part("#lab-message").hidden);
  assert.match(await message(page), /line 3/);
  assert.ok(!(await page.evaluate(() => location.hash)).includes("lab.target="), "nothing changed");
  await drop("x,y\n100,2\n300,4\n500,6\n100,6\n");
  await page.waitForFunction(() => location.hash.includes("lab.target=points"));
  assert.match(await page.textContent('[data-note="target"]'), /4 rows; one unit here is/);
  assert.equal(await page.isVisible('[data-columns="target"]'), false);
  // Three columns that could be meant: none is taken before a person chooses, and the choice can be changed.
  const before = await page.evaluate(() => location.hash);
  await drop("height,weight,age\n100,2,9\n300,4,1\n500,6,4\n100,6,8\n");
  await page.waitForSelector('[data-columns="target"]');
  assert.match(await page.textContent('[data-note="target"]'), /choose two/);
  assert.equal(await page.evaluate(() => location.hash), before);
  const choose = async (column, label) => page.selectOption(`[aria-label="Column of ${column}, target"]`, { label });
  await choose("x", "height");
  await choose("y", "age");
  await page.waitForFunction(() => /1 \(height\) and 3 \(age\) are used/.test(part('[data-note="target"]').textContent));
  await choose("y", "weight");
  // The four rows of before under another header.
  await page.waitForFunction((hash) => location.hash === hash, before);
  await context.close();
});

test("a malformed link says what it could not use and trains with the rest", async () => {
  const { page, context } = await visit(`${SMALL}&lab.path=bent&lab.depth=99&lab.color=red&lab.target=points&lab.targetPoints=1!`);
  const said = await page.textContent("#message");
  for (const word of ["lab.path", "lab.depth", "lab.color", "lab.targetPoints"]) assert.ok(said.includes(word), `${word}: ${said}`);
  await context.close();
});

test("random states survive the way through a link", async () => {
  const { page, context } = await visit();
  const wrong = await page.evaluate(async (app) => {
    const { LAB } = await import(`./${app}/figures/lab/table.js`);
    const { DIGITS } = await import(`./${app}/figures/digits/table.js`);
    const { parseHash, toHash } = await import(`./${app}/element/state.js`);
    const table = { ...DIGITS, ...LAB };
    let seed = 7;
    const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
    const letters = "abcXYZ019_-";
    const value = ({ kind, initial }, key) => {
      if (key === "lab.earlier") return ["", "0.002x1200", "0.01x7-0.0001x80000"][Math.floor(random() * 3)];
      if (key === "lab.curves") return ["15_50_85_90_60_25", "1_2_3_99_98_97", "40_50_60_70_20_1"][Math.floor(random() * 3)];
      if (kind.values && typeof initial === "string" && initial.includes(".")) {
        return kind.values.filter(() => random() < 0.5).join(".") || "none";
      }
      if (kind.values) return kind.values[Math.floor(random() * kind.values.length)];
      if ("min" in kind) {
        const v = kind.min + random() * (kind.max - kind.min);
        return kind.read(String(v)) ?? Math.round(v);
      }
      return Array.from({ length: Math.floor(random() * 10) }, () => letters[Math.floor(random() * letters.length)])
        .join("")
        .toLowerCase()
        .replaceAll("_", "-");
    };
    const failures = [];
    for (let i = 0; i < 300; i += 1) {
      const state = Object.fromEntries(Object.entries(table).map(([key, property]) => [key, value(property, key)]));
      const back = parseHash(table, toHash(table, state));
      if (back.problems.length || JSON.stringify(back.state) !== JSON.stringify(state)) failures.push([state, back]);
    }
    return failures.slice(0, 1);
  }, hashed("app"));
  assert.deepEqual(wrong, []);
  await context.close();
});

test("fits a phone, in both themes", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, errors, context } = await visit(SMALL, { viewport: { width: 360, height: 740 }, colorScheme });
    // One screen: the picture with its buttons, and one part at a time below it.
    const parts = { picture: "#lab-stage-0", ends: '[data-end="target"]', settings: '[name="lab.path"]', measures: "#lab-loss" };
    const seen = () => page.evaluate((all) => Object.keys(all).filter((name) => part(all[name]).checkVisibility()), parts);
    const height = () => page.evaluate(() => part("#lab").getBoundingClientRect().height);
    assert.deepEqual(await seen(), ["picture"]);
    assert.ok((await height()) <= 740, `${await height()}`);
    for (const name of ["ends", "settings", "measures"]) {
      await page.click(`[data-shows="${name}"]`);
      assert.deepEqual(await seen(), ["picture", name]);
      assert.equal(await page.getAttribute(`[data-shows="${name}"]`, "aria-pressed"), "true");
      const top = await page.evaluate((s) => part(s).getBoundingClientRect().top - part("#lab").getBoundingClientRect().top, parts[name]);
      assert.ok(top < 740, `${name} begins at ${top}`);
      const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide <= width, `${name}: ${wide} > ${width}`);
    }
    // The curves of the path stand among the settings.
    await page.click('[data-shows="settings"]');
    await page.click("#lab-path-panel summary");
    await page.waitForFunction(() => part("#lab-curves").checkVisibility() && part("#lab-curves").clientHeight > 50);
    assert.deepEqual(errors, []);
    await context.close();
  }
});

test("an embedded lab with its main controls shows its charts on a phone, and has nothing to choose parts with", async () => {
  const { page, errors, context } = await visit(SMALL, { viewport: { width: 360, height: 740 } });
  await page.evaluate(() => document.querySelector("flow-lab").setAttribute("controls", "main"));
  const seen = (selector) => page.evaluate((s) => part(s).checkVisibility(), selector);
  assert.deepEqual([await seen("#lab-loss"), await seen(".lab-parts"), await seen(".ends")], [true, false, false]);
  assert.deepEqual(errors, []);
  await context.close();
});

test("the page's thread stays free while it trains", { skip: inChromium("it does not report its tasks") }, async () => {
  const { page, context } = await visit(SMALL.replace("until=120", "until=100000"));
  await page.click("#lab-train");
  await page.waitForFunction(() => Number(part("#lab").dataset.step) > 5);
  assert.deepEqual(await blocked(page, () => page.waitForTimeout(3000)), []);
  await context.close();
});
