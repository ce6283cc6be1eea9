// Holds the arrows of DESIGN.md between the rooms of www/: a module imports only from its own room and from those below. Reads the sources as text.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const WWW = fileURLToPath(new URL("../../www/", import.meta.url));

/** The level of each room. Rooms of one level, and the figures, do not know each other; the registry figures/all.js knows every figure. */
const LEVELS = { plot: 0, engine: 0, element: 1, figures: 2, api: 4, site: 5 };
const REGISTRY = { room: "figures/all.js", level: 3 };

/** Made by the build. */
const MADE = ["engine/assets.js"];

const sources = readdirSync(WWW, { recursive: true }).filter((file) => file.endsWith(".js"));

/** {room, level} of a file below www/. */
function place(file) {
  const [room, figure] = file.split("/");
  if (file === REGISTRY.room) return REGISTRY;
  assert.ok(room in LEVELS, `${file} is in no room: add it to DESIGN.md and to this test`);
  return { room: room === "figures" ? `figures/${figure}` : room, level: LEVELS[room] };
}

const IMPORT = /(?:\bfrom|\bimport\s*\(?|new URL\()\s*"(\.[^"]*)"/g;
const arrows = sources.flatMap((from) =>
  [...readFileSync(join(WWW, from), "utf8").matchAll(IMPORT)].map(([, to]) => ({ from, to: relative(WWW, join(WWW, dirname(from), to)) })),
);

test("every import leads to a file", () => {
  assert.ok(arrows.length > 150, `only ${arrows.length} imports were found: this test no longer sees the sources`);
  for (const { from, to } of arrows) assert.ok(MADE.includes(to) || existsSync(join(WWW, to)), `${from} imports ${to}, which does not exist`);
});

test("arrows between rooms point down", () => {
  const wrong = arrows.filter(({ from, to }) => {
    const [above, below] = [place(from), place(to)];
    return above.room !== below.room && above.level <= below.level;
  });
  assert.deepEqual(wrong, []);
});

test("no two modules import each other", () => {
  const known = new Set(arrows.map(({ from, to }) => `${from} → ${to}`));
  assert.deepEqual(
    arrows.filter(({ from, to }) => from < to && known.has(`${to} → ${from}`)),
    [],
  );
});
