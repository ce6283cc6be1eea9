// The layers made of points and signs: axes, source, target, particles, handles, cursor.
import { circle, cross, words } from "./glyphs.js";
import { interpolate, pointsOf } from "./interpolate.js";
import { radius } from "./particles.js";

export const axesLayer = () => ({
  name: "axes",
  has: () => true,
  still: () => true,
  draw(context, env) {
    const { plane, colors, unit, side } = env;
    const edge = plane.size;
    context.strokeStyle = colors.line;
    context.lineWidth = unit;
    context.beginPath();
    cross(context, edge / 2, edge / 2, edge / 2);
    context.stroke();
    const step = plane.half > 6 ? 4 : plane.half > 1.5 ? 2 : 1;
    const most = step * Math.ceil(plane.half / step - 1);
    const style = { color: colors.quiet, size: 10, weight: 400 };
    context.strokeStyle = colors.quiet;
    context.beginPath();
    for (let v = -most; v <= most; v += step) {
      context.moveTo(plane.px(v), edge);
      context.lineTo(plane.px(v), edge - 4 * unit);
      context.moveTo(edge, plane.py(v));
      context.lineTo(edge - 4 * unit, plane.py(v));
    }
    context.stroke();
    for (let v = -most; v <= most && side >= 240; v += step) {
      const text = String(v).replace("-", "−");
      words(context, text, plane.px(v), edge - 11 * unit, env, { ...style, align: "center" });
      words(context, text, edge - 8 * unit, plane.py(v), env, { ...style, align: "right" });
    }
  },
});

/** Rings for the source, crosses for the target: told apart without color. */
export function endLayer(name) {
  const ring = name === "source";
  const path = (context, points, plane, r) => {
    context.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      (ring ? circle : cross)(context, plane.px(points[i]), plane.py(points[i + 1]), r);
    }
  };
  return {
    name,
    label: `${name} points`,
    has: (data) => Boolean(data[name]),
    still: () => true,
    draw(context, { plane, colors, unit }, data) {
      const points = data[name];
      path(context, points, plane, (ring ? 2.1 : 2.6) * unit);
      context.strokeStyle = colors[name];
      context.lineWidth = 1.1 * unit;
      context.globalAlpha = points.length > 1200 ? 0.45 : 0.65;
      context.stroke();
      context.globalAlpha = 1;
    },
    mark(context, x, y, { colors, unit }) {
      context.strokeStyle = colors[name];
      context.lineWidth = 1.5 * unit;
      context.beginPath();
      for (const d of [-5.5, 0, 5.5]) (ring ? circle : cross)(context, x + d * unit, y, (ring ? 2.1 : 2.6) * unit);
      context.stroke();
    },
  };
}

const TRAIL = 0.14; // of t

export function particlesLayer() {
  let places = new Float32Array(0);
  return {
    name: "particles",
    label: "particles",
    has: (data) => Boolean(data.flow),
    still: () => false,
    draw(context, env, { flow, curve }) {
      if (context.vector) {
        vector(context, env, flow, curve);
        return;
      }
      const { plane, colors, unit, t, image } = env;
      const look = { unit, trail: TRAIL, curve, hue: colors.learned, deep: colors.deep };
      context.drawImage(image.render(flow, t, plane, look), 0, 0);
    },
    mark(context, x, y, { colors, unit }) {
      context.fillStyle = colors.learned;
      context.beginPath();
      for (const [dx, dy] of [
        [-6, 2],
        [0, -2.5],
        [6, 1.5],
      ])
        circle(context, x + dx * unit, y + dy * unit, 2.2 * unit);
      context.fill();
    },
  };

  /** The same as paths, for a file: a few fading pieces of trail, then points of no length with round ends. */
  function vector(context, { plane, colors, unit, t, side }, flow, curve) {
    const n = pointsOf(flow);
    const pieces = 3;
    const length = Math.min(TRAIL, Math.abs(t - flow.times[0]));
    const back = Math.sign(flow.times.at(-1) - flow.times[0]) || 1;
    const r = radius(n, side) * unit;
    if (places.length < 4 * n) places = new Float32Array(4 * n);
    const now = places.subarray(0, 2 * n);
    const then = places.subarray(2 * n, 4 * n);
    context.strokeStyle = colors.learned;
    context.lineCap = "round";
    context.lineWidth = 0.9 * unit;
    for (let k = pieces; k > 0 && length > 0; k -= 1) {
      interpolate(flow, t - (back * length * (k - 1)) / pieces, now, curve);
      interpolate(flow, t - (back * length * k) / pieces, then, curve);
      context.globalAlpha = ((0.5 * (pieces + 1 - k)) / pieces) * Math.min(1, Math.sqrt(1500 / n));
      context.beginPath();
      for (let i = 0; i < 2 * n; i += 2) {
        context.moveTo(plane.px(then[i]), plane.py(then[i + 1]));
        context.lineTo(plane.px(now[i]), plane.py(now[i + 1]));
      }
      context.stroke();
    }
    interpolate(flow, t, now, curve);
    context.globalAlpha = 0.45 + 0.5 * Math.min(1, Math.sqrt(1000 / n));
    context.lineWidth = 2 * r;
    context.beginPath();
    for (let i = 0; i < 2 * n; i += 2) {
      context.moveTo(plane.px(now[i]), plane.py(now[i + 1]));
      context.lineTo(plane.px(now[i]), plane.py(now[i + 1]));
    }
    context.stroke();
    context.globalAlpha = 1;
  }
}

/** Points that can be dragged. */
export const handlesLayer = () => ({
  name: "handles",
  has: (data) => data.handles.length > 0,
  still: () => true,
  light: true,
  draw(context, env, { handles, held }) {
    const { plane, colors, unit } = env;
    handles.forEach(({ x, y, label }, i) => {
      context.beginPath();
      circle(context, plane.px(x), plane.py(y), (i === held ? 10 : 8) * unit);
      context.fillStyle = i === held ? colors.accent : colors.paper;
      context.fill();
      context.strokeStyle = colors.accent;
      context.lineWidth = 2.5 * unit;
      context.stroke();
      const style = { size: 12, weight: 600 };
      if (label) words(context, label, plane.px(x) + 13 * unit, plane.py(y) - 11 * unit, env, style);
    });
  },
});

export const cursorLayer = () => ({
  name: "cursor",
  has: (data) => Boolean(data.cursor),
  still: () => true,
  light: true,
  draw(context, env, { cursor }) {
    const { plane, colors, unit } = env;
    const x = plane.px(cursor.x);
    const y = plane.py(cursor.y);
    const gap = 7 * unit;
    context.beginPath();
    for (const [ax, ay, bx, by] of [
      [0, y, x - gap, y],
      [x + gap, y, plane.size, y],
      [x, 0, x, y - gap],
      [x, y + gap, x, plane.size],
    ]) {
      context.moveTo(ax, ay);
      context.lineTo(bx, by);
    }
    context.strokeStyle = colors.text;
    context.globalAlpha = cursor.strong ? 0.8 : 0.28;
    context.lineWidth = unit;
    context.stroke();
    context.globalAlpha = 1;
    const text = `${cursor.x.toFixed(2)}, ${cursor.y.toFixed(2)}`.replaceAll("-", "−");
    const left = x > 0.7 * plane.size;
    const below = y < 0.1 * plane.size;
    const style = { align: left ? "right" : "left" };
    words(context, text, x + (left ? -9 : 9) * unit, y + (below ? 14 : -12) * unit, env, style);
  },
});
