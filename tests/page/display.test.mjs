// Screens of every density, browsers without light-dark().
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DIST, alone, done, inChromium, open, picture, serve, setUp } from "./harness.mjs";

const { chrome, server } = await setUp();

test("canvases follow the density of the screen", { skip: inChromium("its screen keeps its density") }, async () => {
  for (const [name, canvas] of Object.entries({ paths: "#paths-canvas", lab: "#lab-stage-0", edit: "#edit-pad" })) {
    const context = await chrome.newContext({ viewport: { width: 900, height: 900 } });
    const { page, errors } = await open(context, alone(server, name));
    const density = () => page.$eval(canvas, (e) => e.width / e.clientWidth);
    const becomes = (wanted) =>
      page.waitForFunction(([selector, d]) => Math.abs(part(selector).width / part(selector).clientWidth - d) < 0.02, [canvas, wanted]);
    await becomes(1);
    const client = await context.newCDPSession(page);
    for (const deviceScaleFactor of [2, 1.5, 2.5]) {
      await client.send("Emulation.setDeviceMetricsOverride", { width: 900, height: 900, deviceScaleFactor, mobile: false });
      await becomes(deviceScaleFactor).catch(async () => assert.fail(`${name}: ${await density()} at ${deviceScaleFactor}`));
    }
    assert.deepEqual(errors, []);
    await context.close();
  }
});

test("a browser without light-dark() shows everything in light", async () => {
  // The function and the question for it, under a name that no browser knows.
  const old = await serve((path) => {
    if (!path.endsWith(".css")) return null;
    const css = readFileSync(join(DIST, path.slice("/lab/".length)), "utf8");
    return { headers: { "content-type": "text/css" }, body: css.replaceAll("light-dark(", "before-2024(") };
  });
  const context = await chrome.newContext({ viewport: { width: 900, height: 900 }, colorScheme: "light" });
  const names = ["--paper", "--text", "--digit-paper", "--digit-ink", "--source", "--target", "--run-a", "--heat", "--racer"];
  const colors = async (from) => {
    const { page, errors } = await open(context, alone(from, "race", "race.steps=500"));
    const found = await page.evaluate((wanted) => {
      const place = document.createElement("p");
      place.className = "racer-3";
      document.querySelector("flow-lab").shadowRoot.append(place);
      return wanted.map((name) => {
        place.style.color = `var(${name})`;
        return getComputedStyle(place).color;
      });
    }, names);
    assert.deepEqual(errors, []);
    return found;
  };
  const [now, before] = [await colors(server), await colors(old)];
  assert.equal(new Set(now).size, names.length - (now[0] === now[2] ? 1 : 0), String(now));
  assert.deepEqual(before, now);
  await context.close();
  old.close();
});

test("forced colors leave pictures theirs", { skip: inChromium("it is not told to force colors") }, async () => {
  const drawn = async (options) => {
    const context = await chrome.newContext({ viewport: { width: 900, height: 900 }, colorScheme: "dark", ...options });
    const { page, errors } = await open(context, alone(server, "digits", "digits=1&steps=2&device=cpu", "view"));
    await done(page);
    const text = await page.evaluate(() => getComputedStyle(part("#nfe")).color);
    const grid = await picture(page);
    assert.deepEqual(errors, []);
    await context.close();
    return { grid, text };
  };
  const [plain, forced] = [await drawn({}), await drawn({ forcedColors: "active" })];
  assert.notEqual(forced.text, plain.text, "colors are forced");
  assert.equal(forced.grid, plain.grid);
});
