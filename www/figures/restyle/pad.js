// A pad of 64×64 pixels in color: painted on, filled with a picture or an emoji, and masked in part.
import { Pad } from "../../element/pad.js";
import { PICTURE } from "../../plot/images.js";

const { side: SIDE } = PICTURE;
const BRUSH = 5; // its width, in pixels of the picture
const HOLE = 6; // radius of what is masked

export class ColorPad extends Pad {
  #picture = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  #context = this.#picture.getContext("2d", { willReadFrequently: true });
  paint = "#e4572e";
  blank = true;

  /** See Pad. */
  constructor(canvas, changed, scrolls, signal) {
    super(canvas, { side: SIDE, step: 2, cursor: 3, changed, scrolls, signal });
    this.#white();
  }

  /** The picture, 64×64×3 values in [−1, 1]. */
  get values() {
    const { data } = this.#context.getImageData(0, 0, SIDE, SIDE);
    return Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => data[4 * Math.floor(i / 3) + (i % 3)] / 127.5 - 1);
  }

  set values(values) {
    const image = this.#context.createImageData(SIDE, SIDE);
    for (let i = 0; i < SIDE * SIDE; i += 1) {
      for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = Math.round(127.5 * (values[3 * i + c] + 1));
      image.data[4 * i + 3] = 255;
    }
    this.#begin(() => this.#context.putImageData(image, 0, 0));
  }

  /** What it holds, 64×64 pixels. */
  get canvas() {
    return this.#picture;
  }

  /** 1 for each value that is still there, 0 where it was masked. */
  get mask() {
    return Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => 1 - this.masked[Math.floor(i / 3)]);
  }

  clear() {
    this.#begin(() => {});
    this.blank = true;
    this.redraw();
  }

  /** Shows `picture` (an image of any size) as large as fits, on white. */
  show(picture) {
    const scale = Math.min(SIDE / picture.width, SIDE / picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    this.#begin(() => this.#context.drawImage(picture, (SIDE - width) / 2, (SIDE - height) / 2, width, height));
  }

  /** Writes `text` as the system draws it, and returns true; false where it is an emoji and the system has none: then the pad stays as it is. */
  write(text) {
    const large = Object.assign(document.createElement("canvas"), { width: 4 * SIDE, height: 4 * SIDE });
    const context = large.getContext("2d");
    const size = (3.4 * SIDE) / Math.max(1, [...new Intl.Segmenter().segment(text)].length);
    Object.assign(context, { font: `${size}px sans-serif`, textAlign: "center", textBaseline: "middle" });
    context.fillText(text, 2 * SIDE, 2.15 * SIDE);
    // Written in black: what is missing is nothing or a box, and no emoji is all black.
    const { data } = context.getImageData(0, 0, large.width, large.height);
    if (/\p{Emoji_Presentation}/u.test(text) && data.every((value, i) => i % 4 === 3 || value === 0)) return false;
    this.show(large);
    return true;
  }

  #white() {
    this.#context.fillStyle = "#fff";
    this.#context.fillRect(0, 0, SIDE, SIDE);
  }

  #begin(draw) {
    this.masked.fill(0);
    this.#white();
    this.#context.imageSmoothingQuality = "high";
    draw();
    this.blank = false;
    this.redraw();
  }

  draw([x0, y0], [x, y]) {
    if (this.tool === "mask") return this.#hide(x, y);
    const context = this.#context;
    Object.assign(context, { strokeStyle: this.paint, lineWidth: BRUSH, lineCap: "round" });
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x + 0.01, y);
    context.stroke();
    this.blank = false;
  }

  #hide(x, y) {
    for (let i = 0; i < SIDE * SIDE; i += 1) {
      if (Math.hypot((i % SIDE) + 0.5 - x, Math.floor(i / SIDE) + 0.5 - y) <= HOLE) this.masked[i] = 1;
    }
  }

  paintPicture(canvas) {
    const size = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    if (canvas.width !== size) canvas.width = canvas.height = size;
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#picture, 0, 0, size, size);
  }
}
