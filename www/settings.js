// A figure's settings as an author writes them: attributes of <flow-lab>.

/** The attribute for `key` of figure `name`: without the figure's prefix, in kebab case; HTML has another use for "class". */
export function attribute(name, key) {
  const own = key.startsWith(`${name}.`) ? key.slice(name.length + 1) : key;
  return own === "class" ? "digit" : own.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** {values, problems}: what the attributes of `element` set, and a sentence for each that cannot be used. */
export function fromAttributes(element, name, table) {
  const values = {};
  const problems = [];
  for (const [key, { kind, initial }] of Object.entries(table)) {
    const given = element.getAttribute(attribute(name, key));
    if (given === null) continue;
    const value = kind.read(given);
    if (value === undefined) problems.push(`${attribute(name, key)}="${given}" must be ${kind.says}. Using ${initial}.`);
    else values[key] = value;
  }
  return { values, problems };
}

/** The element's markup that gives `state` back. */
export function toMarkup(name, table, state, { controls }) {
  const set = Object.entries(table).filter(([key, { initial }]) => state[key] !== initial);
  const attributes = set.map(([key]) => ` ${attribute(name, key)}="${escape(String(state[key]))}"`);
  const fewer = controls && controls !== "all" ? ` controls="${controls}"` : "";
  return `<flow-lab figure="${name}"${attributes.join("")}${fewer}></flow-lab>`;
}

export const escape = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** Takes single controls away: `hide` lists them as their attributes are called. */
export function hideControls(root, name, table, hide) {
  const unknown = [];
  for (const wanted of hide.split(/[\s,]+/).filter(Boolean)) {
    const key = Object.keys(table).find((k) => attribute(name, k) === wanted);
    const controls = key ? root.querySelectorAll(`[name="${key}"]`) : [];
    if (!controls.length) unknown.push(wanted);
    for (const control of controls) (control.closest(".field, .segments, .roads-steps") ?? control).classList.add("left-away");
    for (const words of root.querySelectorAll(`[data-with="${key}"]`)) words.classList.add("left-away");
  }
  // A frame around nothing goes too.
  for (const frame of root.querySelectorAll("fieldset:has(.left-away)")) {
    if (!frame.querySelector("button, [name]:not(.left-away *, .left-away)")) frame.classList.add("left-away");
  }
  return unknown.length ? [`hide="${unknown.join(" ")}" names no control of this figure.`] : [];
}
