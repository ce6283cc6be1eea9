// A figure's settings as an author writes them: attributes of <flow-lab>.
import { attributeName } from "./aliases.js";
import { choice, instead } from "./state.js";

/** Settings whose names mean something else in HTML. */
const OTHERWISE = { class: "digit", width: "network-width", style: "emoji-style" };

/** The attribute for `key` of figure `name`: without the figure's prefix, in kebab case. */
export function attribute(name, key) {
  const own = key.startsWith(`${name}.`) ? key.slice(name.length + 1) : key;
  return OTHERWISE[own] ?? own.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What an author may write besides the keys of a table, and what it may be; null: anything. */
const OWN = {
  figure: null,
  controls: choice("all", "main", "none"),
  hide: null,
  theme: choice("light", "dark"),
  start: choice("view", "press"),
  linked: null,
  ready: null,
};

/** HTML's attributes, and what frameworks add. */
const FOREIGN =
  /^(class|id|style|slot|part|role|title|lang|dir|hidden|width|height|tabindex|key|ref|(item|on|data-|aria-|v-|x-|ng-|hx-).*|.*[^a-z-].*)$/;

/** Whether one is the other with one letter more, less or changed, or two exchanged. */
export function misspelled(a, b) {
  let [start, end] = [0, 0];
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return a !== b && (Math.max(left.length, right.length) === 1 || (left.length === 2 && left === [...right].reverse().join("")));
}

/**
 * {values, problems, unknown}: what the attributes of `element` set, and a sentence for each that cannot be used; there it stays as it was `before`.
 * What is nearly one of ours was meant to be it; `unknown` are those of which nobody can tell what was meant: another figure's settings, say.
 */
export function fromAttributes(element, name, table, before) {
  const values = {};
  const problems = [];
  const unknown = [];
  const keys = new Map(Object.keys(table).map((key) => [attribute(name, key), key]));
  for (const { name: written, value: given } of element.attributes) {
    const key = keys.get(attributeName(written));
    const kind = key ? table[key].kind : OWN[written];
    if (kind === undefined) {
      const meant = [...keys.keys(), ...Object.keys(OWN)].find((known) => misspelled(written, known));
      if (meant) problems.push(`This figure has no setting “${written}”; did you mean “${meant}”?`);
      else if (!FOREIGN.test(written)) unknown.push(written);
      continue;
    }
    const value = kind ? kind.read(given) : given;
    if (value === undefined && written === "width") continue; // HTML's
    if (value === undefined) problems.push(`${written}="${given}" must be ${kind.says}.${key ? ` ${instead(before[key])}` : ""}`);
    else if (key) values[key] = value;
  }
  return { values, problems, unknown };
}

/** The keys of `table` that attributes of these names set. */
export function keysOf(name, table, written) {
  const known = written.map(attributeName);
  return Object.keys(table).filter((key) => known.includes(attribute(name, key)));
}

/** The element's markup that gives `state` back. */
export function toMarkup(name, table, state, { controls }) {
  const set = Object.entries(table).filter(([key, { initial }]) => state[key] !== initial);
  const attributes = set.map(([key]) => ` ${attribute(name, key)}="${escapeHtml(String(state[key]))}"`);
  const fewer = controls && controls !== "all" ? ` controls="${controls}"` : "";
  return `<flow-lab figure="${name}"${attributes.join("")}${fewer}></flow-lab>`;
}

export const escapeHtml = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** Takes single controls and parts (data-hide) away: `hide` lists them as their attributes are called. */
export function hideControls(root, name, table, hide) {
  const unknown = [];
  for (const wanted of hide.split(/[\s,]+/).filter(Boolean)) {
    const key = Object.keys(table).find((k) => attribute(name, k) === attributeName(wanted));
    const parts = [...root.querySelectorAll("[data-hide]")].filter(({ dataset }) => dataset.hide === wanted);
    const controls = key ? root.querySelectorAll(`[name="${key}"]`) : parts;
    if (!controls.length) unknown.push(wanted);
    for (const control of controls) (control.closest(".field, .segments, .paths-steps") ?? control).classList.add("left-away");
    for (const words of root.querySelectorAll(`[data-with="${key}"]`)) words.classList.add("left-away");
  }
  // A frame around nothing goes too.
  for (const frame of root.querySelectorAll("fieldset:has(.left-away)")) {
    if (!frame.querySelector("button, [name]:not(.left-away *, .left-away)")) frame.classList.add("left-away");
  }
  return unknown.length ? [`hide="${unknown.join(" ")}" names no control of this figure.`] : [];
}
