// The article: one state for its linked figures, in the URL.
import "../api/element.js";
import "./reading.js";
import "./symbols.js";
import { DIGITS } from "../figures/digits/table.js";
import { FEW_STEPS } from "../figures/few-steps/table.js";
import { EMOJI } from "../figures/emoji/table.js";
import { RESTYLE } from "../figures/restyle/table.js";
import { EDIT } from "../figures/edit/table.js";
import { GENERATE } from "../figures/generate/table.js";
import { GUIDANCE } from "../figures/guidance/table.js";
import { LAB } from "../figures/lab/table.js";
import { LATENT } from "../figures/latent/table.js";
import { RACE } from "../figures/race/table.js";
import { PATHS } from "../figures/paths/table.js";
import { listenToActs } from "./acts.js";
import { parseHash, place, toHash } from "../element/state.js";

const TABLE = Object.freeze({
  ...GENERATE,
  ...DIGITS,
  ...PATHS,
  ...LAB,
  ...GUIDANCE,
  ...LATENT,
  ...RACE,
  ...EDIT,
  ...EMOJI,
  ...RESTYLE,
  ...FEW_STEPS,
});
/** @type {import("../api/element.js").FlowLab[]} */
const elements = /** @type {any} */ ([...document.querySelectorAll("flow-lab[linked]")]);

function report(text) {
  const message = document.getElementById("message");
  message.textContent = text;
  message.hidden = !text;
}

/** Where a link leads: with settings to the figure of that name, by itself to the section. */
function target(name, settings) {
  const figure = elements.find((element) => element.getAttribute("figure") === name) ?? null;
  const section = document.getElementById(name);
  return settings ? (figure ?? section) : (section ?? figure);
}

/** The state of the link, its problems, and the place that it names, if that is on this page. */
function read() {
  const { name, hash } = place(location.hash, (id) => target(id) !== null);
  return { ...parseHash(TABLE, hash), goal: name && target(name, hash) };
}

const { state, problems, goal } = read();
report(problems.join(" "));
goal?.scrollIntoView();

function save() {
  report(""); // what was wrong with the link, a person has now answered
  history.replaceState(null, "", `${location.pathname}${location.search}${toHash(TABLE, state)}`);
}
for (const element of elements) element.link = { state, save };

/** Puts settings into the state, and tells the figures which changed. */
function change(settings) {
  const changed = Object.keys(settings).filter((key) => settings[key] !== state[key]);
  Object.assign(state, settings);
  if (changed.length) for (const element of elements) element.replaced(changed);
}

listenToActs({
  table: TABLE,
  change: (settings) => {
    change(settings);
    save();
  },
});

window.addEventListener("hashchange", () => {
  const next = read();
  // A contents link names a place only: the figures stay as they are.
  if (next.goal && !location.hash.includes("=")) {
    next.goal.scrollIntoView();
    const rest = toHash(TABLE, state).slice(1);
    if (rest) history.replaceState(null, "", `${location.hash}&${rest}`);
    return;
  }
  change(next.state);
  next.goal?.scrollIntoView();
  save();
  report(next.problems.join(" "));
});
