// What a person can set in the 2-D lab.
import { CATALOG } from "../../element/catalog.js";
import { DISTRIBUTIONS, SEED, SOLVERS, STOCHASTIC, choice, number, offered, oneOf, some, text } from "../../element/state.js";

const DOMAINS = CATALOG.lab;
const ENDS = [...DISTRIBUTIONS, "text", "points"];
const words = text(/^[ -~]{0,12}$/, "at most 12 plain letters, digits and signs");
const points = text(/^[A-Za-z0-9_-]{0,8200}$/, "points as this page writes them");
const earlier = text(
  /^(0(\.\d{1,6})?x[1-9]\d{0,5}(-(?!$)|$)){0,20}$/,
  "earlier learning rates and the steps they ended at, as 0.002x1200-0.001x3000",
);
const whole = { whole: true };

/** Hundredths of alpha, then of sigma, at t = 1/4, 1/2 and 3/4. */
const curves = {
  read: (given) => {
    const v = /^\d{1,2}(_\d{1,2}){5}$/.test(given) ? given.split("_").map(Number) : [];
    const rises = (list) => list.every((value, i) => i === 0 || value > list[i - 1]);
    return v.length && rises([0, ...v.slice(0, 3), 100]) && rises([0, ...v.slice(3).reverse(), 100]) ? given : undefined;
  },
  says: "six integers in hundredths, such as 15_50_85_90_60_25: alpha at t = 1/4, 1/2 and 3/4, rising from 0 to 100, then sigma, falling from 100 to 0",
};

/** {alpha, sigma} of such a text, and the text of them. */
export function readCurves(text) {
  const values = text.split("_").map((v) => Number(v) / 100);
  return { alpha: values.slice(0, 3), sigma: values.slice(3) };
}
export const writeCurves = ({ alpha, sigma }) => [...alpha, ...sigma].map((v) => Math.round(100 * v)).join("_");

/** key: {kind, initial, part}; part: what a change of it needs (a new experiment, a new rate, samples or a picture). */
export const LAB = Object.freeze({
  "lab.device": { kind: choice("cpu", "webgpu"), initial: "cpu", part: "device" },
  "lab.source": { ...oneOf(ENDS, DOMAINS.source), part: "experiment" },
  "lab.sourceText": { kind: words, initial: "FLOW", part: "experiment" },
  "lab.sourcePoints": { kind: points, initial: "", part: "experiment" },
  "lab.target": { ...oneOf(ENDS, DOMAINS.target), part: "experiment" },
  "lab.targetText": { kind: words, initial: "FLOW", part: "experiment" },
  "lab.targetPoints": { kind: points, initial: "", part: "experiment" },
  "lab.path": { ...oneOf(CATALOG.paths, DOMAINS.path), part: "experiment" },
  "lab.curves": { kind: curves, initial: writeCurves(DOMAINS.curves), part: "experiment" },
  "lab.sigmaMin": { ...offered(DOMAINS.sigmaMin), part: "experiment" },
  "lab.coupling": { ...oneOf(CATALOG.couplings, DOMAINS.coupling), part: "experiment" },
  "lab.epsilon": { ...offered(DOMAINS.epsilon), part: "experiment" },
  "lab.width": { ...offered(DOMAINS.width), part: "experiment" },
  "lab.depth": { ...offered(DOMAINS.depth, whole), part: "experiment" },
  "lab.batch": { ...offered(DOMAINS.batch), part: "experiment" },
  "lab.rate": { ...offered(DOMAINS.rate), part: "rate" },
  "lab.earlier": { kind: earlier, initial: "", part: "experiment" },
  "lab.predicts": { ...oneOf(CATALOG.predictions, DOMAINS.predicts), part: "experiment" },
  "lab.loss": { ...oneOf(CATALOG.predictions, DOMAINS.loss), part: "experiment" },
  "lab.time": { ...oneOf(CATALOG.times, DOMAINS.time), part: "experiment" },
  "lab.ema": { ...offered(DOMAINS.ema), part: "experiment" },
  "lab.seed": { ...SEED, part: "experiment" },
  "lab.until": { ...offered(DOMAINS.until, whole), part: "none" },
  "lab.solver": { ...oneOf(SOLVERS, DOMAINS.solver), part: "samples" },
  "lab.steps": { ...offered(DOMAINS.steps, whole), part: "samples" },
  "lab.noise": { ...offered(DOMAINS.noise), part: "samples" },
  "lab.particles": { ...offered(DOMAINS.particles), part: "samples" },
  "lab.compare": {
    kind: choice(
      "off",
      "path",
      "coupling",
      "sigmaMin",
      "width",
      "depth",
      "batch",
      "rate",
      "predicts",
      "loss",
      "time",
      "ema",
      "solver",
      "steps",
      "noise",
    ),
    initial: "off",
    part: "experiment",
  },
  "lab.with": { kind: text(/^[a-z0-9.-]{0,20}$/, "a value of what is compared"), initial: "", part: "experiment" },
  "lab.layers": {
    kind: some("density", "likelihood", "grid", "field", "exact", "ends", "conditional", "marginal", "particles"),
    initial: "field.ends.particles",
    part: "picture",
  },
  "lab.t": { kind: number(0, 1), initial: 1, part: "picture" },
});

const distribution = (state, which) => {
  const kind = state[`lab.${which}`];
  if (kind === "text") return { kind, text: state[`lab.${which}Text`] };
  if (kind === "points") return { kind, points: state[`lab.${which}Points`] };
  return { kind };
};

/** What is missing before there is an experiment, as a sentence; empty where nothing is. */
export function missing(state) {
  const ends = ["source", "target"].filter((end) => state[`lab.${end}`] === "points" && !state[`lab.${end}Points`]);
  if (ends.length) return `Draw the ${ends.join(" and the ")}: drag over the square, or choose a CSV file.`;
  if (state["lab.compare"] === "off") return "";
  const key = `lab.${state["lab.compare"]}`;
  const { kind } = LAB[key];
  const given = state["lab.with"];
  const other = kind.read(given);
  const another = "The second run needs another value: choose one beside “Compare”.";
  if (other === undefined) return `${another} It must be ${kind.says}${given && `, not “${given}”`}.`;
  return other === state[key] ? another : "";
}

/** The settings of run A (slot 0) or B (slot 1): B is A with the compared setting changed. */
export function settings(state, slot) {
  const key = `lab.${state["lab.compare"]}`;
  const other = slot === 1 && state["lab.compare"] !== "off" ? LAB[key].kind.read(state["lab.with"]) : undefined;
  return other === undefined ? state : { ...state, [key]: other };
}

/** The first of the runs, 0 or 1, that has a path of one's own; undefined where none has. */
export const ownRun = (state) => [0, 1].find((slot) => settings(state, slot)["lab.path"] === "own");

/** Why no noise can be added on the way, as a sentence; empty where it can. */
export function withoutNoise(state) {
  if (state["lab.source"] !== "gaussian" || state["lab.coupling"] !== "independent") return "Needs a Gaussian source and independent pairs.";
  return STOCHASTIC.includes(state["lab.solver"]) ? "" : "Needs Euler’s or Heun’s method.";
}

/** The noise level that particles are computed with. */
export const noise = (state) => (withoutNoise(state) ? 0 : state["lab.noise"]);

/** Learning rates before the present one: [{rate, until}] as the link writes them, and back. */
const readEarlier = (text) =>
  text
    ? text
        .split("-")
        .map((part) => part.split("x").map(Number))
        .map(([rate, until]) => ({ rate, until }))
    : [];

export const writeEarlier = ({ rates, untils }) => Array.from(rates, (rate, i) => `${rate}x${untils[i]}`).join("-");

/** What was trained with before, as a sentence; empty where the rate was never changed. */
export function earlierSays(state) {
  const parts = readEarlier(state["lab.earlier"]).map(({ rate, until }) => `${rate} until step ${until}`);
  return parts.length ? `Before: ${parts.join(", ")}.` : "";
}

/** The engine's experiment (src/lab/config.rs) for such settings. */
export function experiment(state) {
  return {
    source: distribution(state, "source"),
    target: distribution(state, "target"),
    path: state["lab.path"],
    curves: readCurves(state["lab.curves"]),
    sigma_min: state["lab.sigmaMin"],
    coupling: state["lab.coupling"],
    epsilon: state["lab.epsilon"],
    width: state["lab.width"],
    depth: state["lab.depth"],
    batch: state["lab.batch"],
    rate: state["lab.rate"],
    earlier: readEarlier(state["lab.earlier"]),
    predicts: state["lab.predicts"],
    loss: state["lab.loss"],
    time: state["lab.time"],
    ema: state["lab.ema"],
    seed: state["lab.seed"],
  };
}

/**
 * The other way: state keys for an experiment, as it stands in a weights file. Rates before the last one are
 * left out, because training goes on from those weights.
 */
export function fromExperiment(e) {
  const state = { "lab.earlier": "", "lab.predicts": e.predicts ?? DOMAINS.predicts, "lab.loss": e.loss ?? DOMAINS.loss };
  state["lab.curves"] = e.curves ? writeCurves(e.curves) : LAB["lab.curves"].initial;
  for (const which of ["source", "target"]) {
    state[`lab.${which}`] = e[which].kind;
    state[`lab.${which}Text`] = e[which].text ?? "FLOW";
    state[`lab.${which}Points`] = e[which].points ?? "";
  }
  const names = { sigma_min: "sigmaMin" };
  for (const key of ["path", "sigma_min", "coupling", "epsilon", "width", "depth", "batch", "rate", "time", "ema", "seed"]) {
    state[`lab.${names[key] ?? key}`] = e[key];
  }
  return state;
}
