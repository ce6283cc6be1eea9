// Draws digits on a canvas.
import { color, rgb } from "./theme.js";

const SIDE = 28;

/** The two ends of the gray scale, from the page's style. */
function inks(canvas) {
  const read = (name) => rgb(color(canvas, name));
  return { paper: read("--digit-paper"), ink: read("--digit-ink") };
}

const scratch = document.createElement("canvas");
scratch.width = scratch.height = SIDE;
const scratchContext = scratch.getContext("2d", { willReadFrequently: true });
const image = scratchContext.createImageData(SIDE, SIDE);

function paint(values, offset, { paper, ink }) {
  for (let i = 0; i < SIDE * SIDE; i += 1) {
    // −1 is paper, 1 is ink; noise goes beyond both and is cut.
    const w = Math.min(1, Math.max(0, (values[offset + i] + 1) / 2));
    for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = paper[c] + w * (ink[c] - paper[c]);
    image.data[4 * i + 3] = 255;
  }
  scratchContext.putImageData(image, 0, 0);
}

/** Matches a canvas's pixels to its size on the screen; returns its context. */
function fit(canvas, aspect) {
  const width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
  const height = Math.max(1, Math.round(width / aspect));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  return context;
}

/** Draws `values` ([n × 784]) as a square grid; the chosen one gets a frame. */
export function drawGrid(canvas, values, n, chosen) {
  if (!canvas.isConnected) return; // its figure went meanwhile: there are no colors
  const side = Math.sqrt(n);
  const context = fit(canvas, 1);
  const colors = inks(canvas);
  const gap = Math.max(1, Math.round((canvas.width / side) * 0.03));
  const cell = (canvas.width - gap * (side - 1)) / side;
  for (let i = 0; i < n; i += 1) {
    paint(values, i * SIDE * SIDE, colors);
    const x = (i % side) * (cell + gap);
    const y = Math.floor(i / side) * (cell + gap);
    context.drawImage(scratch, x, y, cell, cell);
    if (i === chosen && n > 1) {
      context.strokeStyle = color(canvas, "--accent");
      context.lineWidth = Math.max(2, gap);
      context.strokeRect(x + gap / 2, y + gap / 2, cell - gap, cell - gap);
    }
  }
}

/** Draws digit `index` of each frame's `key` array in a row. */
export function drawStrip(canvas, frames, key, index, places, current) {
  if (!canvas.isConnected) return; // likewise
  const context = fit(canvas, places);
  const colors = inks(canvas);
  const gap = Math.max(1, Math.round((canvas.width / places) * 0.06));
  const cell = canvas.width / places - gap;
  frames.forEach((frame, place) => {
    if (!frame) return;
    paint(frame[key], index * SIDE * SIDE, colors);
    context.drawImage(scratch, place * (cell + gap), 0, cell, cell);
    if (place === current) {
      context.fillStyle = color(canvas, "--accent");
      context.fillRect(place * (cell + gap), canvas.height - Math.max(2, gap), cell, Math.max(2, gap));
    }
  });
}
