// The layers made of lines: deformed grid, conditional paths, marginal trajectories, pull.
import { circle, head, strokeCased, trajectory, words } from "./glyphs.js";
import { frameAt, interpolate, pointsOf } from "./interpolate.js";

export function gridLayer() {
  let places = new Float32Array(0);
  return {
    name: "grid",
    label: "deformed grid",
    has: (data) => Boolean(data.grid),
    still: () => false,
    draw(context, { plane, colors, unit, t }, { grid }) {
      const { side } = grid;
      if (places.length < 2 * side * side) places = new Float32Array(2 * side * side);
      interpolate(grid, t, places);
      context.beginPath();
      for (const [along, across] of [
        [1, side],
        [side, 1],
      ]) {
        for (let k = 0; k < side; k += 1) {
          for (let i = 0; i < side; i += 1) {
            const at = 2 * (k * across + i * along);
            context[i ? "lineTo" : "moveTo"](plane.px(places[at]), plane.py(places[at + 1]));
          }
        }
      }
      context.strokeStyle = colors.quiet;
      context.globalAlpha = 0.65;
      context.lineWidth = 0.9 * unit;
      context.lineJoin = "round";
      context.stroke();
      context.globalAlpha = 1;
    },
    mark(context, x, y, { colors, unit }) {
      context.strokeStyle = colors.quiet;
      context.lineWidth = unit;
      context.beginPath();
      for (const d of [-3, 3]) {
        context.moveTo(x - 8 * unit, y + d * unit);
        context.quadraticCurveTo(x, y + (d - 3) * unit, x + 8 * unit, y + d * unit);
      }
      for (const d of [-5, 0, 5]) {
        context.moveTo(x + d * unit, y - 6 * unit);
        context.lineTo(x + d * unit, y + 5 * unit);
      }
      context.stroke();
    },
  };
}

/** Dashed, thin and gray; a marginal trajectory is solid, thick and bordered: told apart at a glance. */
export function conditionalLayers() {
  const dashes = (context, { colors, unit }) => {
    context.setLineDash([4 * unit, 3 * unit]);
    context.strokeStyle = colors.conditional;
    context.lineWidth = 1.3 * unit;
    context.stroke();
    context.setLineDash([]);
  };
  const has = (data) => Boolean(data.conditional);
  let places = new Float32Array(0);
  return [
    {
      name: "conditional",
      label: "conditional paths",
      has,
      still: () => true,
      draw(context, env, { conditional }) {
        context.beginPath();
        const n = pointsOf(conditional);
        for (let i = 0; i < n; i += 1) trajectory(context, env.plane, conditional, i);
        dashes(context, env);
      },
      mark(context, x, y, env) {
        context.beginPath();
        context.moveTo(x - 9 * env.unit, y);
        context.lineTo(x + 9 * env.unit, y);
        dashes(context, env);
      },
    },
    {
      name: "conditional",
      has,
      still: () => false,
      draw(context, { plane, colors, unit, t }, { conditional }) {
        const n = pointsOf(conditional);
        if (places.length < 2 * n) places = new Float32Array(2 * n);
        interpolate(conditional, t, places);
        context.beginPath();
        for (let i = 0; i < 2 * n; i += 2) circle(context, plane.px(places[i]), plane.py(places[i + 1]), 2.2 * unit);
        context.fillStyle = colors.paper;
        context.strokeStyle = colors.conditional;
        context.lineWidth = unit;
        context.fill();
        context.stroke();
      },
    },
  ];
}

export function traceLayers() {
  const has = (data) => Boolean(data.traces);
  let places = new Float32Array(0);
  return [
    {
      name: "traces",
      label: "marginal trajectories",
      has,
      still: () => true,
      draw(context, env, { traces }) {
        context.globalAlpha = 0.6;
        context.beginPath();
        const n = pointsOf(traces);
        for (let i = 0; i < n; i += 1) trajectory(context, env.plane, traces, i);
        strokeCased(context, env, env.colors.text, 1.6);
        context.globalAlpha = 1;
      },
      mark(context, x, y, env) {
        const { unit } = env;
        context.beginPath();
        context.moveTo(x - 9 * unit, y + 3 * unit);
        context.bezierCurveTo(x - 2 * unit, y + 4 * unit, x, y - 6 * unit, x + 9 * unit, y - 3 * unit);
        strokeCased(context, env, env.colors.text, 2.6);
      },
    },
    {
      name: "traces",
      has,
      still: () => false,
      draw(context, env, { traces }) {
        const { plane, colors, unit, t } = env;
        const n = pointsOf(traces);
        if (places.length < 2 * n) places = new Float32Array(2 * n);
        interpolate(traces, t, places);
        const until = frameAt(traces.times, t);
        context.beginPath();
        for (let i = 0; i < n; i += 1) trajectory(context, plane, traces, i, until);
        strokeCased(context, env, colors.text, 2.8);
        context.beginPath();
        for (let i = 0; i < 2 * n; i += 2) circle(context, plane.px(places[i]), plane.py(places[i + 1]), 4.5 * unit);
        context.fillStyle = colors.learned;
        context.fill();
        strokeCased(context, env, colors.text, 1.6);
      },
    },
  ];
}

/** Which data points pull the point under the cursor, and how strongly. */
export const pullLayer = () => ({
  name: "pull",
  label: "pull of the data",
  has: (data) => Boolean(data.pull),
  still: () => true,
  light: true,
  draw(context, env, { pull }) {
    const { plane, colors, unit } = env;
    const { points, weights } = pull;
    const x = plane.px(pull.x);
    const y = plane.py(pull.y);
    context.lineCap = "round";
    context.strokeStyle = context.fillStyle = colors.target;
    for (let i = weights.length - 1; i >= 0; i -= 1) {
      const share = weights[i];
      if (!(share > 0.001)) continue;
      context.globalAlpha = 0.15 + 0.8 * Math.sqrt(share);
      context.lineWidth = (0.5 + 5 * share) * unit;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(plane.px(points[2 * i]), plane.py(points[2 * i + 1]));
      context.stroke();
      context.beginPath();
      circle(context, plane.px(points[2 * i]), plane.py(points[2 * i + 1]), (1.8 + 4 * Math.sqrt(share)) * unit);
      context.fill();
    }
    context.globalAlpha = 1;
    const order = Array.from(weights.keys())
      .sort((a, b) => weights[b] - weights[a])
      .slice(0, 3);
    for (const i of order.filter((k) => weights[k] >= 0.1)) {
      const percent = `${Math.round(100 * weights[i])} %`;
      words(context, percent, plane.px(points[2 * i]) + 8 * unit, plane.py(points[2 * i + 1]) - 8 * unit, env, {});
    }
    velocity(context, env, x, y, pull.velocity);
  },
  mark(context, x, y, { colors, unit }) {
    context.strokeStyle = context.fillStyle = colors.target;
    context.lineWidth = 2.2 * unit;
    context.beginPath();
    context.moveTo(x - 9 * unit, y);
    context.lineTo(x + 5 * unit, y);
    context.stroke();
    context.beginPath();
    circle(context, x + 6 * unit, y, 3 * unit);
    context.fill();
  },
});

/** Where the point would be half a unit of t later at this velocity, no further than a third of the square. */
function velocity(context, env, x, y, v) {
  if (!v) return;
  const { plane, colors, unit } = env;
  const reach = 0.5 * plane.scale;
  const cut = Math.min(1, plane.size / 3 / (Math.hypot(v[0], v[1]) * reach || 1));
  const dx = v[0] * reach * cut;
  const dy = -v[1] * reach * cut;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + 0.9 * dx, y + 0.9 * dy);
  strokeCased(context, env, colors.exact, 2.6);
  context.beginPath();
  head(context, x + dx, y + dy, dx, dy, 10 * unit);
  context.fillStyle = colors.exact;
  context.fill();
}
