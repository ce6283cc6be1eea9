// What a person can set in the digits figure.
import { CATALOG } from "../../element/catalog.js";
import { DEVICE, SEED, SOLVERS, offered, oneOf } from "../../element/state.js";

const DOMAINS = CATALOG.digits;

/** key: {kind, initial}; the keys are what stands in the URL. */
export const DIGITS = Object.freeze({
  digits: offered(DOMAINS.grid),
  class: offered(DOMAINS.class, { whole: true }),
  rows: oneOf(["classes", "same"], "classes"),
  seed: SEED,
  solver: oneOf(SOLVERS, DOMAINS.solver),
  steps: offered(DOMAINS.steps, { whole: true }),
  tolerance: offered(DOMAINS.tolerance),
  guidance: offered(DOMAINS.guidance.weight),
  from: offered(DOMAINS.guidance.from),
  to: offered(DOMAINS.guidance.to),
  show: oneOf(["x", "x1"], "x"),
  device: DEVICE,
});

/** The class of each digit of the grid: one class a row, counting up from `class`, or the same everywhere. */
export function labels(state) {
  const side = Math.sqrt(state.digits);
  return Array.from({ length: state.digits }, (_, i) => (state.rows === "same" ? state.class : (state.class + Math.floor(i / side)) % 10));
}
