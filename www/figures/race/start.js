// Joins the race to the page.
import { RaceFigure } from "./figure.js";

export { RACE as table } from "./table.js";

/** See figures/all.js. @param {import("../../element/element.js").Context} context */
export const start = (context) => new RaceFigure(context);
