// Joins the figure about digits in few steps to the page.
import { FewFigure } from "./figure.js";

/** Starts the figure. `save()` puts the state into the URL, `report(text)` shows a sentence. */
export function startFew(state, save, report) {
  const figure = new FewFigure({ root: document.getElementById("few"), state, save, report });
  return {
    /** The state was replaced from outside; `keys` changed. */
    replaced(keys) {
      if (keys.length) figure.refresh();
    },
  };
}
