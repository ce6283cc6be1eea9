// What a person can set in the race of few-step models.
import { SEED, choice, number, some } from "../../element/state.js";

const end = choice("gaussian", "eight-gaussians", "moons", "s-curve", "spirals", "checkerboard", "rings", "pinwheel");
export const NFES = [1, 2, 4, 8, 16, 32];

/** key: {kind, initial, part}; part: what a change of it needs (a new race or another picture). */
export const RACE = Object.freeze({
  "race.source": { kind: end, initial: "gaussian", part: "race" },
  "race.target": { kind: end, initial: "checkerboard", part: "race" },
  "race.methods": {
    kind: some("reflow", "consistency", "distillation", "shortcut", "mean-flow"),
    initial: "reflow.consistency.distillation.shortcut.mean-flow",
    part: "race",
  },
  "race.rounds": { kind: number(1, 3, { whole: true }), initial: 1, part: "race" },
  "race.steps": { kind: choice(500, 1000, 2000, 5000, 10_000, 20_000), initial: 5000, part: "race" },
  "race.width": { kind: choice(32, 64, 128), initial: 64, part: "race" },
  "race.seed": { kind: SEED, initial: 1, part: "race" },
  "race.nfe": { kind: choice(...NFES), initial: 1, part: "picture" },
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
    depth: 3,
    batch: 256,
    rate: 0.002,
    ema: 0.999,
    seed: state["race.seed"],
  };
}
