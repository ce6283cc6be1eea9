// Joins guidance in the plane to the page.
import { GuidanceFigure } from "./figure.js";

export { GUIDANCE as table } from "./table.js";

/** See figures/all.js. @param {import("../../element/element.js").Context} context */
export const start = (context) => new GuidanceFigure(context);
