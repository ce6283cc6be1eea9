// Draws the two paths: exact curves wide, Euler's steps with nodes, the long step from t dashed.
import { readPalette } from "../../plot/colors.js";
import { color } from "../../plot/theme.js";
import { circle, cross, head, words } from "../../plot/glyphs.js";
import { Plane } from "../../plot/plane.js";
import { HALF } from "./table.js";

const PATHS = ["diffusion", "straight"];
const AHEAD_STEPS = 4; // with more steps than this, lines for where each would go on are a thicket

/** Adds a square on its corner to the path. */
function diamond(context, x, y, r) {
  context.moveTo(x + r, y);
  context.lineTo(x, y - r);
  context.lineTo(x - r, y);
  context.lineTo(x, y + r);
  context.closePath();
}

const NODE = { diffusion: (context, x, y, r) => diamond(context, x, y, 1.3 * r), straight: circle };

/** Draws `scene` ({answer, points, t, show, chosen, sigmaMin}) on the canvas, sharp on its screen. */
export function draw(canvas, scene) {
  const width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
  const height = Math.round((width * HALF.y) / HALF.x);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  // Drawn on the square of which the picture is the middle.
  const top = (width - height) / 2;
  context.reset(); // a drawing does not depend on the one before
  context.translate(0, -top);
  const colors = readPalette(canvas);
  for (const path of PATHS) colors[path] = color(canvas, `--path-${path}`);
  const env = { plane: new Plane(HALF.x, width), colors, unit: devicePixelRatio, top };
  drawGround(context, env, scene);
  if (!scene.answer) return;
  const paths = PATHS.filter((path) => scene.show === "both" || scene.show === path);
  const each = (act) => {
    for (const path of paths) {
      const ways = scene.answer[path].trajectories;
      ways.forEach((way, i) => {
        const chosen = i === Math.min(scene.chosen, ways.length - 1);
        context.globalAlpha = 1;
        context.setLineDash([]);
        act({ context, env, path, way, chosen, single: ways.length === 1, scene });
      });
    }
  };
  each(drawConditional);
  each(drawExact);
  each(drawAhead);
  each(drawMiss);
  each(drawEuler);
  each(drawTraveler);
}

function line(context, plane, points) {
  context.beginPath();
  points.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](plane.px(x), plane.py(y)));
}

/** Axes, and rings around the source at one and two standard deviations. */
function drawGround(context, env, { points, sigmaMin, show }) {
  const { plane, colors, unit } = env;
  const middle = plane.size / 2;
  context.strokeStyle = colors.line;
  context.lineWidth = unit;
  context.beginPath();
  cross(context, middle, middle, middle);
  context.stroke();
  context.strokeStyle = colors.source;
  context.setLineDash([1.5 * unit, 5 * unit]);
  context.globalAlpha = 0.75;
  context.beginPath();
  for (const r of [1, 2]) circle(context, middle, middle, r * plane.scale);
  context.stroke();
  context.globalAlpha = 1;
  context.setLineDash([]);
  // On the ring, where the eye finds which ring it names.
  /** @type {(r: number) => [number, number]} */
  const at = (r) => [middle + r * plane.scale * Math.SQRT1_2, middle + r * plane.scale * Math.SQRT1_2];
  words(context, "noise: 1 σ", ...at(1), env, { color: colors.source, size: 10.5, align: "center" });
  words(context, "2 σ", ...at(2), env, { color: colors.source, size: 10.5, align: "center" });
  if (sigmaMin > 0 && show !== "diffusion") {
    context.strokeStyle = colors.straight;
    context.globalAlpha = 0.6;
    context.lineWidth = 1.25 * unit;
    context.beginPath();
    for (const [x, y] of points.x1) circle(context, plane.px(x), plane.py(y), sigmaMin * plane.scale);
    context.stroke();
    context.globalAlpha = 1;
  }
}

function drawConditional({ context, env: { plane, colors, unit }, path, way, chosen }) {
  if (!chosen) return;
  context.strokeStyle = colors[path];
  context.lineWidth = 1.1 * unit;
  context.globalAlpha = 0.6;
  if (path === "diffusion") context.setLineDash([5 * unit, 3 * unit]);
  for (const path of way.conditional) {
    line(context, plane, path);
    context.stroke();
  }
}

function drawExact({ context, env: { plane, colors, unit }, path, way }) {
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = colors[path];
  context.globalAlpha = 0.26;
  context.lineWidth = 9 * unit;
  line(context, plane, way.exact);
  context.stroke();
  context.lineCap = "butt";
}

/** Where each Euler step would land if it were the last. */
function drawAhead({ context, env: { plane, colors, unit }, path, way }) {
  const steps = way.euler_ahead.length;
  if (steps < 2 || steps > AHEAD_STEPS) return;
  context.strokeStyle = colors[path];
  context.lineWidth = unit;
  context.globalAlpha = 0.55;
  context.setLineDash([1 * unit, 4 * unit]);
  way.euler_ahead.slice(0, -1).forEach((to, k) => {
    line(context, plane, [way.euler[k + 1], to]);
    context.stroke();
  });
}

/** From Euler's end to the exact end. */
function drawMiss({ context, env, way, chosen, single }) {
  const { plane, colors, unit, top } = env;
  const [a, b] = [way.euler.at(-1), way.exact.at(-1)].map(([x, y]) => [plane.px(x), plane.py(y)]);
  const length = Math.hypot(a[0] - b[0], a[1] - b[1]);
  if (length < 12 * unit) return;
  context.globalAlpha = chosen ? 1 : 0.35;
  context.strokeStyle = colors.text;
  context.lineWidth = 1.25 * unit;
  context.beginPath();
  context.moveTo(...a);
  context.lineTo(...b);
  // A bar across both ends, as on a drawing with measures.
  const [u, v] = [(4 * unit * (b[1] - a[1])) / length, (4 * unit * (a[0] - b[0])) / length];
  for (const [x, y] of [a, b]) {
    context.moveTo(x - u, y - v);
    context.lineTo(x + u, y + v);
  }
  context.stroke();
  if (!single || length < 60 * unit) return;
  const keep = (v, margin) => Math.max(margin + 26 * unit, Math.min(plane.size - margin - 26 * unit, v));
  /** @type {[number, number]} */
  const place = [keep((a[0] + b[0]) / 2, 0), keep((a[1] + b[1]) / 2, top)];
  words(context, way.error.toFixed(2), ...place, env, { align: "center", weight: 650, size: 12.5 });
}

function drawEuler({ context, env: { plane, colors, unit }, path, way }) {
  const r = (way.euler.length > 9 ? 2.7 : 3.6) * unit;
  const places = way.euler.map(([x, y]) => [plane.px(x), plane.py(y)]);
  context.lineJoin = context.lineCap = "round";
  line(context, plane, way.euler);
  context.strokeStyle = colors.paper;
  context.lineWidth = 4.5 * unit;
  context.stroke();
  context.strokeStyle = context.fillStyle = colors[path];
  context.lineWidth = 2.25 * unit;
  context.stroke();
  context.beginPath();
  for (let k = 1; k < places.length; k += 1) {
    const [[ax, ay], [bx, by]] = [places[k - 1], places[k]];
    const [dx, dy] = [bx - ax, by - ay];
    const share = 0.55; // the head sits in the middle: both ends of a step have a node
    if (Math.hypot(dx, dy) > 22 * unit) head(context, ax + share * dx, ay + share * dy, dx, dy, 8 * unit);
  }
  context.fill();
  context.beginPath();
  for (const [x, y] of places.slice(1)) NODE[path](context, x, y, r);
  context.fillStyle = colors.paper;
  context.fill();
  context.lineWidth = 1.75 * unit;
  context.stroke();
  context.beginPath();
  NODE[path](context, ...places.at(-1), 3.8 * unit);
  context.fillStyle = colors[path];
  context.fill();
}

/** The exact state at t, and one long step from there to the end. */
function drawTraveler({ context, env: { plane, colors, unit }, path, way, chosen, scene }) {
  const k = Math.round(scene.t * (way.exact.length - 1));
  const [x, y] = [plane.px(way.exact[k][0]), plane.py(way.exact[k][1])];
  const [tx, ty] = [plane.px(way.ahead[k][0]), plane.py(way.ahead[k][1])];
  context.strokeStyle = context.fillStyle = colors[path];
  context.lineWidth = 1.75 * unit;
  if (chosen && Math.hypot(tx - x, ty - y) > 10 * unit) {
    context.setLineDash([6 * unit, 4 * unit]);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(tx, ty);
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    head(context, tx, ty, tx - x, ty - y, 9 * unit);
    context.fill();
  }
  context.beginPath();
  NODE[path](context, x, y, (chosen ? 6.5 : 5) * unit);
  context.fill();
  context.strokeStyle = colors.paper;
  context.lineWidth = 2 * unit;
  context.stroke();
}
