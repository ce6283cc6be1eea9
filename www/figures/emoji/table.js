// What a person can set in the figure of emoji from noise.
import { CATALOG } from "../../element/catalog.js";
import { DEVICE, SEED, offered, oneOf } from "../../element/state.js";

const DOMAINS = CATALOG.emoji;
export const CATEGORIES = DOMAINS.categories.map(({ id }) => id);
export const STYLES = DOMAINS.styles.map(({ id }) => id);

/** key: {kind, initial}; the keys are what stands in the URL. */
export const EMOJI = Object.freeze({
  "emoji.arrangement": oneOf(["each", "styles", "categories"], "each"),
  "emoji.count": offered(DOMAINS.count),
  "emoji.category": oneOf(CATEGORIES, "smileys"),
  "emoji.otherCategory": oneOf(CATEGORIES, "food"),
  "emoji.categoryMix": offered(DOMAINS.mix),
  "emoji.style": oneOf(STYLES, "fluent"),
  "emoji.otherStyle": oneOf(STYLES, "twemoji"),
  "emoji.styleMix": offered(DOMAINS.mix),
  "emoji.seed": SEED,
  "emoji.network": oneOf(["few-step", "velocity"], "few-step"),
  "emoji.nfe": offered(DOMAINS.nfe),
  "emoji.guidance": offered(DOMAINS.guidance),
  "emoji.show": oneOf(["x", "x1"], "x"),
  device: DEVICE,
});

/** One row of the condition: `shares` of categories and of styles, [[id, share], …] each. */
export function weights(categories, styles) {
  const row = Array(CATEGORIES.length + STYLES.length).fill(0);
  for (const [id, share] of categories) row[CATEGORIES.indexOf(id)] += share;
  for (const [id, share] of styles) row[CATEGORIES.length + STYLES.indexOf(id)] += share;
  return row;
}

const mixed = (state, key) => [
  [state[`emoji.${key}`], 1 - state[`emoji.${key}Mix`]],
  [state[`emoji.other${key[0].toUpperCase()}${key.slice(1)}`], state[`emoji.${key}Mix`]],
];

/** What each picture is to be of, in shares: [{categories, styles}]. */
export function wanted(state) {
  const [categories, styles] = [mixed(state, "category"), mixed(state, "style")];
  if (state["emoji.arrangement"] === "styles") return STYLES.map((id) => ({ categories, styles: [[id, 1]] }));
  if (state["emoji.arrangement"] === "categories") return CATEGORIES.map((id) => ({ categories: [[id, 1]], styles }));
  return Array.from({ length: state["emoji.count"] }, () => ({ categories, styles }));
}

/** The engine's request for such a state (src/session.rs). */
export function request(state) {
  const velocity = state["emoji.network"] === "velocity";
  const nfe = state["emoji.nfe"];
  return {
    seed: state["emoji.seed"],
    labels: wanted(state).map(({ categories, styles }) => weights(categories, styles)),
    same_noise: state["emoji.arrangement"] !== "each",
    // The midpoint method evaluates twice a step.
    solver: velocity && nfe > 1 ? "midpoint" : "euler",
    steps: velocity && nfe > 1 ? nfe / 2 : nfe,
    tolerance: 0.01,
    guidance: { weight: velocity ? state["emoji.guidance"] : 1, from: 0, to: 1 },
  };
}
