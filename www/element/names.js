// What ids are called.
import { CATALOG } from "./catalog.js";

/** Of distributions, solvers, categories and styles. */
export const NAMES = {
  ...Object.fromEntries(
    [...CATALOG.distributions, ...CATALOG.solvers, ...CATALOG.emoji.categories, ...CATALOG.emoji.styles].map(({ id, label }) => [id, label]),
  ),
  text: "Text",
  points: "Drawn or CSV",
};
