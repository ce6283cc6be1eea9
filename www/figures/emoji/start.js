// Joins the figure of emoji from noise to the page.
import { EmojiFigure } from "./figure.js";

export { EMOJI as table } from "./table.js";

/** See figures/all.js. @param {import("../../element/element.js").Context} context */
export const start = (context) => new EmojiFigure(context);
