// Joins the two roads to the page.
import { RoadsFigure } from "./figure.js";

export { ROADS as table } from "./table.js";

/** See figures/all.js. @param {import("../../element/element.js").Context} context */
export const start = (context) => new RoadsFigure(context);
