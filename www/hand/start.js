// Joins the figure about a digit of one's own to the page.
import { HandFigure } from "./figure.js";
import { HAND } from "./table.js";

export { HAND as table };

/** Starts the figure; see figures.js. */
export function start({ root, state, save, report }) {
  const figure = new HandFigure({ root: root.getElementById("hand"), state, save, report });
  let fresh = state["hand.drawing"] === ""; // nobody has written yet: an example is shown
  return {
    replaced(keys) {
      if (keys.length) figure.refresh();
    },
    enter({ begin }) {
      if (begin && fresh) figure.example();
      fresh = false;
    },
    leave() {
      figure.rest();
    },
    close() {
      figure.rest();
      figure.close();
    },
  };
}
