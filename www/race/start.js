// Joins the race to an engine: a worker of its own, so that the lab can train beside it.
import { LabClient } from "../lab/client.js";
import { RaceFigure } from "./figure.js";
import { RACE } from "./table.js";

/** Starts the figure. `save()` puts the state into the URL, `report(text)` shows a sentence. */
export function startRace(state, save, report) {
  let opened = null;
  const client = new LabClient(() => {
    opened = null;
    figure.changed("race"); // what it had trained is gone
  });
  const open = () => (opened ??= client.open("lab"));
  const figure = new RaceFigure({ root: document.getElementById("race"), state, client, open, save, report });
  return {
    /** The state was replaced from outside; `keys` changed. */
    replaced(keys) {
      if (keys.length) figure.changed(keys.some((key) => RACE[key].part === "race") ? "race" : "picture");
    },
  };
}
