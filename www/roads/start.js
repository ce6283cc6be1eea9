// Joins the two roads to an engine: a worker of its own, so that training does not keep them waiting.
import { LabClient } from "../lab/client.js";
import { RoadsFigure } from "./figure.js";

/** Starts the figure. `save()` puts the state into the URL, `report(text)` shows a sentence. */
export function startRoads(state, save, report) {
  const root = document.getElementById("roads");
  const client = new LabClient();
  let opened = null;

  async function compute(request) {
    opened ??= client.open("cpu");
    try {
      await opened;
      return JSON.parse(await client.call("roads", 0, JSON.stringify(request)));
    } catch (error) {
      if (!client.isOpen) opened = null; // the next question starts another worker
      throw error;
    }
  }

  const seen = new Promise((resolve) => {
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      resolve();
    }, { rootMargin: "400px" });
    watch.observe(root);
  });
  const figure = new RoadsFigure({
    root,
    state,
    // Nobody waits for curves that are not in view.
    compute: (request) => seen.then(() => compute(request)),
    changed: () => save(),
    report,
  });
  return {
    /** The state was replaced from outside; `keys` changed. */
    replaced(keys) {
      if (keys.length) figure.refresh();
    },
  };
}
