// Somebody who tries everything: random controls, strokes, links, ways back, sizes, hidden tabs and lost GPUs all over the article,
// `--minutes=60`, `--seed=1`, `--gpu` for Chromium's software adapter. Whatever the console calls an error, what does not come to rest
// and memory that does not come back make it fail.
import { browser, done, open, serve } from "../tests/page/harness.mjs";
import { growth, held, kinds, objects } from "../tests/page/memory.mjs";
import { TABLES } from "../tests/page/tables.mjs";
import { CATALOG } from "../www/element/catalog.js";

const option = (name, otherwise) => Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split("=")[1] ?? otherwise);
const [minutes, seed, gpu] = [option("minutes", 60), option("seed", 1), process.argv.includes("--gpu")];
const LOSSES = 20;

let state = seed;
/** A whole number below `n`. */
function random(n) {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return (state >> 8) % n;
}
const one = (list) => list[random(list.length)];

/** A value that `kind` takes. */
function value({ values, min, max }) {
  if (values) return one(values);
  return min === undefined ? undefined : min + Math.round(((max - min) * random(101)) / 100);
}

/** What stays as it begins, because it computes for hours. */
const LONG = ["few-steps.images", "few-steps.steps"];

/** A link that sets some things, but nothing that computes for hours. */
function link() {
  const all = Object.entries(Object.assign({}, ...Object.values(TABLES))).filter(([key]) => !LONG.includes(key));
  const set = Array.from({ length: random(4) }, () => one(all)).map(([key, { kind }]) => [key, value(kind)]);
  const params = new URLSearchParams(set.filter(([, v]) => v !== undefined).map(([key, v]) => [key, String(v)]));
  params.set("lab.until", String(20 + random(200)));
  return `#${[one(Object.keys(TABLES)), params.toString()].join("&")}`;
}

/** Runs in the page: uses one control of one figure; gives back what it did. */
function control([which, choice, number, long]) {
  const figures = parts("flow-lab").filter((figure) => figure.shadowRoot?.querySelector(".share"));
  const figure = figures[which % figures.length];
  if (!figure) return "nothing is there yet";
  figure.scrollIntoView({ block: "center" });
  const usable = "select, input:not([type=file]), button, summary";
  const files = ".share, .share *, [data-take], [data-tool=csv], [data-act=csv], #live-take"; // and the clipboard
  const away = [files, ...long.map((name) => `[name="${name}"]`)].join();
  const found = [...figure.shadowRoot.querySelectorAll(usable)].filter((e) => e.checkVisibility() && !e.disabled && !e.matches(away));
  const chosen = found[choice % found.length];
  if (!chosen) return "no control";
  if (chosen.matches("select")) chosen.selectedIndex = number % chosen.options.length;
  else if (chosen.matches("[type=checkbox], [type=radio], button, summary")) chosen.click();
  else if (chosen.matches("[type=range], [type=number]")) {
    const [low, high] = [Number(chosen.min || 0), Number(chosen.max || 100)];
    chosen.value = String(low + Math.round((Math.min(high, low + 200) - low) * ((number % 100) / 100)));
  } else chosen.value = ["A", "42", "flow", ""][number % 4];
  if (!chosen.matches("button, summary")) chosen.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  return `${figure.getAttribute("figure")}: ${chosen.name || chosen.id || chosen.textContent.trim()}`;
}

/** A stroke over a canvas that is in view. */
async function stroke(page) {
  const box = await page.evaluate((k) => {
    const canvases = parts("canvas").filter((canvas) => {
      const { top, bottom, width } = canvas.getBoundingClientRect();
      return width > 40 && top >= 0 && bottom <= innerHeight;
    });
    const { x, y, width, height } = canvases[k % canvases.length]?.getBoundingClientRect() ?? {};
    return { x, y, width, height };
  }, random(100));
  if (!box.width) return "no canvas";
  const at = () => [box.x + (box.width * random(100)) / 100, box.y + (box.height * random(100)) / 100];
  await page.mouse.move(...at());
  await page.mouse.down();
  await page.mouse.move(...at(), { steps: 5 });
  await page.mouse.up();
  return "a stroke";
}

const hide = (page, hidden) =>
  page.evaluate((away) => {
    Object.defineProperty(document, "hidden", { value: away, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

const ACTIONS = [
  ...Array(12).fill((page) => page.evaluate(control, [random(100), random(1000), random(1000), LONG])),
  ...Array(3).fill(stroke),
  (page) => page.evaluate((hash) => (location.hash = hash), link()),
  // Not back to before the article.
  (page) => page.evaluate((way) => (way > 0 || window.navigation.currentEntry.index > window.first) && history.go(way), one([-1, 1])),
  (page) => page.evaluate((share) => scrollTo(0, share * document.documentElement.scrollHeight), random(100) / 100),
  (page) => page.setViewportSize({ width: one([390, 800, 1280]), height: one([700, 1000]) }),
  async (page) => {
    await hide(page, true);
    await page.waitForTimeout(500);
    await hide(page, false);
  },
];

/** A link to the digits that sets every setting as it begins, but for these. */
function everything(but) {
  const all = Object.entries(Object.assign({}, ...Object.values(TABLES))).map(([key, { initial }]) => [key, String(initial)]);
  const params = new URLSearchParams(all.filter(([, value]) => value !== ""));
  for (const [key, value] of Object.entries(but)) params.set(key, value);
  return `#digits&${params}`;
}

/** Little to compute: what is held depends on the settings too. */
const START = everything({ digits: "1", steps: "1", "lab.until": "30", ...(gpu ? {} : { device: "cpu" }) });

/** What takes most memory, in few steps. */
const LARGEST = everything({
  device: "cpu",
  digits: "64",
  steps: "2",
  "emoji.count": "16",
  "emoji.network": "velocity",
  "emoji.nfe": "2",
  "restyle.text": "★",
  "race.methods": CATALOG.methods.map(({ id }) => id).join("."),
  "race.steps": String(CATALOG.race.steps.values[0]),
  "race.width": String(CATALOG.race.width.values.at(-1)),
  "few-steps.trainingDevice": "cpu",
  "few-steps.steps": String(CATALOG.distillation.steps.values[0]),
  "few-steps.batch": String(CATALOG.distillation.batch.values.at(-1)),
  "guidance.width": String(CATALOG.guidance.width.values.at(-1)),
  "guidance.steps": String(CATALOG.guidance.steps.max),
  "guidance.until": String(CATALOG.guidance.until.min),
  "latent.width": String(CATALOG.latent.width.values.at(-1)),
  "latent.steps": String(CATALOG.latent.steps.max),
  "latent.until": String(CATALOG.latent.until.min),
  "lab.width": String(CATALOG.lab.width.values.at(-1)),
  "lab.depth": String(CATALOG.lab.depth.max),
  "lab.batch": String(CATALOG.lab.batch.values.at(-1)),
  "lab.particles": String(CATALOG.lab.particles.values.at(-1)),
  "lab.steps": String(CATALOG.lab.steps.max),
  "lab.layers": "density.likelihood.grid.field.exact.ends.conditional.marginal.particles",
  "lab.compare": "path",
  "lab.with": "vp",
  "lab.until": "2",
});

/** Buttons, one after another, of figures that do not compute everything by themselves. */
const PRESSED = {
  guidance: ["#guidance-start"],
  latent: ["#latent-start"],
  race: ["#race-start"],
  edit: ["[data-act=invent]", "[data-act=classes]"],
  "few-steps": ["#few-steps-start", "#live-start"],
  emoji: ["#emoji-start"],
  restyle: ["[data-act=invent]", "[data-act=restyle]"],
};

/** Runs in the page: presses a button of a figure; whether that stopped something. */
function press([figure, selector]) {
  const pressed = part(`flow-lab[figure="${figure}"]`).shadowRoot.querySelector(selector);
  for (let e = pressed; e; e = e.parentElement) if (e.matches("details")) e.open = true;
  pressed.scrollIntoView({ block: "center" });
  const stops = pressed.textContent === "Stop";
  pressed.click();
  return stops;
}

/** Runs in the page: stops what a figure trains: chance may have begun what takes hours on a software GPU. */
function stop([figure, selectors]) {
  const { shadowRoot } = part(`flow-lab[figure="${figure}"]`);
  for (const button of selectors.map((selector) => shadowRoot.querySelector(selector))) if (button.textContent === "Stop") button.click();
}

/** Waits until nothing in a figure has been busy for two seconds; after half an hour it is stuck. */
async function settled(page, name) {
  const busy = (figure) => part(`flow-lab[figure="${figure}"]`).shadowRoot.querySelector("[aria-busy=true]") !== null;
  const end = Date.now() + 1_800_000;
  for (let quiet = 0; quiet < 20; quiet += 1) {
    if (Date.now() > end) throw new Error(`${name} does not come to rest`);
    await page.waitForTimeout(100);
    if (await page.evaluate(busy, name)) quiet = 0;
  }
}

/**
 * The largest work of each figure, to its end. WebAssembly's memory never shrinks: it is as large as the largest work so far, of which
 * chance has more or less. After this it is not chance.
 */
async function largest(page) {
  await page.setViewportSize({ width: 1000, height: 900 });
  await page.evaluate((hash) => (location.hash = hash), LARGEST);
  // Every figure of the page is there, also the second of a kind, before memory is measured.
  for (const k of Array(await page.locator("flow-lab").count()).keys()) {
    await page.evaluate((i) => parts("flow-lab")[i].scrollIntoView({ block: "center" }), k);
    await page.waitForFunction((i) => parts("flow-lab")[i].shadowRoot?.querySelector("[aria-busy]"), k);
    await page.waitForTimeout(3000);
  }
  for (const name of Object.keys(TABLES)) {
    await page.evaluate((figure) => part(`flow-lab[figure="${figure}"]`).scrollIntoView({ block: "center" }), name);
    await page.waitForFunction((figure) => part(`flow-lab[figure="${figure}"]`).shadowRoot?.querySelector("[aria-busy]"), name);
    await page.evaluate(stop, [name, PRESSED[name] ?? []]);
    await settled(page, name);
    for (const button of PRESSED[name] ?? []) {
      // What was going on may have other settings: a press stops it.
      while (await page.evaluate(press, [name, button])) await settled(page, name);
      await settled(page, name);
    }
  }
}

/** The largest work, then the digits of the start, everything else out of view, and what that holds. */
async function rest(page) {
  await largest(page);
  await page.evaluate((hash) => (location.hash = hash), START);
  await page.waitForTimeout(3000);
  await page.evaluate(() => part('flow-lab[figure="digits"]').scrollIntoView());
  await done(page, 300_000);
  const ended = nextRunOf(page);
  await page.evaluate(() => part("#again").click());
  await ended;
  await page.waitForTimeout(3000);
  const [{ wasm, heap, memories }, found] = [await held(page), await kinds(page)];
  return { wasm, heap, memories, kinds: found, objects: objects(found) };
}

const nextRunOf = (page) => page.evaluate(() => nextRun());

const [chrome, server] = await Promise.all([browser({ webgpu: gpu }), serve()]);
const context = await chrome.newContext({ viewport: { width: 1000, height: 900 } });
const { page, errors } = await open(context, `${server.url}${START}`);
console.log(`${minutes} minutes, seed ${seed}${gpu ? ", with a software GPU" : ""}`);

await page.evaluate(() => (window.first = window.navigation.currentEntry.index));

const recent = [];
let [count, lost] = [0, 0];
let nextLoss = Date.now() + (60_000 * minutes) / LOSSES;

/** Tries everything for `ms`, the same things each time. */
async function play(ms) {
  state = seed;
  for (const end = Date.now() + ms; Date.now() < end && !errors.length; count += 1) {
    recent.push(String((await one(ACTIONS)(page)) ?? "moved"));
    if (recent.length > 12) recent.shift();
    if (gpu && Date.now() > nextLoss) {
      nextLoss += (60_000 * minutes) / LOSSES;
      lost += await page.evaluate(() => {
        const using = parts("flow-lab").filter((e) => e.figure?.destroyDevice);
        using.forEach((e) => e.figure.destroyDevice());
        return using.length;
      });
    }
    await page.waitForTimeout(random(300));
  }
}

// Engines open one by one: the second half, which does the same, is held against the first.
await play(30_000 * minutes);
const before = await rest(page);
await play(30_000 * minutes);
const after = await rest(page);
const grown = (after.objects - before.objects) / before.objects;
console.log(`${count} actions, ${lost} devices lost; heap ${before.heap} → ${after.heap} bytes, of them objects, which the browser did not compile,`);
console.log(`${before.objects} → ${after.objects}; WebAssembly ${before.wasm} → ${after.wasm}`);
const mega = ({ memories }) => memories.map(([bytes, build]) => `${build} ${(bytes / 2 ** 20).toFixed(1)}`).join(" + ");
console.log(`of its workers, in MiB: ${mega(before)}, then ${mega(after)}`);
const wrong = [...errors];
if (grown > 0.01) wrong.push(`the heap’s objects grew by ${(100 * grown).toFixed(1)} %:`, ...growth(before.kinds, after.kinds));
if (after.wasm > 1.01 * before.wasm) wrong.push(`WebAssembly’s memory grew by ${(100 * (after.wasm / before.wasm - 1)).toFixed(1)} %`);
if (wrong.length) console.log(`${wrong.join("\n")}\nlast: ${recent.join("; ")}`);
await chrome.close();
server.close();
process.exitCode = wrong.length ? 1 : 0;
