// <flow-lab> with every figure: importing this module defines the element.
import { defineElement } from "../element/element.js";
import { FIGURES } from "../figures/all.js";

export { FlowLab } from "../element/element.js";

defineElement(FIGURES);
