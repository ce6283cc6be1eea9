// What a person can set in the digits figure.
import { ENGINE, SEED, choice, number } from "../../element/state.js";

/** key: {kind, initial}; the keys are what stands in the URL. */
export const DIGITS = Object.freeze({
  digits: { kind: choice(1, 4, 16, 64), initial: 16 },
  class: { kind: number(0, 9, { whole: true }), initial: 0 },
  rows: { kind: choice("classes", "same"), initial: "classes" },
  seed: { kind: SEED, initial: 1 },
  solver: { kind: choice("euler", "midpoint", "heun", "rk4", "dopri5"), initial: "euler" },
  steps: { kind: number(1, 64, { whole: true }), initial: 16 },
  tolerance: { kind: choice(0.1, 0.01, 0.001, 0.0001), initial: 0.01 },
  guidance: { kind: number(0, 6), initial: 2 },
  from: { kind: number(0, 1), initial: 0.2 },
  show: { kind: choice("x", "x1"), initial: "x" },
  engine: ENGINE,
});

/** The class of each digit of the grid: one class a row, counting up from `class`, or the same everywhere. */
export function labels(state) {
  const side = Math.sqrt(state.digits);
  return Array.from({ length: state.digits }, (_, i) => (state.rows === "same" ? state.class : (state.class + Math.floor(i / side)) % 10));
}
