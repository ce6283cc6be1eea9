// A finger on a canvas in a page that scrolls: it scrolls, until a person chooses to draw with it. A mouse and a pen draw.

/** Keeps `canvas` from being drawn on by a thumb that scrolls. */
export class Touch {
  #canvas;
  #draws = false;

  /** `drawing()`: whether a press draws now; then the page is not to scroll under it. Until `signal` aborts. */
  constructor(canvas, drawing, signal) {
    this.#canvas = canvas;
    canvas.addEventListener("touchstart", (event) => drawing() && event.preventDefault(), { passive: false, signal });
    this.finger = !matchMedia("(pointer: coarse)").matches;
  }

  /** Whether a finger draws: from the start only where it is not what people point with. */
  get finger() {
    return this.#draws;
  }
  set finger(draws) {
    this.#draws = draws;
    this.#canvas.style.touchAction = draws ? "none" : "auto";
  }

  /** Whether this press draws. @param {PointerEvent} event */
  takes(event) {
    return event.pointerType !== "touch" || this.#draws;
  }
}
