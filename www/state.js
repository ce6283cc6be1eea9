// What a person can set: one table drives the controls, the URL and the defaults.

const choice = (...values) => ({
  read: (text) => values.find((v) => String(v) === text),
  says: `one of ${values.join(", ")}`,
  values,
});

const number = (min, max, { whole = false } = {}) => ({
  read: (text) => {
    const value = Number(text);
    const valid = text.trim() !== "" && value >= min && value <= max && (!whole || Number.isInteger(value));
    return valid ? value : undefined;
  },
  says: `a ${whole ? "whole number" : "number"} from ${min} to ${max}`,
  min,
  max,
});

/** key: {kind, initial}; the keys are what stands in the URL. */
export const PROPERTIES = Object.freeze({
  digits: { kind: choice(1, 4, 16, 64), initial: 16 },
  class: { kind: number(0, 9, { whole: true }), initial: 0 },
  rows: { kind: choice("classes", "same"), initial: "classes" },
  seed: { kind: number(0, 2 ** 32 - 1, { whole: true }), initial: 1 },
  solver: { kind: choice("euler", "midpoint", "heun", "rk4", "dopri5"), initial: "euler" },
  steps: { kind: number(1, 64, { whole: true }), initial: 16 },
  tolerance: { kind: choice(0.1, 0.01, 0.001, 0.0001), initial: 0.01 },
  guidance: { kind: number(0, 6), initial: 1.75 },
  show: { kind: choice("x", "x1"), initial: "x" },
  engine: { kind: choice("auto", "webgpu", "cpu"), initial: "auto" },
});

export const defaults = () =>
  Object.fromEntries(Object.entries(PROPERTIES).map(([key, { initial }]) => [key, initial]));

/** State from a URL's hash, and a sentence for every part of it that could not be used. */
export function parseHash(hash) {
  const state = defaults();
  const problems = [];
  for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    const property = Object.hasOwn(PROPERTIES, key) ? PROPERTIES[key] : null;
    const value = property?.kind.read(text);
    if (!property) problems.push(`The link sets “${key}”, which does not exist here.`);
    else if (value === undefined) {
      problems.push(`The link sets ${key} to “${text}”; it must be ${property.kind.says}. Using ${property.initial}.`);
    } else state[key] = value;
  }
  return { state, problems };
}

/** The hash that gives `state` back; what is at its default is left out. */
export function toHash(state) {
  const params = new URLSearchParams();
  for (const [key, { initial }] of Object.entries(PROPERTIES)) {
    if (state[key] !== initial) params.set(key, String(state[key]));
  }
  const text = params.toString();
  return text ? `#${text}` : "";
}

/** The class of each digit of the grid: one class a row, counting up from `class`, or the same everywhere. */
export function labels(state) {
  const side = Math.sqrt(state.digits);
  return Array.from({ length: state.digits }, (_, i) =>
    state.rows === "same" ? state.class : (state.class + Math.floor(i / side)) % 10,
  );
}
