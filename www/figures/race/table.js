// What a person can set in the race of few-step models.
import { CATALOG } from "../../element/catalog.js";
import { DISTRIBUTIONS, SEED, offered, oneOf, some } from "../../element/state.js";

const DOMAINS = CATALOG.race;
const METHODS = CATALOG.methods.map(({ id }) => id);
export const NFES = DOMAINS.nfe.values;

/** key: {kind, initial, part}; part: what a change of it needs (a new race or another picture). */
export const RACE = Object.freeze({
  "race.source": { ...oneOf(DISTRIBUTIONS, DOMAINS.source), part: "race" },
  "race.target": { ...oneOf(DISTRIBUTIONS, DOMAINS.target), part: "race" },
  "race.methods": { kind: some(...METHODS), initial: DOMAINS.methods.join("."), part: "race" },
  "race.rounds": { ...offered(DOMAINS.rounds, { whole: true }), part: "race" },
  "race.alpha": { ...oneOf(["falling", ...DOMAINS.alphas], "falling"), part: "race" },
  "race.steps": { ...offered(DOMAINS.steps), part: "race" },
  "race.width": { ...offered(DOMAINS.width), part: "race" },
  "race.seed": { ...SEED, part: "race" },
  "race.nfe": { ...offered(DOMAINS.nfe), part: "picture" },
});

/** The engine's race (src/race/config.rs) for such settings. */
export function race(state) {
  const chosen = state["race.methods"] === "none" ? [] : state["race.methods"].split(".");
  const rounds = (id) => Array(id === "reflow" ? state["race.rounds"] : 1).fill(id);
  return {
    source: { kind: state["race.source"] },
    target: { kind: state["race.target"] },
    methods: chosen.flatMap(rounds),
    steps: state["race.steps"],
    width: state["race.width"],
    depth: DOMAINS.depth,
    batch: DOMAINS.batch,
    rate: DOMAINS.rate,
    ema: DOMAINS.ema,
    seed: state["race.seed"],
    ...(state["race.alpha"] === "falling" || !chosen.includes("alpha-flow") ? {} : { alpha: state["race.alpha"] }),
  };
}
