// Joins the page's parts: state ↔ controls ↔ URL, the engine, the figure.
import { bindControls } from "./controls.js";
import { DigitsFigure } from "./digits.js";
import { EngineClient } from "./engine.js";
import { parseHash, toHash } from "./state.js";
import { loadWeights } from "./weights.js";

const byId = (id) => document.getElementById(id);

const messages = byId("message");
function report(text) {
  messages.textContent = text;
  messages.hidden = !text;
}

const ENGINE_NAMES = { cpu: "the CPU", webgpu: "WebGPU" };
const client = new EngineClient(({ starting, engine, name, why }) => {
  if (starting) {
    byId("engine").textContent = `Starting ${ENGINE_NAMES[starting]}…`;
    delete byId("engine").dataset.engine;
    return;
  }
  const adapter = engine === "webgpu" ? ` (${name})` : "";
  byId("engine").textContent = `Computing on ${ENGINE_NAMES[engine]}${adapter}: ${why}.`;
  byId("engine").dataset.engine = engine;
});

const view = {
  figure: byId("figure"),
  grid: byId("grid"),
  stripX: byId("strip-x"),
  stripX1: byId("strip-x1"),
  time: byId("time"),
  timeText: byId("time-text"),
  play: byId("play"),
  stop: byId("stop"),
  chosen: byId("chosen"),
  nfe: byId("nfe"),
  ms: byId("ms"),
  total: byId("total"),
  announce: byId("announce"),
};
const figure = new DigitsFigure(client, view, report);

const { state, problems } = parseHash(location.hash);
let ready = false;

/** Controls that change how a picture looks, not what is computed. */
const VIEW_ONLY = new Set(["show"]);

async function changed(key) {
  history.replaceState(null, "", `${location.pathname}${location.search}${toHash(state)}`);
  if (key === "engine" && ready) {
    ready = false;
    figure.stop();
    try {
      await client.open(state.engine);
    } catch (error) {
      return report(error.message);
    }
    ready = true;
  }
  if (VIEW_ONLY.has(key)) figure.show(state[key]);
  else if (ready) figure.compute(state);
}

const controls = bindControls(byId("controls"), state, (key) => {
  report(""); // what was wrong before, a person has now answered
  changed(key);
});
window.addEventListener("hashchange", () => {
  const next = parseHash(location.hash);
  const engineChanged = next.state.engine !== state.engine;
  Object.assign(state, next.state);
  controls.refresh();
  report(next.problems.join(" "));
  changed(engineChanged ? "engine" : "digits");
});

function progress(share) {
  byId("progress").value = share;
  byId("loading-text").textContent = `Loading the network… ${Math.round(100 * share)} %`;
}

async function begin() {
  report(problems.join(" "));
  // Both at once: neither needs the other.
  const weights = loadWeights(new URL("models/digits.json", import.meta.url).href, progress);
  weights.catch(() => {}); // awaited below; not unhandled while the engine opens
  const first = state.engine;
  await client.open(first);
  const { bytes, cached } = await weights;
  view.figure.dataset.weights = cached ? "cached" : "downloaded";
  await client.load(bytes);
  // The person may have chosen another one meanwhile.
  if (state.engine !== first) await client.open(state.engine);
  byId("loading").hidden = true;
  ready = true;
  await figure.compute(state);
}

begin().catch((error) => {
  byId("loading").hidden = true;
  report(error.message);
});

// For the page's tests and for the curious: what a driver reset does.
window.flowLab = { destroyDevice: () => client.destroyDevice() };
