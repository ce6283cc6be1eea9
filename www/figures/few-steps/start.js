// Joins the figure about digits in few steps to the page.
import { FewFigure } from "./figure.js";

export { FEW as table } from "./table.js";

/** Starts the figure; see figures.js. */
export const start = ({ root, ...context }) => new FewFigure({ root: root.getElementById("few"), ...context });
