// Arguments of the package's functions, read by the tables that read links and attributes. What cannot be used throws a
// TypeError (not this kind of value, an unknown key) or a RangeError (a value outside its domain) with a sentence.

const typeOf = (value) => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
};

const shown = (value) => (typeof value === "string" ? `“${value.length > 40 ? `${value.slice(0, 40)}…` : value}”` : String(value));

/** Throws where there are no workers, as on a server that renders pages. */
export function needsWorkers(what) {
  if (typeof Worker === "undefined") throw new Error(`${what} computes in web workers, and there are none here: call it in a browser`);
}

/** Throws a TypeError unless `given` is an object whose keys are all `known`; `what` is what its sentence begins with. */
export function keys(what, given, known) {
  if (given === null || typeof given !== "object" || Array.isArray(given)) {
    throw new TypeError(`${what} takes an object with ${known.join(", ")}, not ${typeOf(given)}`);
  }
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw new TypeError(`${what} knows no “${key}”; it knows ${known.join(", ")}`);
  }
}

/** `value`, where `kind` reads it and it has the type of `initial`. */
export function one(what, value, { kind, initial }) {
  if (typeof value !== typeof initial) throw new TypeError(`${what} must be ${kind.says}, not ${typeOf(value)}`);
  const read = kind.read(String(value));
  if (read === undefined) throw new RangeError(`${what} must be ${kind.says}, not ${shown(value)}`);
  return read;
}

/** A value for every key of `table` ({kind, initial}): what is `given`, or its initial one. `others` may be given too. */
export function all(what, given, table, others = []) {
  keys(what, given, [...Object.keys(table), ...others]);
  const entries = Object.entries(table).map(([key, property]) => {
    const value = given[key];
    return [key, value === undefined ? property.initial : one(`${what}: ${key}`, value, property)];
  });
  return Object.fromEntries(entries);
}

/** `given`, where it is undefined or an AbortSignal. */
export function signalOf(what, given) {
  if (given === undefined || given instanceof AbortSignal) return given;
  throw new TypeError(`${what}: signal must be an AbortSignal, not ${typeOf(given)}`);
}

/** `given`, where it is undefined or a function. */
export function functionOf(what, given) {
  if (given === undefined || typeof given === "function") return given;
  throw new TypeError(`${what} must be a function, not ${typeOf(given)}`);
}

/** Numbers, all finite, as a Float32Array of their own. */
export function floats(what, given) {
  if (!Array.isArray(given) && !ArrayBuffer.isView(given)) throw new TypeError(`${what} must be an array of numbers, not ${typeOf(given)}`);
  const values = Float32Array.from(/** @type {ArrayLike<number>} */ (given));
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new RangeError(`${what} must be finite numbers; the one at ${wrong} is ${shown(given[wrong])}`);
  return values;
}
