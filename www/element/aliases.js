// What figures, settings and places were called before. Links and pages that use those names go on working.

/** Figures: before → now. */
const FIGURES = { roads: "paths", hand: "edit", few: "few-steps" };

/** Places of the article. */
const PLACES = {
  ...FIGURES,
  wish: "goal",
  "two-paths": "curved-paths",
  average: "marginal",
  open: "limits",
  "two-roads": "curved-paths",
  "straight-roads": "straight-paths",
  "set-roads": "set-paths",
};

/** Settings, as links call them. */
const KEYS = { engine: "device", "lab.engine": "lab.device", "few.computes": "few-steps.trainingDevice" };

/** Settings, as attributes call them. */
const ATTRIBUTES = { engine: "device", computes: "training-device", width: "network-width" };

const now = (table, name) => (Object.hasOwn(table, name) ? table[name] : name);

/** The name of a figure today. */
export const figureName = (name) => now(FIGURES, name);

/** The id of a place in the article today. */
export const placeName = (name) => now(PLACES, name);

/** The attribute of a setting today. */
export const attributeName = (name) => now(ATTRIBUTES, name);

/** The key of a setting today. */
export function keyName(key) {
  const known = now(KEYS, key);
  const [figure, ...rest] = known.split(".");
  return rest.length ? [figureName(figure), ...rest].join(".") : known;
}
