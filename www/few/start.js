// Joins the figure about digits in few steps to the page.
import { FewFigure } from "./figure.js";
import { FEW } from "./table.js";

export { FEW as table };

/** Starts the figure; see figures.js. */
export function start({ root, state, save, report }) {
  const figure = new FewFigure({ root: root.getElementById("few"), state, save, report });
  let owed = true; // to be computed when it is seen
  return {
    replaced(keys) {
      if (keys.length) figure.refresh();
    },
    enter({ begin }) {
      if (!owed || !begin) return;
      owed = false;
      figure.compare();
    },
    leave() {
      owed ||= figure.running;
      figure.rest();
    },
    close() {
      figure.close();
    },
  };
}
