// Joins the race to the page.
import { RaceFigure } from "./figure.js";

export { RACE as table } from "./table.js";

/** Starts the figure; see figures.js. */
export const start = ({ root, ...context }) => new RaceFigure({ root: root.getElementById("race"), ...context });
