// Controls take what the settings take: a menu lists its setting's values, a field of numbers has its ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { attribute, fromAttributes, misspelled } from "../../www/element/attributes.js";
import { defaults } from "../../www/element/state.js";
import { alone, open, setUp } from "./harness.mjs";
import { TABLES } from "./tables.mjs";

const { chrome, server } = await setUp();

/** Settings that have no control named after them: other parts of the figure set them. */
const WITHOUT = {
  generate: ["generate.steps"], // radio buttons
  digits: ["class"], // buttons
  paths: ["paths.points", "paths.x0", "paths.x1", "paths.steps"], // radio buttons, handles
  lab: ["lab.sourcePoints", "lab.targetPoints", "lab.curves", "lab.earlier", "lab.with", "lab.layers"], // canvas, handles, what was trained, a menu that depends
  guidance: [],
  latent: [],
  race: ["race.methods"], // checkboxes
  edit: ["edit.drawing", "device"],
  emoji: [],
  restyle: ["restyle.drawing"],
  "few-steps": ["device"],
};

test("a misspelled name is one edit away", () => {
  const pairs = { stepz: "steps", step: "steps", stepss: "steps", setps: "steps", hde: "hide" };
  for (const [a, b] of Object.entries(pairs)) assert.ok(misspelled(a, b) && misspelled(b, a), a);
  for (const a of ["steps", "height", "spets", "loading", "width", "data-t"]) assert.ok(!misspelled(a, "steps"), a);
});

test("another figure's setting is told to the author; HTML's and a framework's attributes are not", () => {
  const read = (...names) =>
    fromAttributes({ attributes: names.map((name) => ({ name, value: "1" })) }, "digits", TABLES.digits, defaults(TABLES.digits));
  assert.deepEqual(read("target", "prediction", "emoji-style").unknown, ["target", "prediction", "emoji-style"]);
  const foreign = [
    "id",
    "class",
    "title",
    "itemprop",
    "data-v-1",
    "aria-label",
    "onclick",
    "v-if",
    "x-data",
    ":steps",
    "@click",
    "_ngcontent-c1",
    "client:load",
  ];
  assert.deepEqual(read(...foreign).unknown, []);
  assert.deepEqual(read("seed", "steps", "controls", "theme").unknown, []);
});

test("the width of an element is not that of the network", () => {
  const table = TABLES.lab;
  const before = defaults(table);
  const read = (value) => fromAttributes({ attributes: [{ name: "width", value }] }, "lab", table, before);
  for (const value of ["100%", "640", ""]) assert.deepEqual(read(value), { values: {}, problems: [], unknown: [] }, value);
  assert.equal(attribute("lab", "lab.width"), "network-width");
});

for (const [name, table] of Object.entries(TABLES)) {
  test(`${name}: no two settings have one attribute`, () => {
    const attributes = Object.keys(table).map((key) => attribute(name, key));
    assert.deepEqual(attributes, [...new Set(attributes)]);
  });

  test(`${name}: controls take what settings take`, async () => {
    const context = await chrome.newContext();
    const { page, errors } = await open(context, alone(server, name, "", "press"));
    await page.waitForFunction(() => document.querySelector("flow-lab")?.figure);
    const found = await page.evaluate(() => {
      const { shadowRoot } = document.querySelector("flow-lab");
      const named = [...shadowRoot.querySelectorAll("select[name], input[name]")].filter(({ type }) => type !== "radio");
      return named.map(({ name, value, min, max, options }) => ({
        name,
        value,
        ...(options ? { values: [...options].map((o) => o.value), titles: [...options].map((o) => o.textContent) } : { min, max }),
      }));
    });
    const missing = Object.keys(table).filter((key) => !found.some((control) => control.name === key));
    assert.deepEqual(missing, WITHOUT[name]);
    for (const { name: key, value, values, titles, min, max } of found) {
      const { kind, initial } = table[key];
      assert.equal(value, String(initial), key);
      if (values) assert.deepEqual(values, kind.values.map(String), key);
      else if (kind.max !== undefined) assert.deepEqual([min, max], [String(kind.min), String(kind.max)], key);
      if (titles) assert.equal(new Set(titles).size, titles.length, `${key}: ${titles}`);
    }
    assert.deepEqual(errors, []);
    await context.close();
  });
}

test("what matters stands there, the rest under “More settings”, which keeps what is set when it is closed", async () => {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 1000 } });
  await context.addInitScript(() => (window.folded = true));
  for (const [name, seen, more] of [
    ["lab", ["lab.target", "lab.path", "lab.steps"], ["lab.width", "lab.seed", "lab.compare"]],
    ["digits", ["steps", "guidance", "digits"], ["solver", "device", "rows"]],
    ["race", ["race.nfe"], ["race.target", "race.seed"]],
    ["latent", [], ["latent.steps", "latent.width"]],
    ["guidance", ["guidance.scale"], ["guidance.until"]],
    ["emoji", ["emoji.category"], ["device"]],
  ]) {
    const { page, errors } = await open(context, alone(server, name, "", "press"));
    await page.waitForFunction(() => document.querySelector("flow-lab")?.figure);
    const visible = (keys) => Promise.all(keys.map((key) => page.isVisible(`[name="${key}"]`)));
    assert.deepEqual([await visible(seen), await visible(more)], [seen.map(() => true), more.map(() => false)], name);
    await page.locator("details.more > summary").click();
    assert.deepEqual(
      await visible(more),
      more.map(() => true),
      name,
    );
    assert.deepEqual(errors, []);
    await page.close();
  }
  await context.close();
});
