// Joins the digits figure's parts: state ↔ controls, the network, the figure.
import { bindControls } from "./controls.js";
import { DigitsFigure } from "./figure.js";
import { DigitNetwork } from "../../engine/digits/network.js";
import { statusLine } from "../../engine/digits/status.js";
import { DIGITS } from "./table.js";
import { Task, unless } from "../../element/task.js";

export { DIGITS as table };

/** Controls that change how a picture looks, not what is computed. */
const VIEW_ONLY = new Set(["show"]);

/** Starts the figure; see figures.js. */
export function start({ root, state, save, report }) {
  const byId = (id) => root.getElementById(id);
  // Looked up once: when the figure goes, what still runs is not to write into the next one.
  const [line, loading, bar, loadingText] = ["engine", "loading", "progress", "loading-text"].map(byId);
  const network = new DigitNetwork("digits", (status) => {
    line.textContent = statusLine(status);
    if (status.engine) line.dataset.engine = status.engine;
    else delete line.dataset.engine;
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
  const figure = new DigitsFigure(network, view);
  const task = new Task((how) => {
    view.stop.disabled = how !== "busy";
    view.figure.setAttribute("aria-busy", String(how !== "idle"));
  }, report);
  view.stop.addEventListener("click", () => task.stop());

  function progress(share) {
    bar.value = share;
    loadingText.textContent = `Loading the network… ${Math.round(100 * share)} %`;
  }

  /** Opens the engine that is chosen, and again where another was chosen meanwhile. */
  async function open() {
    try {
      for (let wanted = null; wanted !== state.engine; ) {
        wanted = state.engine;
        const { cached } = await network.open(wanted, progress);
        view.figure.dataset.weights = cached ? "cached" : "downloaded";
      }
    } finally {
      loading.hidden = true;
    }
  }

  const compute = () =>
    task.run(async (signal) => {
      await unless(signal, open());
      await figure.compute(state, signal);
    });

  const changed = (keys) => (keys.every((key) => VIEW_ONLY.has(key)) ? figure.show(state.show) : compute());

  const controls = bindControls(byId("controls"), state, (keys) => {
    report(""); // what was wrong before, a person has now answered
    save();
    changed(keys);
  });

  open().catch((error) => report(error.message));

  return {
    replaced(keys) {
      controls.refresh();
      if (keys.length) changed(keys);
    },
    begin: compute,
    rest() {
      figure.pause();
      task.rest();
    },
    resume: () => task.resume(),
    close() {
      figure.pause();
      task.close();
      network.close();
    },
    destroyDevice: () => network.destroyDevice(),
  };
}
