// Whether the chosen picture is a copy of one that the network learned from.
import { Figure } from "../../element/figure.js";
import { NAMES } from "../../element/names.js";
import { startStop } from "../../element/task.js";
import { PICTURE, drawStrip } from "../../plot/images.js";
import { HELD_OUT, Nearest } from "./nearest.js";

export class CopyCheck extends Figure {
  #nearest = new Nearest();
  #image;
  working = startStop(this.root, this.root.querySelector("#emoji-find"), "Find the nearest training picture");

  /** `image()`: the values of the chosen picture, or null. @param {import("../../element/element.js").Context} context */
  constructor(context, image) {
    super(context, "emoji-copy", "emoji-");
    this.#image = image;
    this.onClose(() => this.#nearest.close());
    this.on(this.part("find"), "click", () => (this.task.busy ? this.task.stop() : this.#find()));
  }

  #say(text) {
    this.part("found").textContent = text;
  }

  #find() {
    const image = this.#image();
    if (!image) return this.#say("There is no picture yet: sample one first.");
    this.task.run(async (signal) => {
      try {
        const loading = (share) => this.#say(`Loading the training pictures… ${Math.round(100 * share)} %`);
        const found = await this.#nearest.find(image, loading, signal);
        this.#show(image, found);
      } catch (error) {
        this.#say(signal.aborted ? "Stopped." : "");
        throw error;
      }
    });
  }

  #show(image, { distance, name, style, category, bitmap, side, x, y }) {
    const canvas = this.part("pair");
    canvas.hidden = false;
    const what = `“${name}” of ${NAMES[style]}, ${NAMES[category]}`;
    canvas.setAttribute("aria-label", `The generated picture, and the nearest that the network learned from: ${what}`);
    drawStrip(canvas, [{ x: image }], "x", 0, 2, -1, PICTURE);
    const size = canvas.height;
    canvas.getContext("2d").drawImage(bitmap, x, y, side, side, canvas.width / 2, 0, size * 0.97, size * 0.97);
    this.#say(
      `The nearest is ${what}; the difference is ${distance.toFixed(3)} on a scale from −1 to 1. Of emoji that the network has not seen, the median is ${HELD_OUT}.`,
    );
  }
}
