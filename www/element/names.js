// What figures call the same things.
import { CATALOG } from "./catalog.js";

/** What the distributions are called. */
export const END_NAMES = {
  ...Object.fromEntries(CATALOG.distributions.map(({ id, label }) => [id, label])),
  text: "Text",
  points: "Drawn or CSV",
};
