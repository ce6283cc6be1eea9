// The velocity field as arrows, learned and exact.
import { head } from "./glyphs.js";
import { interpolate } from "./interpolate.js";

/**
 * Vectors at the centers of `side` × `side` cells, row 0 at y = −half, at one t or at several.
 * @typedef {{side: number, values: Float32Array, times?: Float32Array}} Field
 */

/** The median speed; an arrow of that speed is half as long as the longest. */
export function typicalSpeed(values) {
  const speeds = new Float32Array(values.length / 2);
  for (let i = 0; i < speeds.length; i += 1) speeds[i] = Math.hypot(values[2 * i], values[2 * i + 1]) || 0;
  speeds.sort();
  return speeds[Math.floor(0.5 * (speeds.length - 1))] || 1;
}

// Memory that drawing one field after another shares.
const scratch = { values: new Float32Array(0), tips: new Float32Array(0) };

/** The vectors at `t`: a view that the next call overwrites where the field has several times. */
function vectorsAt(field, t) {
  const { times, values, side } = field;
  if (!times || times.length === 1) return values;
  if (scratch.values.length < 2 * side * side) scratch.values = new Float32Array(2 * side * side);
  return interpolate({ times, x: values }, t, scratch.values);
}

/**
 * Arrows from the centers of their cells, at most a little longer than a cell, times v/(v + `speed`): they grow with
 * the speed v without running into each other, and slow places still show where they lead.
 */
function arrows(context, env, field, speed, { color, width, opacity }) {
  const { plane, unit, t } = env;
  const values = vectorsAt(field, t);
  const { side } = field;
  const cell = plane.size / side;
  if (scratch.tips.length < 5 * side * side) scratch.tips = new Float32Array(5 * side * side);
  const { tips } = scratch;
  let count = 0;
  context.strokeStyle = context.fillStyle = color;
  context.lineCap = "butt";
  context.lineWidth = Math.min(width * unit, (cell * width) / 16);
  context.globalAlpha = opacity;
  context.beginPath();
  for (let i = 0; i < side * side; i += 1) {
    const v = Math.hypot(values[2 * i], values[2 * i + 1]);
    const length = (1.25 * cell * v) / (v + speed);
    if (!(length > 1.5 * unit)) continue;
    const dx = (values[2 * i] / v) * length;
    const dy = (-values[2 * i + 1] / v) * length;
    const x = ((i % side) + 0.5) * cell;
    const y = plane.size - (Math.floor(i / side) + 0.5) * cell;
    const top = Math.min(0.45 * length, 1.8 * context.lineWidth + 0.16 * cell);
    const bare = 1 - (0.8 * top) / length; // the shaft ends inside the head
    context.moveTo(x, y);
    context.lineTo(x + dx * bare, y + dy * bare);
    tips[count] = x + dx;
    tips[count + 1] = y + dy;
    tips[count + 2] = dx;
    tips[count + 3] = dy;
    tips[count + 4] = top;
    count += 5;
  }
  context.stroke();
  context.beginPath();
  for (let i = 0; i < count; i += 5) head(context, tips[i], tips[i + 1], tips[i + 2], tips[i + 3], tips[i + 4]);
  context.fill();
  context.globalAlpha = 1;
}

const LEARNED = { width: 1.3, opacity: 1 };
const EXACT = { width: 3, opacity: 0.6 };

/** The exact field lies below, broad and pale: where the learned one agrees, it lies within it. */
export const fieldLayers = () => [
  arrowLayer("exact", ({ exact }) => (exact.draws ? "estimated field" : "exact field"), EXACT),
  arrowLayer("field", "learned field", LEARNED),
];

function arrowLayer(name, label, style) {
  const colorOf = (colors) => (name === "exact" ? colors.exact : colors.learned);
  return {
    name,
    label,
    has: (data) => Boolean(data[name]),
    still: (data) => (data[name].times?.length ?? 1) === 1,
    // One scale for both, so that they can be compared.
    draw(context, env, data) {
      // Particles have the learned field's hue: where both are shown, the arrows step back.
      const opacity = name === "field" && env.on.particles && data.flow ? 0.5 : style.opacity;
      arrows(context, env, data[name], data.speed, { ...style, opacity, color: colorOf(env.colors) });
    },
    mark(context, x, y, { colors, unit }) {
      context.strokeStyle = context.fillStyle = colorOf(colors);
      context.globalAlpha = style.opacity;
      context.lineWidth = style.width * unit;
      context.beginPath();
      context.moveTo(x - 9 * unit, y);
      context.lineTo(x + 4 * unit, y);
      context.stroke();
      context.beginPath();
      head(context, x + 9 * unit, y, 1, 0, 7 * unit);
      context.fill();
      context.globalAlpha = 1;
    },
  };
}
