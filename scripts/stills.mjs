// The stills of the article: each figure as dist/ computes it on the CPU, without its controls, in both themes; and the picture that a link
// to the article is shown with.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { alone, browser, open, serve } from "../tests/page/harness.mjs";

const ARTICLE = fileURLToPath(new URL("../article/", import.meta.url));
const STILLS = fileURLToPath(new URL("../www/site/stills/", import.meta.url));
const [NARROW, WIDE] = [720, 960]; // CSS pixels; twice as many are drawn
const QUALITY = 0.7;

/** figure → what is pictured of it, and when it is done. */
const FIGURES = {
  paths: { part: ".paths-view", done: () => part("#paths").getAttribute("aria-busy") === "false", start: "press" },
  lab: { part: ".stages", done: () => Number(part("#lab").dataset.step) >= 2000 && part("#lab").getAttribute("aria-busy") === "false" },
  digits: { part: "#figure", done: () => part("#figure").dataset.done === "true" && part("#figure").getAttribute("aria-busy") === "false" },
  edit: { part: "#edit", width: WIDE, done: () => /each class/.test(part('[data-result="classes"] figcaption').textContent) },
  guidance: {
    part: "#guidance-tiles",
    width: WIDE,
    done: () => /^Done/.test(part("#guidance-text").textContent) && part("#guidance").getAttribute("aria-busy") === "false",
  },
  generate: {
    part: "#generate-tiles",
    width: 560,
    scale: 0.5, // few bytes: it is what the first screen waits for
    done: () =>
      part("#generate").dataset.network === "few-step" &&
      / s on the CPU\.$/.test(part("#generate-text").textContent) &&
      part("#generate").getAttribute("aria-busy") === "false",
  },
  latent: {
    part: ".latent-stage",
    done: () => /^Done/.test(part("#latent-text").textContent) && part("#latent").getAttribute("aria-busy") === "false",
  },
  race: { part: "#race", width: WIDE, done: () => /^(Done|Saved results)/.test(part("#race-text").textContent) },
  emoji: { part: "#emoji .figure", done: () => part("#emoji .figure") && part("#emoji").dataset.done === "true" },
  restyle: { part: "#restyle", width: WIDE, done: () => /^Midpoint/.test(part('[data-result="restyle"] > figcaption')?.textContent) },
  "few-steps": { part: "#few-steps-rows", width: WIDE, done: () => /^Class/.test(part("#few-steps-text").textContent) },
};
/** What a figure has besides its article's settings, so that its still does not take minutes. */
const SETTINGS = { lab: "lab.until=2000" };
/** Not pictured: what only a person who can press it needs. */
const HIDDEN =
  ".transport, .share, .paths-steps, .lab-figures, .brush-tools, .field, .note, .edit-results > .figure-text, .progress-text, progress, .buttons { display: none !important; }";

const webp = (page, png, scale) =>
  page.evaluate(
    async ([data, quality, scale]) => {
      const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
      const canvas = new OffscreenCanvas(scale * image.width, scale * image.height);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/webp", quality })).arrayBuffer());
      return { base64: btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), "")), width: canvas.width, height: canvas.height };
    },
    [png.toString("base64"), QUALITY, scale],
  );

/** Writes a still and puts its size into the article. */
async function keep(page, png, { id, theme, scale }) {
  const { base64, width, height } = await webp(page, png, scale);
  const bytes = Buffer.from(base64, "base64");
  writeFileSync(`${STILLS}${id}-${theme}.webp`, bytes);
  for (const file of FILES) {
    const text = readFileSync(file, "utf8");
    const sized = text.replace(new RegExp(`(src="stills/${id}-light\\.webp" width=")\\d+(" height=")\\d+`), `$1${width}$2${height}`);
    if (sized !== text) writeFileSync(file, sized);
  }
  console.log(`${id}-${theme}.webp: ${width} × ${height}, ${bytes.length} bytes`);
}

/** The picture for links, 1200 × 630: the first figure, some of it noise, under the title. */
async function preview() {
  const context = await chrome.newContext({ viewport: { width: 1200, height: 630 }, colorScheme: "light" });
  const { page } = await open(context, alone(server, "generate", "controls=none&theme=light", "view"));
  await page.waitForFunction(FIGURES.generate.done, undefined, { timeout: 60_000 });
  const title = readFileSync(FILES[0], "utf8").match(/<h1>(.*)<\/h1>/)[1];
  await page.evaluate((text) => {
    const head = Object.assign(document.createElement("h1"), { textContent: text });
    head.style.cssText = "margin: 1.4rem 1rem 1.2rem; font: 600 2.5rem/1.1 Georgia, 'DejaVu Serif', serif";
    document.body.prepend(head);
    document.querySelector("flow-lab").shadowRoot.querySelector("#generate-text").hidden = true;
  }, title);
  const { x, y, width, height } = await page.locator("#generate-tiles").boundingBox();
  await page.waitForTimeout(2500);
  await page.mouse.move(x + 0.3 * width, y + 0.4 * height);
  await page.waitForTimeout(600);
  const jpeg = await page.screenshot({ type: "jpeg", quality: 70 });
  writeFileSync(`${STILLS}preview.jpg`, jpeg);
  console.log(`preview.jpg: ${jpeg.length} bytes`);
  await context.close();
}

const attributes = (text) => Object.fromEntries([...text.matchAll(/([a-z0-9-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
/** The article's files: its frame, and a fragment for each section. */
const FILES = [fileURLToPath(new URL("../index.html", import.meta.url)), ...readdirSync(ARTICLE).map((file) => ARTICLE + file)];
const figures = FILES.flatMap((file) => [...readFileSync(file, "utf8").matchAll(/<flow-lab ([^>]*)>/g)].map(([, text]) => attributes(text)));
const wanted = process.argv.slice(2);
mkdirSync(STILLS, { recursive: true });

const server = await serve();
const chrome = await browser();
for (const theme of ["light", "dark"]) {
  const context = await chrome.newContext({ deviceScaleFactor: 2, colorScheme: theme });
  for (const { id, figure, ...set } of figures) {
    if (wanted.length && !wanted.includes(id)) continue;
    const { part, done, start = "view", width = NARROW, scale = 1 } = FIGURES[figure];
    const { page } = await open(
      context,
      alone(
        server,
        figure,
        ["device=cpu", `theme=${theme}`, "controls=main"]
          .slice(["digits", "edit", "few-steps", "emoji", "restyle"].includes(figure) ? 0 : 1)
          .join("&"),
        start,
      ),
    );
    await page.setViewportSize({ width: ("compare" in set ? WIDE : width) + 24, height: 1600 }); // two runs stand side by side
    await page.evaluate(
      ([name, settings, extra]) => {
        // The article's own settings, written as attributes, as a link has them.
        const keys = Object.entries(settings).filter(([key]) => !["linked", "controls", "hide"].includes(key));
        const camel = (key) => key.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
        const link = keys.map(([key, value]) => `${name}.${camel(key)}=${encodeURIComponent(value)}`);
        if (link.length || extra) location.hash = [location.hash.slice(1), ...link, extra].filter(Boolean).join("&");
      },
      [figure, set, SETTINGS[figure]],
    );
    await page.waitForFunction(done, undefined, { timeout: 240_000 });
    await page.evaluate((css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      const { shadowRoot } = document.querySelector("flow-lab");
      shadowRoot.adoptedStyleSheets = [...shadowRoot.adoptedStyleSheets, sheet];
      document.activeElement?.blur();
    }, HIDDEN);
    await page.waitForTimeout(figure === "generate" ? 2500 : 500); // what follows a size is drawn, what plays has played
    const target = page.locator(part);
    await keep(page, await target.screenshot({ animations: "disabled" }), { id, theme, scale });
    await page.close();
  }
  await context.close();
}
if (!wanted.length || wanted.includes("preview")) await preview();
await chrome.close();
server.close();
