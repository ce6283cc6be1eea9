// Joins the figure about digits in few steps to the page.
import { FewStepsFigure } from "./figure.js";

export { FEW_STEPS as table } from "./table.js";

/** See figures/all.js. @param {import("../../element/element.js").Context} context */
export const start = (context) => new FewStepsFigure(context);
