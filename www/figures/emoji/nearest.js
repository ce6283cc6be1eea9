// The training picture nearest to a generated one: is it a copy? The sheet of all of them is downloaded when somebody asks.
import { FIGURES, MODELS } from "../../engine/assets.js";
import { loadWeights } from "../../engine/images/weights.js";
import { PICTURE, blockMeans } from "../../plot/images.js";
import { CATEGORIES, STYLES } from "./table.js";

/** How far held-out emoji are from the nearest training picture: the median, measured as find() does (429 pictures). */
export const HELD_OUT = 0.32;

const breath = () => new Promise((resolve) => setTimeout(resolve));

export class Nearest {
  #opened = null; // a promise of {bitmap, side, across, names, styles, categories}

  #open(progress) {
    this.#opened ??= this.#load(progress);
    this.#opened.catch(() => (this.#opened = null)); // the next press tries again
    return this.#opened;
  }

  async #load(progress) {
    const [{ bytes }, index] = await Promise.all([
      loadWeights(MODELS["emoji-nearest"], progress),
      fetch(FIGURES["emoji-nearest"]).then((response) => {
        if (!response.ok) throw new Error(`The names of the training pictures could not be downloaded: the server answered ${response.status}.`);
        return response.json();
      }),
    ]);
    return { ...index, bitmap: await createImageBitmap(new Blob([bytes], { type: "image/webp" })) };
  }

  /** {distance, name, style, category, x, y, side, bitmap}: the nearest to `values` (64×64×3), by root mean square difference, and its place on the sheet. */
  async find(values, progress, signal) {
    const { bitmap, side, across, names, styles, categories } = await this.#open(progress);
    const shown = values.map((v) => Math.min(1, Math.max(-1, v)));
    const wanted = blockMeans(shown, PICTURE, PICTURE.side / side).small;
    const strip = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: side });
    const context = strip.getContext("2d", { willReadFrequently: true });
    let best = { sum: Infinity, i: -1 };
    for (let from = 0; from < names.length; from += across) {
      signal.throwIfAborted();
      const row = Math.floor(from / across);
      context.drawImage(bitmap, 0, -row * side);
      const { data } = context.getImageData(0, 0, bitmap.width, side);
      for (let i = from; i < Math.min(names.length, from + across); i += 1) {
        const sum = difference(wanted, data, i - from, side, bitmap.width, best.sum);
        if (sum < best.sum) best = { sum, i };
      }
      if (row % 4 === 3) await breath();
    }
    const { sum, i } = best;
    return {
      distance: Math.sqrt(sum / wanted.length),
      name: names[i].replaceAll("-", " "),
      style: STYLES[styles[i]],
      category: CATEGORIES[categories[i]],
      bitmap,
      side,
      x: (i % across) * side,
      y: Math.floor(i / across) * side,
    };
  }

  close() {
    this.#opened?.then(({ bitmap }) => bitmap.close()).catch(() => {});
  }
}

/** Sum of squares of the difference to tile `k` of a strip; given up where it is more than `most`. */
function difference(wanted, data, k, side, width, most) {
  let sum = 0;
  for (let y = 0; y < side && sum < most; y += 1) {
    let [at, of] = [4 * (y * width + k * side), 3 * y * side];
    for (let x = 0; x < side; x += 1, at += 4, of += 3) {
      for (let c = 0; c < 3; c += 1) sum += (wanted[of + c] - (data[at + c] / 127.5 - 1)) ** 2;
    }
  }
  return sum;
}
