// What a person can set in the figure about a digit of one's own.
import { fromUrl, toUrl } from "../../element/base64url.js";
import { CATALOG } from "../../element/catalog.js";
import { DEVICE, offered, text } from "../../element/state.js";

export const SIDE = 28;
const LEVELS = 15; // a pixel is one of 16 grays in the link

/** key: {kind, initial}; the drawing is as `write` below makes it, empty for none. */
export const EDIT = Object.freeze({
  "edit.drawing": { kind: text(/^([A-Za-z0-9_-]{523})?$/, "a drawing as this page writes it"), initial: "" },
  device: DEVICE, // the digits' own: one engine for all of them
  "edit.class": { ...offered(CATALOG.digits.class, { whole: true }), initial: 3 },
});

/** 784 values in [−1, 1] as text for a link: two pixels a byte, base64url. */
export function write(pixels) {
  const level = (v) => Math.round((LEVELS * (Math.min(1, Math.max(-1, v)) + 1)) / 2);
  const bytes = Array.from({ length: pixels.length / 2 }, (_, i) => 16 * level(pixels[2 * i]) + level(pixels[2 * i + 1]));
  if (bytes.every((b) => b === 0)) return "";
  return toUrl(btoa(String.fromCharCode(...bytes)));
}

/** The other way; blank paper for an empty text. */
export function read(drawing) {
  const pixels = new Float32Array(SIDE * SIDE).fill(-1);
  if (!drawing) return pixels;
  const bytes = fromUrl(drawing);
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes.charCodeAt(i);
    pixels[2 * i] = (2 * (byte >> 4)) / LEVELS - 1;
    pixels[2 * i + 1] = (2 * (byte & 15)) / LEVELS - 1;
  }
  return pixels;
}
