// Joins the figure that restyles emoji to the page.
import { RestyleFigure } from "./figure.js";

export { RESTYLE as table } from "./table.js";

/** See figures/all.js. @param {import("../../element/element.js").Context} context */
export const start = (context) => new RestyleFigure(context);
