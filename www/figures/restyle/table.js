// What a person can set in the figure that restyles emoji.
import { CATALOG } from "../../element/catalog.js";
import { DEVICE, offered, oneOf, text } from "../../element/state.js";
import { PATTERN } from "./drawing.js";

const DOMAINS = CATALOG.emoji;
const ids = (list) => list.map(({ id }) => id);
export const [CATEGORIES, STYLES] = [ids(DOMAINS.categories), ids(DOMAINS.styles)];

/** key: {kind, initial}; the keys are what stands in the URL. */
export const RESTYLE = Object.freeze({
  "restyle.text": { kind: text(/^[^\p{Cc}<>&"]{0,16}$/u, "at most 16 characters, an emoji"), initial: "" },
  "restyle.drawing": { kind: text(PATTERN, "a picture as this page writes it"), initial: "" },
  "restyle.category": oneOf(CATEGORIES, "smileys"),
  "restyle.own": oneOf(["none", ...STYLES], "none"),
  "restyle.strength": offered(DOMAINS.restyle.strength),
  "restyle.guidance": offered(DOMAINS.restyle.guidance),
  device: DEVICE,
});

/** One row of the condition: a category, and a style or none. */
export function weights(category, style) {
  const row = Array(CATEGORIES.length + STYLES.length).fill(0);
  row[CATEGORIES.indexOf(category)] = 1;
  if (style !== "none") row[CATEGORIES.length + STYLES.indexOf(style)] = 1;
  return row;
}
