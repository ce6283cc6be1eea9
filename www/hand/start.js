// Joins the figure about a digit of one's own to the page.
import { HandFigure } from "./figure.js";

/** Starts the figure. `save()` puts the state into the URL, `report(text)` shows a sentence. */
export function startHand(state, save, report) {
  const figure = new HandFigure({ root: document.getElementById("hand"), state, save, report });
  return {
    /** The state was replaced from outside; `keys` changed. */
    replaced(keys) {
      if (keys.length) figure.refresh();
    },
  };
}
