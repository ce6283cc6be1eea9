// What a person can set of digits in two dimensions.
import { CATALOG } from "../../element/catalog.js";
import { SEED, offered } from "../../element/state.js";

const DOMAINS = CATALOG.latent;
const { path, sigmaMin, coupling, epsilon, depth, batch, rate, time, ema, source } = CATALOG.lab;
const whole = { whole: true };

/** key: {kind, initial, part}; part: what a change of it needs (the point decoded, other particles or figures, or another network). */
export const LATENT = Object.freeze({
  "latent.x": { ...offered(DOMAINS.x), part: "point" },
  "latent.y": { ...offered(DOMAINS.y), part: "point" },
  "latent.steps": { ...offered(DOMAINS.steps, whole), part: "particles" },
  "latent.until": { ...offered(DOMAINS.until, whole), part: "particles" },
  "latent.width": { ...offered(DOMAINS.width), part: "network" },
  "latent.seed": { ...SEED, part: "network" },
});

/** The lab's settings (src/lab/config.rs) for such a state and codes, encoded. */
export const settings = (state, points) => ({
  source: { kind: source },
  target: { kind: "points", points },
  path,
  sigma_min: sigmaMin.initial,
  coupling,
  epsilon: epsilon.initial,
  width: state["latent.width"],
  depth: depth.initial,
  batch: batch.initial,
  rate: rate.initial,
  time,
  ema: ema.initial,
  seed: state["latent.seed"],
});
