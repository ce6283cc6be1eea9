// The layers that color the plane: density and log-likelihood.
import { rgb } from "./theme.js";
import { mapRamp } from "./colors.js";
import { words } from "./glyphs.js";
import { histogram, smooth } from "./plane.js";

const LEVELS = 256;
const LIVE_SIDE = 96; // cells a side of the density that is counted from the particles shown

/** A map of `side` × `side` cells as a small picture, which the canvas smooths when it enlarges it. */
class MapImage {
  #canvas = document.createElement("canvas");
  #image = null;

  /** Row 0 of `values` is the plane's lowest. Below `low` is no ink, from `high` on the fullest; NaN is none. */
  draw(context, values, side, low, high, ramp, size) {
    const canvas = this.#canvas;
    if (canvas.width !== side || !this.#image) {
      canvas.width = canvas.height = side;
      this.#image = canvas.getContext("2d").createImageData(side, side);
    }
    const pixels = new Uint32Array(this.#image.data.buffer);
    const scale = (LEVELS - 1) / (high - low || 1);
    for (let row = 0; row < side; row += 1) {
      const from = (side - 1 - row) * side;
      for (let column = 0; column < side; column += 1) {
        const level = (values[row * side + column] - low) * scale;
        pixels[from + column] = level > 0 ? ramp[Math.min(LEVELS - 1, level | 0)] : 0;
      }
    }
    canvas.getContext("2d").putImageData(this.#image, 0, 0);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(canvas, 0, 0, size, size);
  }
}

const finiteMost = (values) => {
  let most = -Infinity;
  for (const v of values) if (v > most && v < Infinity) most = v;
  return most;
};

/** The density that gets the fullest shade: not the highest, for one crowded cell would pale all others. */
export function densityTop(values) {
  const filled = values.filter((v) => v > 0).sort();
  return filled.length ? filled[Math.floor(0.985 * (filled.length - 1))] : 1;
}

/** Log densities shown: down from the highest as far as 99.9 % of a Gaussian's mass in the plane reaches. */
export function likelihoodRange({ logDensity, low, high }) {
  const top = high ?? finiteMost(logDensity);
  return { low: low ?? top - Math.log(1000), high: top };
}

function blocks(context, x, y, { unit }, colors) {
  colors.forEach((color, k) => {
    context.globalAlpha = 0.4 + 0.3 * k;
    context.fillStyle = color;
    context.fillRect(x + (k * 6 - 9) * unit, y - 4 * unit, 6 * unit, 8 * unit);
  });
  context.globalAlpha = 1;
}

export function densityLayer() {
  const map = new MapImage();
  const live = new Float32Array(LIVE_SIDE * LIVE_SIDE);
  const line = new Float32Array(LIVE_SIDE);
  return {
    name: "density",
    label: "density",
    has: (data) => Boolean(data.density || data.flow),
    still: (data) => Boolean(data.density),
    draw(context, { plane, colors, positions }, { density }) {
      const side = density?.side ?? LIVE_SIDE;
      let values = density?.values;
      if (!values) {
        values = histogram(positions(), side, plane.half, live);
        for (let k = 0; k < 6; k += 1) smooth(values, side, line);
      }
      const ramp = mapRamp(rgb(colors.learned), rgb(colors.deep), LEVELS);
      map.draw(context, values, side, 0, densityTop(values), ramp, plane.size);
    },
    mark(context, x, y, env) {
      blocks(context, x, y, env, [env.colors.learned, env.colors.learned, env.colors.deep]);
    },
  };
}

export function likelihoodLayer() {
  const map = new MapImage();
  return {
    name: "likelihood",
    label: "log-likelihood",
    has: (data) => Boolean(data.likelihood),
    still: () => true,
    draw(context, { plane, colors }, { likelihood }) {
      const { low, high } = likelihoodRange(likelihood);
      const ramp = mapRamp(rgb(colors.heat), rgb(colors.heatDeep), LEVELS, 0.96);
      map.draw(context, likelihood.logDensity, likelihood.side, low, high, ramp, plane.size);
    },
    mark(context, x, y, env) {
      blocks(context, x, y, env, [env.colors.heat, env.colors.heat, env.colors.heatDeep]);
    },
    /** A bar of the shades with its two ends in figures, at the lower right. */
    scale(context, env, { likelihood }) {
      const { plane, colors, unit } = env;
      const { low, high } = likelihoodRange(likelihood);
      const ramp = mapRamp(rgb(colors.heat), rgb(colors.heatDeep), LEVELS, 0.96);
      const width = 110 * unit;
      const x = plane.size - width - 14 * unit;
      const y = plane.size - 44 * unit;
      const parts = 44;
      context.fillStyle = colors.paper;
      context.fillRect(x - unit, y - unit, width + 2 * unit, 8 * unit);
      for (let k = 0; k < parts; k += 1) {
        const c = ramp[Math.floor(((k + 0.5) / parts) * LEVELS)];
        context.globalAlpha = (c >>> 24) / 255;
        context.fillStyle = `rgb(${c & 255} ${(c >> 8) & 255} ${(c >> 16) & 255})`;
        context.fillRect(x + (k * width) / parts, y, width / parts + 0.3, 6 * unit);
      }
      context.globalAlpha = 1;
      const figure = (v) => v.toFixed(1).replace("-", "−");
      words(context, `≤ ${figure(low)}`, x, y + 14 * unit, env, { size: 10 });
      words(context, figure(high), x + width, y + 14 * unit, env, { size: 10, align: "right" });
      words(context, "log p", x + width / 2, y + 14 * unit, env, { size: 10, align: "center" });
    },
  };
}
