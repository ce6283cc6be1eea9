// What ids are called.
import { CATALOG } from "./catalog.js";

/** Of distributions and solvers. */
export const NAMES = {
  ...Object.fromEntries([...CATALOG.distributions, ...CATALOG.solvers].map(({ id, label }) => [id, label])),
  text: "Text",
  points: "Drawn or CSV",
};
