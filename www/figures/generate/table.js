// What a person can set of digits made from noise at the top of the article.
import { SEED, oneOf } from "../../element/state.js";

/** Steps that the few-step network was trained for. */
export const STEPS = [1, 2, 4, 8, 16];

export const GENERATE = Object.freeze({
  "generate.steps": oneOf(STEPS, 4),
  "generate.seed": SEED,
});
