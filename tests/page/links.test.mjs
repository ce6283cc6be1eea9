// Links and markup that people made with names of before: they lead where they led.
import assert from "node:assert/strict";
import { test } from "node:test";
import { figureName } from "../../www/element/aliases.js";
import { fromAttributes } from "../../www/element/attributes.js";
import { defaults, parseHash, place } from "../../www/element/state.js";
import { open, setUp } from "./harness.mjs";
import { TABLES } from "./tables.mjs";

const { chrome, server } = await setUp();

const ALL = Object.assign({}, ...Object.values(TABLES));

/** A link's hash, as it was written → [the place that it leads to, what it sets]. */
const LINKS = {
  "#roads": ["paths", {}],
  "#two-roads": ["curved-paths", {}],
  "#two-paths": ["curved-paths", {}],
  "#wish": ["goal", {}],
  "#average": ["marginal", {}],
  "#open": ["limits", {}],
  "#straight-roads": ["straight-paths", {}],
  "#set-roads": ["set-paths", {}],
  "#few": ["few-steps", {}],
  "#hand": ["edit", {}],
  "#lab": ["lab", {}],
  "#roads&roads.steps=4": ["paths", { "paths.steps": 4 }],
  "#roads.points=set&roads.t=0.25": [null, { "paths.points": "set", "paths.t": 0.25 }],
  "#roads&roads.x0=1_2&roads.x1=-1_-2": ["paths", { "paths.x0": "1_2", "paths.x1": "-1_-2" }],
  "#roads.diffusion=vp&roads.sigmaMin=0.1": [null, { "paths.diffusion": "vp", "paths.sigmaMin": 0.1 }],
  "#roads.show=straight": [null, { "paths.show": "straight" }],
  "#few.class=4": [null, { "few-steps.class": 4 }],
  "#few&few.class=4&few.seed=7": ["few-steps", { "few-steps.class": 4, "few-steps.seed": 7 }],
  "#few&few.computes=cpu&few.images=100": ["few-steps", { "few-steps.trainingDevice": "cpu", "few-steps.images": 100 }],
  "#few.steps=20&few.batch=10": [null, { "few-steps.steps": 20, "few-steps.batch": 10 }],
  "#hand&hand.class=7": ["edit", { "edit.class": 7 }],
  [`#hand.drawing=${"A".repeat(523)}`]: [null, { "edit.drawing": "A".repeat(523) }],
  "#engine=cpu": [null, { device: "cpu" }],
  "#digits&engine=webgpu&digits=4&seed=3": ["digits", { device: "webgpu", digits: 4, seed: 3 }],
  "#class=7&rows=same&guidance=1.5&from=0.1": [null, { class: 7, rows: "same", guidance: 1.5, from: 0.1 }],
  "#solver=dopri5&tolerance=0.001": [null, { solver: "dopri5", tolerance: 0.001 }],
  "#lab&lab.engine=webgpu": ["lab", { "lab.device": "webgpu" }],
  "#lab.target=spirals&lab.coupling=ot": [null, { "lab.target": "spirals", "lab.coupling": "ot" }],
  "#lab.rate=0.001&lab.earlier=0.002x1200": [null, { "lab.rate": 0.001, "lab.earlier": "0.002x1200" }],
  "#lab.compare=path&lab.with=vp": [null, { "lab.compare": "path", "lab.with": "vp" }],
  "#race&race.methods=shortcut&race.nfe=4": ["race", { "race.methods": "shortcut", "race.nfe": 4 }],
};

/** Attributes as they were written → the figure and what they set. */
const MARKUP = [
  [{ figure: "roads", steps: "4", "sigma-min": "0.1" }, "paths", { "paths.steps": 4, "paths.sigmaMin": 0.1 }],
  [{ figure: "few", digit: "6", computes: "cpu" }, "few-steps", { "few-steps.class": 6, "few-steps.trainingDevice": "cpu" }],
  [{ figure: "hand", digit: "8", engine: "cpu" }, "edit", { "edit.class": 8, device: "cpu" }],
  [{ figure: "digits", engine: "webgpu", digits: "4" }, "digits", { device: "webgpu", digits: 4 }],
  [{ figure: "lab", engine: "webgpu", width: "32" }, "lab", { "lab.device": "webgpu", "lab.width": 32 }],
];

test("old links set what they set", () => {
  assert.ok(Object.keys(LINKS).length + MARKUP.length >= 30);
  for (const [link, [goal, set]] of Object.entries(LINKS)) {
    const { name, hash } = place(link, () => true);
    assert.equal(name, goal, link);
    const { state, problems } = parseHash(ALL, hash);
    assert.deepEqual(problems, [], link);
    assert.deepEqual(state, { ...defaults(ALL), ...set }, link);
  }
});

test("old markup sets what it set", () => {
  for (const [written, name, set] of MARKUP) {
    assert.equal(figureName(written.figure), name);
    const attributes = Object.entries(written).map(([name, value]) => ({ name, value }));
    assert.deepEqual(fromAttributes({ attributes }, name, TABLES[name], defaults(TABLES[name])), { values: set, problems: [], unknown: [] });
  }
});

test("a % that means nothing is no reason to lose the rest of a link", () => {
  for (const hash of ["#%&lab.width=32", "#lab%&lab.width=32", "#100%25%&lab.width=32", "#%E0%A4%A&lab.width=32"]) {
    const found = place(hash, (name) => Object.hasOwn(TABLES, name));
    assert.equal(found.name, null, hash);
    const { state, problems } = parseHash(ALL, found.hash);
    assert.equal(state["lab.width"], 32, hash);
    assert.equal(problems.length, 1, hash);
  }
});

test("whatever stands in a link, the state is one that controls can show", () => {
  let seed = Number(process.env.FLOW_LAB_CASES ? Date.now() % 2 ** 31 : 1);
  const random = (n) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >> 8) % n;
  };
  const keys = [...Object.keys(ALL), "engine", "roads.steps", "nothing", "", "__proto__", "constructor"];
  const texts = [
    "",
    "0",
    "1",
    "-1",
    "1e9",
    "NaN",
    "Infinity",
    "0x10",
    "gaussian",
    "moons",
    "euler",
    "none",
    "a".repeat(9000),
    "%",
    "%zz",
    "+",
    "é",
    "1_2",
    ".",
  ];
  const letters = "abcxyz0123456789.-_=&%#+ ";
  const garbage = () => Array.from({ length: random(30) }, () => letters[random(letters.length)]).join("");
  const part = () => (random(4) ? `${keys[random(keys.length)]}=${random(3) ? texts[random(texts.length)] : garbage()}` : garbage());
  for (let i = 0; i < Number(process.env.FLOW_LAB_CASES ?? 10_000); i += 1) {
    const hash = `#${Array.from({ length: random(6) }, part).join("&")}`;
    const found = place(hash, (name) => Object.hasOwn(TABLES, name));
    const { state, problems } = parseHash(ALL, found.hash);
    assert.deepEqual(Object.keys(state), Object.keys(ALL), hash);
    for (const [key, { kind, initial }] of Object.entries(ALL)) {
      assert.ok(state[key] === initial || kind.read(String(state[key])) === state[key], `${hash}: ${key}`);
    }
    assert.ok(
      problems.every((text) => text.length < 400),
      hash,
    );
  }
});

test("a name that never was is still refused", () => {
  const { problems } = parseHash(ALL, "#rods.steps=4&few.device2=cpu&engines=cpu");
  assert.equal(problems.length, 3, problems.join("\n"));
});

test("the article scrolls to the figure of an old link, and shows its state", async () => {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 900 } });
  const { page, errors } = await open(context, `${server.url}#roads&roads.steps=4`);
  await page.waitForFunction(() => part('[name="paths.steps"]:checked')?.value === "4", undefined, { timeout: 60_000 });
  assert.ok(await page.$eval("#paths", (e) => Math.abs(e.getBoundingClientRect().top) < innerHeight));
  assert.equal(await page.isHidden("#message"), true);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a frame and an element under old names show their figures", async () => {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 900 } });
  const { page, errors } = await open(context, `${server.url}embed.html#figure=few&start=press&few.class=6&engine=cpu`);
  await page.waitForFunction(() => part('[name="few-steps.class"]')?.value === "6");
  await page.evaluate(() => {
    const markup = '<flow-lab figure="digits" start="press" engine="cpu" hide="engine"></flow-lab>';
    document.body.insertAdjacentHTML("beforeend", markup);
    document.querySelector('[figure="digits"]').scrollIntoView();
  });
  await page.waitForFunction(() => part('[name="device"]')?.value === "cpu");
  assert.equal(await page.evaluate(() => part('[name="device"]').closest(".left-away") !== null), true);
  assert.equal(await page.evaluate(() => part("[role=alert]").textContent), "");
  assert.deepEqual(errors, []);
  await context.close();
});
