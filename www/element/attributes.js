// A figure's settings as an author writes them: attributes of <flow-lab>.
import { attributeName } from "./aliases.js";
import { choice } from "./state.js";

/** The attribute for `key` of figure `name`: without the figure's prefix, in kebab case; HTML has another use for "class". */
export function attribute(name, key) {
  const own = key.startsWith(`${name}.`) ? key.slice(name.length + 1) : key;
  return own === "class" ? "digit" : own.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
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
/** What HTML gives to every element. */
const EVERYWHERE = /^(id|class|style|slot|part|lang|dir|title|hidden|tabindex|role|translate|inert|(data|aria)-.*|on.*)$/;

/**
 * {values, problems}: what the attributes of `element` set, and a sentence for each that cannot be used; there it stays as it was `before`.
 */
export function fromAttributes(element, name, table, before) {
  const values = {};
  const problems = [];
  const keys = new Map(Object.keys(table).map((key) => [attribute(name, key), key]));
  for (const { name: written, value: given } of element.attributes) {
    const key = keys.get(attributeName(written));
    const kind = key ? table[key].kind : OWN[written];
    if (kind === undefined) {
      if (!EVERYWHERE.test(written)) problems.push(`This figure has no setting “${written}”.`);
      continue;
    }
    const value = kind ? kind.read(given) : given;
    if (value === undefined) problems.push(`${written}="${given}" must be ${kind.says}.${key ? ` Using ${before[key]}.` : ""}`);
    else if (key) values[key] = value;
  }
  return { values, problems };
}

/** The element's markup that gives `state` back. */
export function toMarkup(name, table, state, { controls }) {
  const set = Object.entries(table).filter(([key, { initial }]) => state[key] !== initial);
  const attributes = set.map(([key]) => ` ${attribute(name, key)}="${escapeHtml(String(state[key]))}"`);
  const fewer = controls && controls !== "all" ? ` controls="${controls}"` : "";
  return `<flow-lab figure="${name}"${attributes.join("")}${fewer}></flow-lab>`;
}

export const escapeHtml = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** Takes single controls away: `hide` lists them as their attributes are called. */
export function hideControls(root, name, table, hide) {
  const unknown = [];
  for (const wanted of hide.split(/[\s,]+/).filter(Boolean)) {
    const key = Object.keys(table).find((k) => attribute(name, k) === attributeName(wanted));
    const controls = key ? root.querySelectorAll(`[name="${key}"]`) : [];
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
