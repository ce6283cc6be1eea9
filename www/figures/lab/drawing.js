// The picture of a drawn distribution: its points, and where the brush is.
import { circle, cross, words } from "../../plot/glyphs.js";

/**
 * `view`: {plane, unit, colors}; `drawing`: {points, preview, role}, points that are a preview are pale; `cursor`: {x, y, keyboard, radius,
 * dashed} or null.
 */
export function paintDrawing(context, view, { points, preview, role }, cursor) {
  const { plane, unit, colors } = view;
  const { size } = plane;
  context.clearRect(0, 0, size, size);
  context.strokeStyle = colors.line;
  context.lineWidth = unit;
  context.beginPath();
  cross(context, size / 2, size / 2, size / 2);
  context.stroke();

  const mark = role === "source" ? circle : cross;
  context.strokeStyle = colors[role];
  context.lineWidth = 1.2 * unit;
  context.globalAlpha = preview ? 0.5 : 0.9;
  context.beginPath();
  for (let i = 0; i < points.length; i += 2) mark(context, plane.px(points[i]), plane.py(points[i + 1]), 1.9 * unit);
  context.stroke();
  context.globalAlpha = 1;
  if (cursor) paintCursor(context, view, cursor);
  if (points.length) return;
  words(context, "Draw here", size / 2, size / 2, { colors, unit }, { color: colors.quiet, size: 13, align: "center" });
}

function paintCursor(context, { plane, unit, colors }, { x, y, keyboard, radius, dashed }) {
  context.strokeStyle = colors.text;
  context.lineWidth = (keyboard ? 2 : 1) * unit;
  context.setLineDash(dashed ? [3 * unit, 2 * unit] : []);
  context.beginPath();
  circle(context, plane.px(x), plane.py(y), Math.max(4 * unit, radius * plane.scale));
  context.stroke();
  context.setLineDash([]);
}
