// What a run of each network can be told: labels, and settings with their domains.
import { CATALOG } from "../element/catalog.js";
import { number, offered, oneOf } from "../element/state.js";
import { DIGITS } from "../figures/digits/table.js";
import { CATEGORIES, EMOJI, STYLES, weights } from "../figures/emoji/table.js";
import { all, keys, one } from "./check.js";

const { seed, solver, steps, tolerance } = DIGITS;
const SHARE = { kind: number(0, 1), initial: 1 };

/** Given labels, each read by `label`; there may be `most` of them. */
function labelsOf(given, { most, what, those, label }) {
  if (!Array.isArray(given)) throw new TypeError(`sample: labels must be an array of ${what}, or null for none`);
  if (given.length < 1 || given.length > most) throw new RangeError(`sample: labels must be 1 to ${most} ${those}, not ${given.length}`);
  return Array.from(given, (value, i) => (value === null ? null : label(`sample: labels[${i}]`, value)));
}

/** [[id, share], …]: none, all of one id, or a share of each that is named. */
function shares(what, given = null, ids) {
  if (given === null) return [];
  if (typeof given === "string") return [[one(what, given, oneOf(ids, ids[0])), 1]];
  keys(what, given, ids);
  return Object.entries(given).map(([id, share]) => [id, one(`${what}: ${id}`, share, SHARE)]);
}

function emojiLabel(what, given) {
  keys(what, given, ["category", "style"]);
  return weights(shares(`${what}: category`, given.category, CATEGORIES), shares(`${what}: style`, given.style, STYLES));
}

const DIGIT_LABELS = {
  most: CATALOG.digits.most,
  what: "classes, 0 to 9",
  those: "classes",
  label: (what, value) => one(what, value, DIGITS.class),
};
const EMOJI_LABELS = { most: CATALOG.emoji.most, what: "{category, style}", those: "pictures", label: emojiLabel };
const FEW = { seed, steps: offered(CATALOG.fewStep.steps, { whole: true }) };

/** A few-step network has no field to integrate or to guide. */
const NETWORKS = {
  digits: {
    labels: DIGIT_LABELS,
    settings: { seed, solver, steps, tolerance },
    guidance: { weight: DIGITS.guidance, from: DIGITS.from, to: DIGITS.to },
  },
  "few-step": { labels: DIGIT_LABELS, settings: FEW },
  emoji: {
    labels: EMOJI_LABELS,
    // What it was measured with (the model card).
    settings: { seed, solver, steps: { ...steps, initial: 16 }, tolerance },
    guidance: { weight: EMOJI["emoji.guidance"], from: { ...DIGITS.from, initial: 0 }, to: { ...DIGITS.to, initial: 1 } },
  },
  "emoji-few-step": { labels: EMOJI_LABELS, settings: FEW },
};

export const NAMES = Object.keys(NETWORKS);

const IGNORED = { solver: solver.initial, tolerance: tolerance.initial, guidance: { weight: 1, from: 0, to: 1 } };

function guidanceOf(given, table) {
  if (typeof given === "number") return guidanceOf({ weight: given }, table);
  const guidance = all("sample: guidance", given, table);
  if (given.to === undefined) guidance.to = Math.max(guidance.from, guidance.to);
  if (guidance.from > guidance.to) throw new RangeError(`sample: guidance holds from ${guidance.from} to ${guidance.to}, which is earlier`);
  return guidance;
}

/** The engine's request (src/session.rs) for what the network `name` is `asked`. */
export function requestOf(name, asked) {
  const { labels, settings, guidance } = NETWORKS[name];
  const given = all(`sample of the network “${name}”`, asked, settings, ["labels", ...(guidance ? ["guidance"] : []), "signal"]);
  const guided = guidance ? { guidance: guidanceOf(asked.guidance ?? {}, guidance) } : {};
  return { ...IGNORED, labels: labelsOf(asked.labels, labels), ...given, ...guided };
}
