// Joins the page's figures: one state, in the URL.
import { startDigits } from "./digits/start.js";
import { DIGITS } from "./digits/table.js";
import { startLab } from "./lab/start.js";
import { LAB } from "./lab/table.js";
import { startRoads } from "./roads/start.js";
import { ROADS } from "./roads/table.js";
import { parseHash, toHash } from "./state.js";

const TABLE = Object.freeze({ ...DIGITS, ...ROADS, ...LAB });

function reporter(id) {
  const messages = document.getElementById(id);
  return (text) => {
    messages.textContent = text;
    messages.hidden = !text;
  };
}
const report = reporter("message");

const { state, problems } = parseHash(TABLE, location.hash);
report(problems.join(" "));

const save = () => history.replaceState(null, "", `${location.pathname}${location.search}${toHash(TABLE, state)}`);

const figures = [
  [DIGITS, startDigits(state, save, report)],
  [ROADS, startRoads(state, save, reporter("roads-message"))],
  [LAB, startLab(state, save, reporter("lab-message"))],
];

window.addEventListener("hashchange", () => {
  const next = parseHash(TABLE, location.hash);
  const changed = new Set(Object.keys(TABLE).filter((key) => next.state[key] !== state[key]));
  Object.assign(state, next.state);
  report(next.problems.join(" "));
  for (const [table, figure] of figures) figure.replaced(Object.keys(table).filter((key) => changed.has(key)));
  save();
});

// For the page's tests and for the curious: what a driver reset does.
window.flowLab = { destroyDevice: () => figures[0][1].destroyDevice() };
