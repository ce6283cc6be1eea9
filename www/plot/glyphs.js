// Small marks that several layers share. `unit`: device pixels per CSS pixel.

/** Adds a circle around (x, y) to the path. */
export function circle(context, x, y, r) {
  context.moveTo(x + r, y);
  context.arc(x, y, r, 0, 2 * Math.PI);
}

/** Adds an upright cross to the path. */
export function cross(context, x, y, r) {
  context.moveTo(x - r, y);
  context.lineTo(x + r, y);
  context.moveTo(x, y - r);
  context.lineTo(x, y + r);
}

/** Adds an arrow's head, its tip at (x, y), pointing along (dx, dy). */
export function head(context, x, y, dx, dy, length) {
  const norm = Math.hypot(dx, dy) || 1;
  const u = (dx / norm) * length;
  const v = (dy / norm) * length;
  context.moveTo(x, y);
  context.lineTo(x - u - 0.45 * v, y - v + 0.45 * u);
  context.lineTo(x - u + 0.45 * v, y - v - 0.45 * u);
  context.closePath();
}

/**
 * Text with a border in the paper's color, readable on whatever lies below it.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {{colors: any, unit: number}} env
 * @param {{color?: string, size?: number, align?: string, weight?: number}} [style]
 */
export function words(context, text, x, y, { colors, unit }, style = {}) {
  const { color, size = 11, align = "left", weight = 500 } = style;
  context.font = `${weight} ${size * unit}px ${colors.font}`;
  context.textAlign = /** @type {CanvasTextAlign} */ (align);
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3.5 * unit;
  context.strokeStyle = colors.paper;
  context.strokeText(text, x, y);
  context.fillStyle = color ?? colors.text;
  context.fillText(text, x, y);
}

/** Strokes the path twice: a border in the paper's color, then the line itself. */
export function strokeCased(context, { colors, unit }, color, width) {
  context.lineJoin = context.lineCap = "round";
  context.strokeStyle = colors.paper;
  context.lineWidth = (width + 2.5) * unit;
  context.stroke();
  context.strokeStyle = color;
  context.lineWidth = width * unit;
  context.stroke();
}

/** Adds the path of point `i` of a flow, from its first frame to frame `until` (a real number; all by default). */
export function trajectory(context, plane, flow, i, until = flow.times.length - 1) {
  const { x, times } = flow;
  const width = x.length / times.length;
  const whole = Math.floor(until);
  let at = 2 * i;
  context.moveTo(plane.px(x[at]), plane.py(x[at + 1]));
  for (let k = 1; k <= whole; k += 1) {
    at += width;
    context.lineTo(plane.px(x[at]), plane.py(x[at + 1]));
  }
  const share = until - whole;
  if (share > 0) {
    const next = at + width;
    const px = x[at] + share * (x[next] - x[at]);
    const py = x[at + 1] + share * (x[next + 1] - x[at + 1]);
    context.lineTo(plane.px(px), plane.py(py));
  }
}
