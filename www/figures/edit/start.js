// Joins the figure about a digit of one's own to the page.
import { EditFigure } from "./figure.js";

export { EDIT as table } from "./table.js";

/** See figures/all.js. @param {import("../../element/element.js").Context} context */
export const start = (context) => new EditFigure(context);
