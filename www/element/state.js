// What a person can set: tables that drive controls, URL and defaults.
import { keyName, placeName } from "./aliases.js";
import { CATALOG } from "./catalog.js";

export const choice = (...values) => ({
  read: (text) => values.find((v) => String(v) === text),
  says: `one of ${values.join(", ")}`,
  values,
});

export const number = (min, max, { whole = false } = {}) => ({
  read: (text) => {
    const value = Number(text);
    const valid = text.trim() !== "" && value >= min && value <= max && (!whole || Number.isInteger(value));
    return valid ? value : undefined;
  },
  says: `a ${whole ? "whole number" : "number"} from ${min} to ${max}`,
  min,
  max,
});

export const text = (pattern, says) => ({ read: (value) => (pattern.test(value) ? value : undefined), says });

/** Some of `values`, in their order, joined by dots; "none" for none. */
export const some = (...values) => ({
  read: (list) => {
    const parts = list === "none" ? [] : list.split(".");
    const known = parts.every((part) => values.includes(part));
    return known ? values.filter((v) => parts.includes(v)).join(".") || "none" : undefined;
  },
  says: `some of ${values.join(".")}, or none`,
  values,
});

/**
 * {kind, initial} of a domain of the catalog.
 * @param {{min?: number, max?: number, values?: number[], initial: number}} domain
 */
export const offered = ({ min, max, values, initial }, options = {}) => ({
  kind: values ? choice(...values) : number(min, max, options),
  initial,
});

/** The same for one of some ids. */
export const oneOf = (ids, initial) => ({ kind: choice(...ids), initial });

export const SEED = offered(CATALOG.seed, { whole: true });
/** The guidance that the velocity network was measured with. */
export const GUIDANCE = Object.freeze({
  weight: CATALOG.digits.guidance.weight.initial,
  from: CATALOG.digits.guidance.from.initial,
  to: CATALOG.digits.guidance.to.initial,
});
export const SOLVERS = CATALOG.solvers.map(({ id }) => id);
/** Solvers that choose their own steps. */
export const ADAPTIVE = CATALOG.solvers.filter(({ adaptive }) => adaptive).map(({ id }) => id);
/** Solvers that can add noise on the way. */
export const STOCHASTIC = CATALOG.solvers.filter(({ stochastic }) => stochastic).map(({ id }) => id);
export const DISTRIBUTIONS = CATALOG.distributions.map(({ id }) => id);

/** Where the digit networks compute: one setting for all figures that use them. */
export const DEVICE = Object.freeze({ kind: choice("auto", "webgpu", "cpu"), initial: "auto" });

/** A seed that nobody chose. */
export const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0];

export const defaults = (table) => Object.fromEntries(Object.entries(table).map(([key, { initial }]) => [key, initial]));

/** What happens in place of a value that cannot be used. */
export const instead = (value) => (value === "" ? "Leaving it empty." : `Using ${value}.`);

const short = (value) => (value.length > 40 ? `${value.slice(0, 40)}…` : value);

/** State from a URL's hash, the rest of it as it was `before`, and a sentence for every part that could not be used. */
export function parseHash(table, hash, before = defaults(table)) {
  const state = { ...before };
  const problems = [];
  for (const [written, given] of new URLSearchParams(hash.replace(/^#/, ""))) {
    const key = Object.hasOwn(table, written) ? written : keyName(written);
    const property = Object.hasOwn(table, key) ? table[key] : null;
    const value = property?.kind.read(given);
    if (!property) problems.push(`The link sets “${short(key)}”, which does not exist here.`);
    else if (value === undefined) {
      problems.push(`The link sets ${key} to “${short(given)}”; it must be ${property.kind.says}. ${instead(before[key])}`);
    } else state[key] = value;
  }
  return { state, problems };
}

/** The hash that gives `state` back; what is at its default is left out. */
export function toHash(table, state) {
  const params = new URLSearchParams();
  for (const [key, { initial }] of Object.entries(table)) {
    if (state[key] !== initial) params.set(key, String(state[key]));
  }
  const hash = params.toString();
  return hash ? `#${hash}` : "";
}

/** A part of a URL as it is meant; as it stands where a % in it means nothing. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** {name, hash}: the place that a link begins with ("#lab&…"), where `known(name)`, and the rest of it. */
export function place(hash, known) {
  const [first, ...rest] = hash.replace(/^#/, "").split("&");
  const name = first && !first.includes("=") && placeName(decoded(first));
  return name && known(name) ? { name, hash: rest.join("&") } : { name: null, hash };
}
