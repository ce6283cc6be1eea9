// The square [-half, half]² of the plane on a square of pixels: x to the right, y up.

export class Plane {
  /** `half`: half the side of the square, in the plane's units; `size`: its side in pixels. */
  constructor(half, size) {
    this.half = half;
    this.size = size;
    /** Pixels per unit of the plane. */
    this.scale = size / (2 * half);
  }

  px(x) {
    return (x + this.half) * this.scale;
  }

  py(y) {
    return (this.half - y) * this.scale;
  }

  x(px) {
    return px / this.scale - this.half;
  }

  y(py) {
    return this.half - py / this.scale;
  }
}

/** Which point of `points` (x, y interleaved) is nearest to (x, y), and how far; index −1 where there is none. */
export function nearest(points, x, y) {
  let index = -1;
  let least = Infinity;
  for (let i = 0; i < points.length; i += 2) {
    const d = (points[i] - x) ** 2 + (points[i + 1] - y) ** 2;
    if (d < least) {
      least = d;
      index = i / 2;
    }
  }
  return { index, distance: Math.sqrt(least) };
}

/**
 * Counts `points` (x, y interleaved) in `side` × `side` cells of [-half, half]², row 0 at y = −half; writes
 * the density (it integrates to the share of the points inside) to `out`, Float32Array(side²).
 */
export function histogram(points, side, half, out) {
  out.fill(0);
  const scale = side / (2 * half);
  const weight = (2 * scale * scale) / points.length;
  for (let i = 0; i < points.length; i += 2) {
    const column = Math.floor((points[i] + half) * scale);
    const row = Math.floor((points[i + 1] + half) * scale);
    if (column >= 0 && column < side && row >= 0 && row < side) out[row * side + column] += weight;
  }
  return out;
}

/**
 * One pass of the binomial filter (1, 2, 1)/4 along rows and columns of a `side` × `side` map, in place;
 * beyond the edge counts as the edge, so that a constant stays one. `line`: scratch of at least `side` floats.
 */
export function smooth(map, side, line) {
  for (const [step, stride] of [
    [1, side],
    [side, 1],
  ]) {
    for (let k = 0; k < side; k += 1) {
      const from = k * stride;
      for (let i = 0; i < side; i += 1) line[i] = map[from + i * step];
      for (let i = 0; i < side; i += 1) {
        const before = line[Math.max(0, i - 1)];
        const after = line[Math.min(side - 1, i + 1)];
        map[from + i * step] = (before + 2 * line[i] + after) / 4;
      }
    }
  }
}
