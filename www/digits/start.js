// Joins the digits figure's parts: state ↔ controls, the engine, the figure.
import { bindControls } from "./controls.js";
import { EngineClient } from "./engine.js";
import { DigitsFigure } from "./figure.js";
import { loadWeights } from "./weights.js";

const byId = (id) => document.getElementById(id);

const ENGINE_NAMES = { cpu: "the CPU", webgpu: "WebGPU" };

function showEngine({ starting, engine, name, why }) {
  const line = byId("engine");
  if (starting) {
    line.textContent = `Starting ${ENGINE_NAMES[starting]}…`;
    delete line.dataset.engine;
    return;
  }
  const adapter = engine === "webgpu" ? ` (${name})` : "";
  line.textContent = `Computing on ${ENGINE_NAMES[engine]}${adapter}: ${why}.`;
  line.dataset.engine = engine;
}

/** Controls that change how a picture looks, not what is computed. */
const VIEW_ONLY = new Set(["show"]);

/** Starts the figure. `save()` puts the state into the URL, `report(text)` shows a sentence. */
export function startDigits(state, save, report) {
  const client = new EngineClient(showEngine);
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
  let ready = false;

  async function changed(key) {
    save();
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

  function progress(share) {
    byId("progress").value = share;
    byId("loading-text").textContent = `Loading the network… ${Math.round(100 * share)} %`;
  }

  async function begin() {
    // Both at once: neither needs the other.
    const weights = loadWeights(new URL("../models/digits.json", import.meta.url).href, progress);
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

  return {
    /** The state was replaced from outside; `keys` changed. */
    replaced(keys) {
      controls.refresh();
      if (keys.length) changed(keys.includes("engine") ? "engine" : keys[0]);
    },
    destroyDevice: () => client.destroyDevice(),
  };
}
