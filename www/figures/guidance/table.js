// What a person can set of guidance in the plane.
import { CATALOG } from "../../element/catalog.js";
import { SEED, offered } from "../../element/state.js";

const DOMAINS = CATALOG.guidance;
const whole = { whole: true };

/** key: {kind, initial, part}; part: what a change of it needs (other networks, other particles or nothing). */
export const GUIDANCE = Object.freeze({
  "guidance.scale": { ...offered(DOMAINS.scale), part: "particles" },
  "guidance.steps": { ...offered(DOMAINS.steps, whole), part: "particles" },
  "guidance.until": { ...offered(DOMAINS.until, whole), part: "none" },
  "guidance.width": { ...offered(DOMAINS.width), part: "networks" },
  "guidance.seed": { ...SEED, part: "networks" },
});

export const GUIDES = DOMAINS.guides;
export const CLASSES = DOMAINS.classes;
export const LEAST = DOMAINS.least; // scale of the network that has it as an input

/** The engine's settings (src/classes/config.rs) for such a state. */
export const settings = (state) => ({
  width: state["guidance.width"],
  batch: DOMAINS.batch,
  rate: DOMAINS.rate,
  dropped: DOMAINS.dropped,
  ema: DOMAINS.ema,
  seed: state["guidance.seed"],
});
