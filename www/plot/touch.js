// A finger on a canvas in a page that scrolls: it scrolls, until a person chooses to draw with it. A mouse and a pen draw.

/** Whether people point with a finger here. */
const coarse = () => matchMedia("(pointer: coarse)").matches;

/** Keeps `canvas` from being drawn on by a thumb that scrolls. */
export class Touch {
  #canvas;
  #draws = false;

  /** `drawing()`: whether a press draws now; then the page is not to scroll under it. Until `signal` aborts. */
  constructor(canvas, drawing, signal) {
    this.#canvas = canvas;
    canvas.addEventListener("touchstart", (event) => drawing() && event.preventDefault(), { passive: false, signal });
    this.#set(!coarse());
  }

  /** Whether a finger draws: from the start only where it is not what people point with. */
  get finger() {
    return this.#draws;
  }

  /** A tool was pressed, and a finger draws with it; where it was in use already, a finger scrolls again. @param {boolean} inUse */
  press(inUse) {
    this.#set(!(inUse && this.#draws && coarse()));
  }

  #set(draws) {
    this.#draws = draws;
    this.#canvas.style.touchAction = draws ? "none" : "auto";
  }

  /** Whether this press draws. @param {PointerEvent} event */
  takes(event) {
    return event.pointerType !== "touch" || this.#draws;
  }
}
