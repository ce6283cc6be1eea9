// Joins the figure about a digit of one's own to the page.
import { HandFigure } from "./figure.js";

export { HAND as table } from "./table.js";

/** Starts the figure; see figures.js. */
export const start = ({ root, ...context }) => new HandFigure({ root: root.getElementById("hand"), ...context });
