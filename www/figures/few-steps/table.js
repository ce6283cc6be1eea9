// What a person can set in the figure about digits in few steps.
import { ENGINE, SEED, choice, number } from "../../element/state.js";

export const FEW = Object.freeze({
  "few.class": { kind: number(0, 9, { whole: true }), initial: 3 },
  "few.seed": { kind: SEED, initial: 1 },
  engine: ENGINE, // the digits' own: one engine for all of them
  "few.computes": { kind: choice("webgpu", "cpu"), initial: "webgpu" },
  "few.images": { kind: choice(100, 200, 500, 1000, 2000), initial: 500 },
  "few.steps": { kind: choice(20, 100, 300, 600, 1000, 2000), initial: 300 },
  "few.batch": { kind: choice(10, 20, 40, 60), initial: 20 },
});

/** Rows of the figure; the few-step network was trained for 1 to 16 steps, and takes 32 by an interval that it never saw. */
export const NFES = [0, 1, 2, 4, 8, 16, 32];
export const DIGITS = 8;

/** How the velocity network is sampled here and was measured: Euler's method, guided from t = 0.2 on. */
export const FLOW = { solver: "euler", tolerance: 0.01, guidance: { weight: 2, from: 0.2, to: 1 } };
