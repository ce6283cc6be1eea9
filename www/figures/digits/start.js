// Joins the digits figure to the page.
import { DigitsFigure } from "./figure.js";

export { DIGITS as table } from "./table.js";

/** See figures/all.js. @param {import("../../element/element.js").Context} context */
export const start = (context) => new DigitsFigure(context);
