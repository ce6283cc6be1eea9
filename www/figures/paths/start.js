// Joins the two paths to the page.
import { PathsFigure } from "./figure.js";

export { PATHS as table } from "./table.js";

/** See figures/all.js. @param {import("../../element/element.js").Context} context */
export const start = (context) => new PathsFigure(context);
