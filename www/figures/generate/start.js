// Joins the digits at the top of the article to the page.
import { GenerateFigure } from "./figure.js";

export { GENERATE as table } from "./table.js";

/** See figures/all.js. @param {import("../../element/element.js").Context} context */
export const start = (context) => new GenerateFigure(context);
