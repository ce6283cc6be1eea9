// Joins the lab to the page.
import { LabFigure } from "./figure.js";

export { LAB as table } from "./table.js";

/** Starts the figure; see figures.js. */
export const start = (context) => new LabFigure(context);
