// Joins digits in two dimensions to the page.
import { LatentFigure } from "./figure.js";

export { LATENT as table } from "./table.js";

/** See figures/all.js. @param {import("../../element/element.js").Context} context */
export const start = (context) => new LatentFigure(context);
