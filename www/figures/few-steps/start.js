// Joins the figure about digits in few steps to the page.
import { FewFigure } from "./figure.js";

export { FEW as table } from "./table.js";

/** Starts the figure; see figures/all.js. @param {import("../../element/element.js").Context} context */
export const start = (context) => new FewFigure({ ...context, root: context.root.getElementById("few") });
