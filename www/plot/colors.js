// The page's colors, read from the style sheet, and the ramps made of them.
import { color } from "./theme.js";

const NAMES = {
  paper: "--panel",
  text: "--text",
  quiet: "--quiet",
  line: "--line",
  accent: "--accent",
  source: "--source",
  target: "--target",
  learned: "--learned",
  exact: "--exact",
  conditional: "--conditional",
  deep: "--ramp-deep",
  heat: "--heat",
  heatDeep: "--heat-deep",
};

/** What CSS calls the colors now, by what they are for, and the font. */
export function readPalette(element) {
  const palette = { font: getComputedStyle(element).fontFamily };
  for (const [name, variable] of Object.entries(NAMES)) palette[name] = color(element, variable);
  return palette;
}

/** `share` of the way from color `a` to `b`, both [r, g, b]. */
export const mix = (a, b, share) => a.map((c, k) => c + share * (b[k] - c));

const clamp = (v) => Math.max(0, Math.min(255, Math.round(v)));

/** One pixel of an ImageData seen as Uint32Array; every platform with WebAssembly is little-endian. */
const pixel = ([r, g, b], alpha) => ((clamp(255 * alpha) << 24) | (clamp(b) << 16) | (clamp(g) << 8) | clamp(r)) >>> 0;

/**
 * Pixels for `levels` amounts of ink: more of it covers more, first in `hue` and, where it piles up, toward
 * `deep`, so that a crowd still shows where it is thickest. `full`: the amount that covers all but e⁻¹ of the paper.
 */
export function inkRamp(hue, deep, levels, full) {
  const ramp = new Uint32Array(levels);
  for (let i = 1; i < levels; i += 1) {
    const alpha = 1 - Math.exp(-i / full);
    const depth = 1 - Math.exp(-Math.max(0, i - full) / (5 * full));
    ramp[i] = pixel(mix(hue, deep, 0.75 * depth), alpha);
  }
  return ramp;
}

/** Pixels from nothing (transparent) over `hue` to `deep`, for maps; `opacity` of the fullest. */
export function mapRamp(hue, deep, levels, opacity = 0.92) {
  const ramp = new Uint32Array(levels);
  for (let i = 0; i < levels; i += 1) {
    const share = i / (levels - 1);
    const alpha = opacity * Math.min(1, 1.6 * share);
    ramp[i] = pixel(mix(hue, deep, Math.max(0, share - 0.45) / 0.55), alpha);
  }
  return ramp;
}
