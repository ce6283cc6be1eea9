// Pictures on screens of every density.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alone, inChromium, open, setUp } from "./harness.mjs";

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
