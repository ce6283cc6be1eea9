// Joins the race to an engine.
import { LabClient } from "../lab/client.js";
import { RaceFigure } from "./figure.js";
import { RACE } from "./table.js";

export { RACE as table };

/** Starts the figure; see figures.js. */
export function start({ root, state, save, report }) {
  let opened = null;
  const client = new LabClient(() => {
    opened = null;
    figure.changed("race"); // what it had trained is gone
  });
  const open = () => (opened ??= client.open("lab"));
  const figure = new RaceFigure({ root: root.getElementById("race"), state, client, open, save, report });
  let owed = null; // whether it goes on when it is seen; at first the page decides
  return {
    replaced(keys) {
      if (keys.length) figure.changed(keys.some((key) => RACE[key].part === "race") ? "race" : "picture");
    },
    enter({ begin, still }) {
      if (owed ?? (begin && !still)) figure.run();
      owed = false;
    },
    leave() {
      if (figure.running) owed = true;
      figure.rest();
    },
    close() {
      figure.rest();
      client.close();
    },
  };
}
