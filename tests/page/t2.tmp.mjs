// time from a press on Start to the first picture of each figure that trains
import { alone, browser, open, serve } from "./harness.mjs";
const server = await serve();
const chrome = await browser();
const CASES = {
  race: { hash: "race.width=32", press: "#race-start", seen: () => parts("#race-tiles figcaption, #race-tiles *").some((e) => /W₂/.test(e.textContent)) },
  latent: { hash: "", press: "#latent-start", seen: () => part("#latent-play") && !part("#latent-play").disabled },
  guidance: { hash: "", press: "#guidance-start", seen: () => /W₂/.test(part("#guidance-tiles figcaption")?.textContent) },
  lab: { hash: "", press: "#lab-train", seen: () => Number(part(".lab")?.dataset.step) > 0 },
};
for (const [name, { hash, press, seen }] of Object.entries(CASES)) {
  const times = [];
  for (let i = 0; i < 3; i++) {
    const context = await chrome.newContext({ viewport: { width: 1280, height: 1000 } });
    const { page } = await open(context, alone(server, name, hash, "press"));
    await page.waitForFunction((s) => part(s), press);
    await page.waitForTimeout(500);
    const ms = await page.evaluate(async ([press, seen]) => {
      const fn = eval(`(${seen})`); const t = performance.now(); part(press).click();
      while (!fn()) { await new Promise((r) => setTimeout(r, 4)); if (performance.now() - t > 20000) return -1; }
      return performance.now() - t;
    }, [press, String(seen)]);
    times.push(Math.round(ms));
    await context.close();
  }
  console.log(name, times.join(" "));
}
await chrome.close(); server.close();
