// What a person can set in the two paths, and how points stand in the link.
import { CATALOG } from "../../element/catalog.js";
import { choice, number, offered, oneOf } from "../../element/state.js";

/** Half the sides of the part of the plane that is shown; points are kept inside it. */
export const HALF = Object.freeze({ x: 3, y: 2.4 });
/** The most noise points, and the most data points. */
export const MOST = 8;
/** The numbers of Euler steps on offer; the answer has an error for each of them. */
export const STEPS = [1, 2, 4, 8, 16];

const COORDINATE = /^-?\d(\.\d{1,2})?$/;

const points = {
  read: (list) => {
    const parts = list.split("_");
    const valid =
      parts.length % 2 === 0 &&
      parts.length <= 2 * MOST &&
      parts.every((part, i) => COORDINATE.test(part) && Math.abs(Number(part)) <= (i % 2 ? HALF.y : HALF.x));
    return valid ? list : undefined;
  },
  says: `1 to ${MOST} points as x_y_x_y…, x from -${HALF.x} to ${HALF.x}, y from -${HALF.y} to ${HALF.y}, two decimals at most`,
};

/** key: {kind, initial, part}; part: "paths" where a change needs new curves, "picture" where it does not. */
export const PATHS = Object.freeze({
  "paths.points": { kind: choice("pair", "set"), initial: "pair", part: "paths" },
  "paths.x0": { kind: points, initial: "-0.6_1.2_-0.9_-0.8_0.8_-0.3", part: "paths" },
  "paths.x1": { kind: points, initial: "2.1_0.4_-2.2_0.2_-0.6_-1.9_0.6_2", part: "paths" },
  "paths.diffusion": { ...oneOf(CATALOG.diffusions, "cosine"), part: "paths" },
  "paths.sigmaMin": { ...offered(CATALOG.lab.sigmaMin), part: "paths" },
  "paths.steps": { kind: choice(...STEPS), initial: 1, part: "paths" },
  "paths.t": { kind: number(0, 1), initial: 0.5, part: "picture" },
  "paths.show": { kind: choice("both", "diffusion", "straight"), initial: "both", part: "picture" },
});

/** [[x, y], …] from the text of a key. */
export function decode(list) {
  const numbers = list.split("_").map(Number);
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
}

const inside = (v, half) => String(Math.max(-half, Math.min(half, Math.round(100 * v) / 100)));

/** The text of points: two decimals, moved to the edge where they lie beyond it. */
export const encode = (list) => list.flatMap(([x, y]) => [inside(x, HALF.x), inside(y, HALF.y)]).join("_");

/** The points in use: of a pair, the first of each kind. */
export function shown(state) {
  const count = state["paths.points"] === "pair" ? 1 : MOST;
  return { x0: decode(state["paths.x0"]).slice(0, count), x1: decode(state["paths.x1"]).slice(0, count) };
}

/** What the engine is asked (src/paths/mod.rs). */
export const request = (state) => ({
  ...shown(state),
  diffusion: state["paths.diffusion"],
  sigma_min: state["paths.sigmaMin"],
  steps: state["paths.steps"],
});
