// What the documents and workflows name exists.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { disagreements } from "../scripts/versions.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const read = (name) => readFileSync(join(ROOT, name), "utf8");
const DOCUMENTS = ["README.md", "DESIGN.md", "CONTRIBUTING.md", "SECURITY.md", "EMBED.md", "docs/results.md", "docs/burn-in-the-browser.md"];
const WORKFLOWS = readdirSync(join(ROOT, ".github/workflows")).map((name) => `.github/workflows/${name}`);

for (const name of DOCUMENTS) {
  test(`${name} leads to files that exist`, () => {
    const text = read(name);
    const links = [...text.matchAll(/(?:\]\(|\bsrc(?:set)?=")([^)"#]+)/g)].map(([, target]) => target).filter((target) => !/^[a-z]+:/.test(target));
    for (const link of links) assert.ok(existsSync(join(ROOT, dirname(name), link)), `there is no ${link}`);
    // Paths in code: what begins like a folder of ours. Names in braces, stars and capitals stand for others.
    const paths = [...text.matchAll(/(?:src|www|tests|scripts|benches|examples|docs|article)\/[\w./-]*\w(?![\w./-]*[*{])/g)].map(([path]) => path);
    for (const path of new Set(paths)) assert.ok(existsSync(join(ROOT, path)), `there is no ${path}`);
    assert.ok(
      !["README.md", "DESIGN.md"].includes(name) || links.length + paths.length > 10,
      "nothing was found: this test no longer sees the links",
    );
  });
}

/** British forms of words that occur here. */
const BRITISH =
  /colou[r]|cent[r]e|(?<![a-z])gre[y]|neighbou[r]|behaviou[r]|licen[c]e|(?<!alias = ")disti[l](?!l)|(recogn|norm?al|minim|maxim|optim|initial|standard|memor|regular|serial|general|visual)i[s](?!t)[eai]|labelle[d](?!by)|modelle[d]|cancelle[d]|travelle[dr]|toward[s]|afterward[s]/gi;

test("spelling is American", () => {
  const files = execFileSync("git", ["ls-files"], { cwd: ROOT, encoding: "utf8" }).split("\n");
  const texts = files.filter((name) => /(\.(rs|m?js|ts|html|css|md|toml|yml)|^scripts\/[\w-]+)$/.test(name) && existsSync(join(ROOT, name)));
  assert.ok(texts.length > 250, `${texts.length} files`);
  const found = texts.flatMap((name) => [...read(name).matchAll(BRITISH)].map(([word]) => `${name}: ${word}`));
  assert.deepEqual(found, []);
});

/** What people read is plain: archaic words, personified networks and names that the field does not use. Pattern → what to write. */
const STYLE = [
  [/\bnought\b|\bdearer?\b|\bwhence\b|\bthereby\b|\bhence\b|\bthus\b/i, "plain words"],
  [/\bthe (network|model) (hears|wants|believes|thinks|paints|dreams)\b/i, "what it computes"],
  [/to (its|their) noise and back|carried back to/i, "encode, then decode"],
  [/mend(s|ed|ing)? what/i, "inpaint"],
  [/\brubber\b/i, "eraser"],
  [/\btak(e|en|ing) away\b/i, "export"],
  [/\bby another law\b|\bmake up its mind\b/i, "plain words"],
  [/controls to leave away/i, "controls to hide"],
  [/\bcheapest plan\b/i, "optimal plan"],
  [/\b(very|really|quite|basically|simply|obviously)\b/i, "nothing: leave it out"],
];
const READ = [
  "README.md",
  "EMBED.md",
  "docs/burn-in-the-browser.md",
  "index.html",
  ...readdirSync(join(ROOT, "article")).map((name) => `article/${name}`),
];

test("what people read is plain English", () => {
  const wrong = (text) => STYLE.filter(([pattern]) => pattern.test(text)).map(([pattern, write]) => `${pattern.exec(text)[0]}: write ${write}`);
  assert.deepEqual(wrong("The network hears which digit is wanted, and that is quite enough."), [
    "The network hears: write what it computes",
    "quite: write nothing: leave it out",
  ]);
  const shown = readdirSync(join(ROOT, "www/figures"), { recursive: true }).filter((name) => name.endsWith(".html"));
  const files = [...READ, ...shown.map((name) => `www/figures/${name}`)];
  assert.ok(files.length > 25, String(files.length));
  assert.deepEqual(
    files.flatMap((name) => wrong(read(name).replaceAll(/<[^>]*>/g, " ")).map((found) => `${name}: ${found}`)),
    [],
  );
});

test("workflows call scripts that exist, the gate among them", () => {
  const called = WORKFLOWS.flatMap((name) => [...read(name).matchAll(/run: (scripts\/[\w-]+)/g)].map(([, script]) => script));
  assert.ok(called.includes("scripts/test") && called.includes("scripts/build"), called.join(", "));
  for (const script of called) assert.ok(existsSync(join(ROOT, script)), script);
  assert.match(read(".ci/run"), /scripts\/test/);
});

test("every script is named in README.md", () => {
  const programs = readdirSync(join(ROOT, "scripts")).filter((name) => !/\./.test(name) && name !== "bindgen");
  const text = read("README.md");
  for (const program of programs.filter((name) => !["setup", "build-engines"].includes(name))) {
    assert.ok(text.includes(`scripts/${program}`), `scripts/${program}`);
  }
});

test("everything that names a version names the crate's, and another one is seen", () => {
  assert.deepEqual(disagreements(read), []);
  const other = (changed) => (name) => (name === changed ? read(name).replaceAll(/\b0\.\d+\.\d+\b/g, "9.9.9") : read(name));
  for (const name of ["CITATION.cff", "CHANGELOG.md", "Cargo.lock"]) {
    assert.match(disagreements(other(name)).join(" "), new RegExp(`${name} names version 9\\.9\\.9`));
  }
  assert.deepEqual(
    disagreements((name) => (name === "CITATION.cff" ? "" : read(name))),
    ["CITATION.cff names no version."],
  );
});

test("what the article says of the digit networks is what was measured", () => {
  const measured = (name) => JSON.parse(read(`www/models/${name}-figures.json`)).rows;
  const one = (share) => `${(100 * share).toFixed(1)}\u00a0%`;
  const found = (name) =>
    read(name)
      .replaceAll("&nbsp;", "\u00a0")
      .replaceAll(/\s*<[^>]*>\s*/g, " ")
      .replaceAll(/[ \n]+/g, " ");
  const [table, prose, limits] = ["9-few-steps", "6-digits", "13-limits"].map((name) => found(`article/${name}.html`));
  for (const [network, name, nfes] of [
    ["velocity", "digits", [1, 2, 16]],
    ["few-step", "few-step", [1, 2]],
  ]) {
    for (const nfe of nfes) {
      const { recognized, frechet, diversity } = measured(name).find((row) => row.nfe === nfe && row.solver !== "midpoint");
      const row = ` ${network} ${nfe} ${one(recognized)} ${frechet.toFixed(2)} ${one(diversity)} `;
      assert.ok(table.replaceAll(/ +/g, " ").includes(row), `the table has no row${row}`);
      if (name === "digits" && nfe === 1)
        for (const share of [recognized, diversity]) assert.ok(prose.includes(one(share)), `${nfe} NFE: ${one(share)}`);
      if (name === "few-step") assert.ok(limits.includes(one(diversity)), `limits, ${nfe} NFE: ${one(diversity)}`);
    }
  }
  // What the figure opens with.
  const { recognized, diversity } = measured("digits").find((row) => row.nfe === 16 && row.solver === "midpoint");
  for (const share of [recognized, diversity]) assert.ok(prose.includes(one(share)), `midpoint: ${one(share)}`);
});

test("what the article says of copies is what the card says", () => {
  const card = read("www/models/MODEL_CARD.md");
  const [, few] = card.match(/^\| few-step \| 4 \|.* (\d\.\d+) \|$/m);
  const [, real] = card.match(/of held-out emoji it is (\d\.\d+)/);
  const article = read("article/7-emoji.html");
  assert.ok(article.includes(`nearest one is ${Number(few).toFixed(2)} `) && article.includes(`not trained on is ${Number(real).toFixed(2)}.`));
});

test("what the article and the card say of digits in two dimensions is what was measured", () => {
  const { real, reconstructed, codes, sampled, w2, floor, floor_deviation } = JSON.parse(read("www/models/latent-figures.json"));
  const one = (share) => `${(100 * share).toFixed(1)} %`;
  const [article, card] = [prose("article/6-digits.html"), prose("www/models/MODEL_CARD.md").replaceAll("**", "")];
  for (const share of [real, reconstructed, sampled]) assert.ok(article.includes(one(share)) && card.includes(one(share)), one(share));
  assert.ok(
    card.includes(one(codes)) &&
      card.includes(`draws is ${w2.toFixed(2)}, between two sets of draws ${floor.toFixed(2)} ± ${floor_deviation.toFixed(2)}`),
  );
  assert.ok(sampled >= 0.85);
});

test("what the article says of inversion and inpainting is what the card has", () => {
  const [article, card] = [prose("article/8-inverse.html"), read("www/models/MODEL_CARD.md")];
  const [, error] = /Runge–Kutta 4 ([\d.]+)/.exec(card);
  assert.ok(article.includes(`the mean absolute error of a pixel was ${error} `), error);
  const [told, untold] = ["yes", "no"].map((word) => new RegExp(`\\| the upper half \\| ${word} \\| ([\\d.]+ %) \\|`).exec(card)[1]);
  assert.ok(article.includes(`${told} were recognized when the class was given and ${untold} when it was not`), `${told} ${untold}`);
});

/** The cells of the row of a table in docs/results.md that begins so, after the heading `under`. */
function resultRow(under, begins) {
  const [, text] = read("docs/results.md").split(`\n${under}`);
  const line = text.split("\n").find((row) => row.startsWith(`| ${begins} |`));
  return line
    .split("|")
    .slice(2, -1)
    .map((cell) => cell.trim());
}

/** What an article's file says, without markup, its spaces single. */
const prose = (name) =>
  read(name)
    .replaceAll("&nbsp;", " ")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/[\s\u00a0]+/g, " ");

test("what the article says of few steps and guidance in the plane is what docs/results.md has", () => {
  const few = prose("article/9-few-steps.html");
  const methods = ["flow matching", "reflow", "consistency training", "consistency distillation", "shortcut model", "MeanFlow", "improved MeanFlow"];
  for (const method of [...methods, "α-Flow", "Lagrangian self-distillation", "semigroup self-distillation"]) {
    const [one, , four, , , thirtyTwo] = resultRow("Gaussian → checkerboard", method);
    assert.ok(few.includes(` ${method} ${one} ${four} ${thirtyTwo} `), `${method}: ${one}, ${four}, ${thirtyTwo}`);
  }
  assert.ok(few.includes(` drifting model ${resultRow("Gaussian → checkerboard", "drifting model (one step)")[0]} `));

  const digits = prose("article/6-digits.html");
  const of = (weight, column) =>
    resultRow("## Guidance in the plane", weight)
      [column].split(", ")
      .map((v) => Number.parseFloat(v));
  const [[, none], [, free, narrow], [, weak, wide], [, one, close], [, plain]] = [of("1", 0), of("2", 0), of("2", 1), of("2", 2), of("1", 2)];
  const floor = Number(/fresh sets of so many data are ([\d.]+) apart/.exec(read("docs/results.md"))[1]);
  const said = [
    `is ${none.toFixed(2)}; two fresh sets of data are ${floor.toFixed(2)} apart`,
    `it is ${free.toFixed(2)} with classifier-free guidance, at a spread of ${narrow.toFixed(0)} %`,
  ];
  said.push(`${one.toFixed(2)} and its spread ${close.toFixed(0)} %`, `less accurate than the flow, ${plain.toFixed(2)}`);
  for (const text of [...said, `${weak.toFixed(2)} with the weaker network, at ${wide.toFixed(0)} %`]) assert.ok(digits.includes(text), text);
});
