// Joins the two roads to an engine.
import { LabClient } from "../../engine/lab/client.js";
import { RoadsFigure } from "./figure.js";
import { ROADS } from "./table.js";

export { ROADS as table };

/** Starts the figure; see figures.js. */
export function start({ root, state, save, report, signal }) {
  const client = new LabClient(() => (opened = null));
  let opened = null;

  async function compute(request) {
    opened ??= client.open("cpu", "curves");
    try {
      await opened;
      return JSON.parse(await client.call("roads", 0, JSON.stringify(request)));
    } catch (error) {
      if (!client.isOpen) opened = null; // the next question starts another worker
      throw error;
    }
  }

  const figure = new RoadsFigure({ root: root.getElementById("roads"), state, compute, changed: save, report, signal });
  return {
    replaced(keys) {
      if (keys.length) figure.refresh(keys.includes("roads.t"));
    },
    begin({ still }) {
      if (!still && state["roads.t"] === ROADS["roads.t"].initial) figure.play(); // nobody has chosen a time yet
    },
    rest() {}, // its clock stands still by itself while nobody sees it
    resume() {},
    close: () => client.close(),
  };
}
