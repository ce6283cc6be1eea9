// Renders the icons that training/emoji-names.json lists: 64×64 pixels on white, 200 to a row of emoji.webp, with names.json, category.npy and style.npy.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url); // the packages live outside the checkout
const { Resvg } = require("@resvg/resvg-js");
const sharp = require("sharp");

const [SIDE, ACROSS] = [64, 200];
const DRAWN = 2 * SIDE; // each pixel is the mean of four
const [LOW, FILLED] = [0.8, 0.9]; // an icon that fills less than LOW of its frame is drawn to fill FILLED of it

function drawn(icon, box) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${DRAWN}" height="${DRAWN}" viewBox="${box.join(" ")}">${icon.body}</svg>`;
  return new Resvg(svg, { fitTo: { mode: "width", value: DRAWN }, font: { loadSystemFonts: false } }).render().pixels;
}

/** The rectangle that is not transparent: [left, top, right, bottom]. */
function extent(pixels) {
  const found = [DRAWN, DRAWN, 0, 0];
  for (let i = 0; i < DRAWN * DRAWN; i += 1) {
    if (pixels[4 * i + 3] <= 24) continue;
    const [x, y] = [i % DRAWN, Math.floor(i / DRAWN)];
    [found[0], found[1]] = [Math.min(found[0], x), Math.min(found[1], y)];
    [found[2], found[3]] = [Math.max(found[2], x + 1), Math.max(found[3], y + 1)];
  }
  return found;
}

/** An icon of a set, square, premultiplied over white: SIDE × SIDE × 3 bytes. */
function rendered(set, name) {
  const icon = set.icons[name];
  const of = (key, otherwise) => icon[key] ?? set[key] ?? otherwise;
  const [width, height, left, top] = [of("width", 16), of("height", 16), of("left", 0), of("top", 0)];
  const size = Math.max(width, height);
  const box = [left - (size - width) / 2, top - (size - height) / 2, size, size];
  let pixels = drawn(icon, box);
  const [x0, y0, x1, y1] = extent(pixels);
  const share = Math.max(x1 - x0, y1 - y0) / DRAWN;
  if (share < LOW) {
    const unit = size / DRAWN;
    const side = (share * size) / FILLED;
    const center = [box[0] + ((x0 + x1) / 2) * unit, box[1] + ((y0 + y1) / 2) * unit];
    pixels = drawn(icon, [center[0] - side / 2, center[1] - side / 2, side, side]);
  }
  const mean = (x, y, c) => {
    let sum = 0;
    for (const [dx, dy] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]) {
      const at = 4 * ((2 * y + dy) * DRAWN + 2 * x + dx);
      sum += pixels[at + c] + 255 - pixels[at + 3];
    }
    return Math.min(255, Math.round(sum / 4));
  };
  return Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => mean(Math.floor(i / 3) % SIDE, Math.floor(i / 3 / SIDE), i % 3));
}

/** A list of bytes in NumPy's format. */
function npy(bytes) {
  const head = `{'descr': '|u1', 'fortran_order': False, 'shape': (${bytes.length},), }`;
  const padded = `${head}${" ".repeat(63 - ((head.length + 10) % 64))}\n`;
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00", "latin1"),
    Buffer.from(Uint16Array.of(padded.length).buffer),
    Buffer.from(padded),
    Buffer.from(bytes),
  ]);
}

const [folder] = process.argv.slice(2);
const wanted = JSON.parse(readFileSync(new URL("../training/emoji-names.json", import.meta.url), "utf8"));
const all = Object.entries(wanted).flatMap(([set, { names, categories }], style) =>
  names.map((name, i) => ({ set, name, style, category: Number(categories[i]) })),
);
const sets = Object.fromEntries(Object.keys(wanted).map((set) => [set, require(`@iconify-json/${set}/icons.json`)]));
const rows = Math.ceil(all.length / ACROSS);
const sheet = Buffer.alloc(rows * SIDE * ACROSS * SIDE * 3, 255);
all.forEach(({ set, name }, k) => {
  const pixels = rendered(sets[set], name);
  for (let y = 0; y < SIDE; y += 1) {
    const at = ((Math.floor(k / ACROSS) * SIDE + y) * ACROSS * SIDE + (k % ACROSS) * SIDE) * 3;
    sheet.set(pixels.subarray(3 * SIDE * y, 3 * SIDE * (y + 1)), at);
  }
  if ((k + 1) % 1000 === 0) console.log(`${k + 1} of ${all.length}`);
});
await sharp(sheet, { raw: { width: ACROSS * SIDE, height: rows * SIDE, channels: 3 }, limitInputPixels: false })
  .webp({ lossless: true })
  .toFile(join(folder, "emoji.webp"));
writeFileSync(join(folder, "names.json"), JSON.stringify(all.map(({ set, name }) => `${set}:${name}`)));
writeFileSync(join(folder, "category.npy"), npy(all.map(({ category }) => category)));
writeFileSync(join(folder, "style.npy"), npy(all.map(({ style }) => style)));
console.log(`${all.length} pictures in ${folder}`);
