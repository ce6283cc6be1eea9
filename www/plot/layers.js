// All layers of a stage in the order they are drawn, and the key that names them.
import { fieldLayers } from "./arrows.js";
import { words } from "./glyphs.js";
import { conditionalLayers, gridLayer, pullLayer, traceLayers } from "./lines.js";
import { densityLayer, likelihoodLayer } from "./maps.js";
import { axesLayer, cursorLayer, endLayer, handlesLayer, particlesLayer } from "./marks.js";

/**
 * @typedef {object} Env      what a layer draws with
 * @property {import("./plane.js").Plane} plane
 * @property {number} unit    device pixels per CSS pixel
 * @property {number} side    of the stage, in CSS pixels
 * @property {number} t
 * @property {Record<string, string>} colors
 * @property {import("./particles.js").ParticleImage} image
 * @property {Record<string, boolean>} on  which layers are switched on
 * @property {() => Float32Array} positions  of the flow's particles at t
 *
 * @typedef {object} Layer
 * @property {string} name    what switches it on and off; two layers may share one
 * @property {string | ((data) => string)} [label] its name in the key
 * @property {(data) => boolean} has    whether there is something to draw
 * @property {(data) => boolean} still  whether the picture is the same at every t
 * @property {boolean} [light]  drawn anew each time: cheaper than keeping a picture of it
 * @property {(context, env: Env, data) => void} draw
 * @property {(context, x, y, env: Env) => void} [mark]  its sign in the key, 18 CSS pixels wide around (x, y)
 * @property {(context, env: Env, data) => void} [scale] its color scale
 */

/** What is on when a stage is made. */
export const INITIAL = Object.freeze({
  axes: true,
  likelihood: false,
  density: false,
  grid: false,
  source: true,
  target: true,
  conditional: false,
  exact: false,
  field: false,
  particles: true,
  traces: true,
  pull: true,
  handles: true,
  cursor: true,
  key: true,
});

/** @returns {Layer[]} a stage's own layers, lowest first: some keep scratch memory. */
export const makeLayers = () => [
  likelihoodLayer(),
  densityLayer(),
  axesLayer(),
  gridLayer(),
  endLayer("source"),
  endLayer("target"),
  ...conditionalLayers(),
  ...fieldLayers(),
  particlesLayer(),
  ...traceLayers(),
  pullLayer(),
  handlesLayer(),
  cursorLayer(),
];

/** Names what `shown` layers show, on a veil at the upper left, and draws the scale of a heat map. */
export function drawKey(context, env, data, shown) {
  const { plane, unit, side, colors } = env;
  const named = shown.filter((layer) => layer.mark);
  const labelOf = ({ label }) => (typeof label === "function" ? label(data) : label);
  for (const layer of shown) layer.scale?.(context, env, data);
  if (!named.length) return;
  const size = side < 300 ? 10 : 11.5;
  const step = (side < 300 ? 14 : 17) * unit;
  context.font = `500 ${size * unit}px ${colors.font}`;
  const width = Math.max(...named.map((layer) => context.measureText(labelOf(layer)).width)) + 44 * unit;
  context.globalAlpha = 0.8;
  context.fillStyle = colors.paper;
  context.fillRect(5 * unit, 5 * unit, Math.min(width, plane.size - 10 * unit), step * named.length + 6 * unit);
  context.globalAlpha = 1;
  const x = 20 * unit;
  let y = 8 * unit + step / 2;
  for (const layer of named) {
    layer.mark(context, x, y, env);
    words(context, labelOf(layer), x + 16 * unit, y, env, { size });
    y += step;
  }
}
