// What a person can set in the figure about digits in few steps.
import { CATALOG } from "../../element/catalog.js";
import { DEVICE, GUIDANCE, SEED, offered, oneOf } from "../../element/state.js";

export const FEW_STEPS = Object.freeze({
  "few-steps.class": { ...offered(CATALOG.digits.class, { whole: true }), initial: 3 },
  "few-steps.seed": SEED,
  device: DEVICE, // the digits' own: one engine for all of them
  "few-steps.trainingDevice": oneOf(["auto", "webgpu", "cpu"], "auto"),
  "few-steps.images": offered(CATALOG.distillation.images),
  "few-steps.steps": offered(CATALOG.distillation.steps),
  "few-steps.batch": offered(CATALOG.distillation.batch),
});

/** Rows of the figure; the few-step network was trained for 1 to 16 steps, and takes 32 by an interval that it never saw. */
export const NFES = [0, 1, 2, 4, 8, 16, 32];
export const DIGITS = 8;

/** How the velocity network is sampled here and was measured: Euler's method, guided as the digits are. */
export const FLOW = {
  solver: "euler",
  tolerance: CATALOG.digits.tolerance.initial,
  guidance: GUIDANCE,
};
