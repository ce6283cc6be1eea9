// A pad of 64×64 pixels in color: painted on, filled with a picture or an emoji, and masked in part.
import { PICTURE } from "../../plot/images.js";
import { color } from "../../plot/theme.js";
import { Touch } from "../../plot/touch.js";
import { onAppearance } from "../../plot/watch.js";

const { side: SIDE } = PICTURE;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const BRUSH = 5; // its width, in pixels of the picture
const HOLE = 6; // radius of what is masked
const KEY_STEP = 2;

export class ColorPad {
  #canvas;
  #changed;
  #picture = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  #context = this.#picture.getContext("2d", { willReadFrequently: true });
  #masked = new Uint8Array(SIDE * SIDE);
  #last = null; // where the brush was
  #cursor = null; // of the keyboard
  tool = "draw";
  paint = "#e4572e";
  /** @type {Touch} whether a finger draws */
  touch;
  blank = true;

  /** `changed()` is called when a stroke ends, `scrolls()` where a finger touches it that does not draw; `signal` ends it. */
  constructor(canvas, changed, scrolls, signal) {
    this.#canvas = canvas;
    this.#changed = changed;
    canvas.tabIndex = 0;
    this.#white();
    /** @type {(event: PointerEvent) => [number, number]} */
    const place = ({ offsetX, offsetY }) => [(SIDE * offsetX) / canvas.clientWidth, (SIDE * offsetY) / canvas.clientHeight];
    this.touch = new Touch(canvas, () => this.#last !== null, signal);
    const on = (type, act) => canvas.addEventListener(type, act, { signal });
    on("pointerdown", (event) => {
      if (!this.touch.takes(event)) return scrolls();
      event.preventDefault();
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      this.#cursor = null;
      this.#stroke(place(event));
    });
    on("pointermove", (event) => this.#last && this.#stroke(place(event)));
    for (const end of ["pointerup", "pointercancel"]) on(end, () => this.#lift());
    on("keydown", (event) => this.#key(event));
    on("blur", () => this.#moveCursor(null));
    onAppearance(canvas, () => this.redraw(), signal);
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

  /** 1 for each value that is still there, 0 where it was masked. */
  get mask() {
    return Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => 1 - this.#masked[Math.floor(i / 3)]);
  }

  get whole() {
    return this.#masked.every((masked) => masked === 0);
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

  /** Writes `text` as the system draws it. */
  write(text) {
    const large = Object.assign(document.createElement("canvas"), { width: 4 * SIDE, height: 4 * SIDE });
    const context = large.getContext("2d");
    const size = (3.4 * SIDE) / Math.max(1, [...new Intl.Segmenter().segment(text)].length);
    Object.assign(context, { font: `${size}px sans-serif`, textAlign: "center", textBaseline: "middle" });
    context.fillText(text, 2 * SIDE, 2.15 * SIDE);
    this.show(large);
  }

  #white() {
    this.#context.fillStyle = "#fff";
    this.#context.fillRect(0, 0, SIDE, SIDE);
  }

  #begin(draw) {
    this.#masked.fill(0);
    this.#white();
    this.#context.imageSmoothingQuality = "high";
    draw();
    this.blank = false;
    this.redraw();
  }

  #lift() {
    if (!this.#last) return;
    this.#last = null;
    this.#changed();
  }

  #stroke([x, y]) {
    const [x0, y0] = this.#last ?? [x, y];
    if (this.tool === "mask") this.#hide(x, y);
    else {
      const context = this.#context;
      Object.assign(context, { strokeStyle: this.paint, lineWidth: BRUSH, lineCap: "round" });
      context.beginPath();
      context.moveTo(x0, y0);
      context.lineTo(x + 0.01, y);
      context.stroke();
      this.blank = false;
    }
    this.#last = [x, y];
    this.redraw();
  }

  #hide(x, y) {
    for (let i = 0; i < SIDE * SIDE; i += 1) {
      if (Math.hypot((i % SIDE) + 0.5 - x, Math.floor(i / SIDE) + 0.5 - y) <= HOLE) this.#masked[i] = 1;
    }
  }

  #moveCursor(cursor) {
    this.#cursor = cursor;
    this.redraw();
  }

  #key(event) {
    const step = KEYS[event.key];
    const stamps = event.key === " " || event.key === "Enter";
    if (!step && !stamps) return;
    event.preventDefault();
    const [x, y] = this.#cursor ?? [SIDE / 2, SIDE / 2];
    const within = (v) => Math.min(SIDE - 0.5, Math.max(0.5, v));
    const [nx, ny] = step ? [within(x + KEY_STEP * step[0]), within(y + KEY_STEP * step[1])] : [x, y];
    // Shift draws along the way, as a brush that is held down.
    if (stamps || event.shiftKey) {
      this.#last = [x, y];
      this.#stroke([nx, ny]);
      this.#lift();
    }
    this.#moveCursor([nx, ny]);
  }

  redraw() {
    const canvas = this.#canvas;
    if (!canvas.isConnected) return;
    const size = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    if (canvas.width !== size) canvas.width = canvas.height = size;
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#picture, 0, 0, size, size);
    const cell = size / SIDE;
    Object.assign(context, { strokeStyle: color(canvas, "--accent"), lineWidth: Math.max(1, cell / 8) });
    context.beginPath();
    for (let i = 0; i < SIDE * SIDE; i += 1) {
      if (!this.#masked[i]) continue;
      const [x, y] = [(i % SIDE) * cell, Math.floor(i / SIDE) * cell];
      context.moveTo(x, y + cell);
      context.lineTo(x + cell, y);
    }
    context.stroke();
    if (!this.#cursor) return;
    const [x, y] = this.#cursor;
    context.strokeRect((x - 3) * cell, (y - 3) * cell, 6 * cell, 6 * cell);
  }
}
