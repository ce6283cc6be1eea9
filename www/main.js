// Joins the page's figures: one state, in the URL.
import { startDigits } from "./digits/start.js";
import { DIGITS } from "./digits/table.js";
import { FEW } from "./few/table.js";
import { HAND } from "./hand/table.js";
import { LAB } from "./lab/table.js";
import { RACE } from "./race/table.js";
import { ROADS } from "./roads/table.js";
import { parseHash, toHash } from "./state.js";

const TABLE = Object.freeze({ ...DIGITS, ...ROADS, ...LAB, ...RACE, ...HAND, ...FEW });

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

/** A figure whose scripts are loaded when it comes near the view. */
function near(id, load) {
  const say = reporter(`${id}-message`);
  let figure = null;
  const observer = new IntersectionObserver(async (entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    try {
      const start = await load();
      figure = start(state, save, say);
    } catch (error) {
      say(`This figure could not be loaded (${error.message}). Check the connection and reload.`);
    }
  }, { rootMargin: "400px" });
  observer.observe(document.getElementById(id));
  return { replaced: (keys) => figure?.replaced(keys) };
}

const figures = [
  [DIGITS, startDigits(state, save, report)],
  [FEW, near("few", async () => (await import("./few/start.js")).startFew)],
  [HAND, near("hand", async () => (await import("./hand/start.js")).startHand)],
  [ROADS, near("roads", async () => (await import("./roads/start.js")).startRoads)],
  [LAB, near("lab", async () => (await import("./lab/start.js")).startLab)],
  [RACE, near("race", async () => (await import("./race/start.js")).startRace)],
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
