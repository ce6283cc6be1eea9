// Draws images on a canvas: digits in the page's own paper and ink, pictures in their colors.
import { color, rgb } from "./theme.js";

/** What images are like: pixels of a side, values of a pixel. @typedef {{side: number, colors: 1 | 3}} Format */

/** @type {Format} */
export const DIGIT = Object.freeze({ side: 28, colors: 1 });
/** @type {Format} */
export const PICTURE = Object.freeze({ side: 64, colors: 3 });

/** Values that an image has. @param {Format} format */
export const valuesOf = ({ side, colors }) => side * side * colors;

/** The images in `values`, views. @param {Format} format */
export const imagesOf = (values, format) =>
  Array.from({ length: values.length / valuesOf(format) }, (_, i) => values.subarray(i * valuesOf(format), (i + 1) * valuesOf(format)));

/** {small, coarse}: the means of blocks of `block`² pixels, and the image with each pixel at its block's; the second argument is their Format. */
export function blockMeans(values, { side, colors }, block) {
  const few = side / block;
  const at = (i) => {
    const pixel = Math.floor(i / colors);
    const [row, column] = [Math.floor(pixel / side / block), Math.floor((pixel % side) / block)];
    return (row * few + column) * colors + (i % colors);
  };
  const sums = new Float64Array(few * few * colors);
  values.forEach((v, i) => (sums[at(i)] += v / block ** 2));
  return { small: Float32Array.from(sums), coarse: Float32Array.from(values, (_, i) => sums[at(i)]) };
}

/** The two ends of the gray scale, from the page's style. */
function inks(canvas) {
  const read = (name) => rgb(color(canvas, name));
  return { paper: read("--digit-paper"), ink: read("--digit-ink") };
}

const scratch = document.createElement("canvas");
const scratchContext = scratch.getContext("2d", { willReadFrequently: true });

let image = scratchContext.createImageData(1, 1); // as large as the scratch canvas, used again

/** A pixel's color: −1 is paper or black, 1 is ink or full; noise goes beyond both and is cut. */
function pixels(values, offset, { side, colors }, { paper, ink }) {
  if (image.width !== side) image = scratchContext.createImageData(side, side);
  const share = (v) => Math.min(1, Math.max(0, (v + 1) / 2));
  for (let i = 0; i < side * side; i += 1) {
    for (let c = 0; c < 3; c += 1) {
      const v = share(values[offset + (colors === 1 ? i : 3 * i + c)]);
      image.data[4 * i + c] = colors === 1 ? paper[c] + v * (ink[c] - paper[c]) : 255 * v;
    }
    image.data[4 * i + 3] = 255;
  }
  return image;
}

function paint(values, index, format, colors) {
  if (scratch.width !== format.side) scratch.width = scratch.height = format.side;
  scratchContext.putImageData(pixels(values, index * valuesOf(format), format, colors), 0, 0);
}

/** Draws image `index` of `values` on a canvas's `context`, with a border. @param {Format} format */
export function drawAt(context, values, index, { x, y, side }, format) {
  paint(values, index, format, inks(context.canvas));
  context.drawImage(scratch, x, y, side, side);
  context.strokeStyle = color(context.canvas, "--line");
  context.strokeRect(x, y, side, side);
}

/** A PNG file of the `n` images in `values`, side by side, `times` as large as they are. @returns {Promise<Blob>} */
export function imagePng(values, n, format, { place, times = 4 }) {
  const made = document.createElement("canvas");
  Object.assign(made, { width: n * times * format.side, height: times * format.side });
  const context = made.getContext("2d");
  const colors = inks(place);
  for (let i = 0; i < n; i += 1) {
    paint(values, i, format, colors);
    context.drawImage(scratch, i * made.height, 0, made.height, made.height);
  }
  return new Promise((resolve, reject) =>
    made.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture could not be made."))), "image/png"),
  );
}

/** Matches a canvas's pixels to its size on the screen; returns its context. */
function fit(canvas, aspect, format) {
  const width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
  const height = Math.max(1, Math.round(width / aspect));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = format.colors === 3; // pixels of digits are part of the picture
  context.imageSmoothingQuality = "high";
  return context;
}

/** Columns of a grid of `n` images. */
export const columnsOf = (n) => Math.ceil(Math.sqrt(n));

/** Draws `n` images as a grid of so many columns; the chosen one gets a frame. */
export function drawGrid(canvas, values, n, chosen, format = DIGIT, across = columnsOf(n)) {
  if (!canvas.isConnected) return; // its figure went meanwhile: there are no colors
  const context = fit(canvas, across / Math.ceil(n / across) || 1, format);
  const colors = inks(canvas);
  const gap = Math.max(1, Math.round((canvas.width / across) * 0.03));
  const cell = (canvas.width - gap * (across - 1)) / across;
  for (let i = 0; i < n; i += 1) {
    paint(values, i, format, colors);
    const x = (i % across) * (cell + gap);
    const y = Math.floor(i / across) * (cell + gap);
    context.drawImage(scratch, x, y, cell, cell);
    if (i === chosen && n > 1) {
      context.strokeStyle = color(canvas, "--accent");
      context.lineWidth = Math.max(2, gap);
      context.strokeRect(x + gap / 2, y + gap / 2, cell - gap, cell - gap);
    }
  }
}

/** Draws image `index` of each frame's `key` array in a row. */
export function drawStrip(canvas, frames, key, index, places, current, format = DIGIT) {
  if (!canvas.isConnected) return; // likewise
  const context = fit(canvas, places, format);
  const colors = inks(canvas);
  const gap = Math.max(1, Math.round((canvas.width / places) * 0.06));
  const cell = canvas.width / places - gap;
  frames.forEach((frame, place) => {
    if (!frame) return;
    paint(frame[key], index, format, colors);
    context.drawImage(scratch, place * (cell + gap), 0, cell, cell);
    if (place === current) {
      context.fillStyle = color(canvas, "--accent");
      context.fillRect(place * (cell + gap), canvas.height - Math.max(2, gap), cell, Math.max(2, gap));
    }
  });
}
