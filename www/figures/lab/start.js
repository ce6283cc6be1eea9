// Joins the lab to the page.
import { LabFigure } from "./figure.js";

export { LAB as table } from "./table.js";

/** See figures/all.js. @param {import("../../element/element.js").Context} context */
export const start = (context) => new LabFigure(context);
