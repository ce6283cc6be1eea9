// What a brush leaves behind: points spread evenly along and across a stroke.

const GOLDEN = (Math.sqrt(5) - 1) / 2;
// The plane's counterpart of the golden ratio (Roberts's R2 sequence): 1/p and 1/p², where p³ = p + 1.
const PLASTIC = 1.324717957244746;

/**
 * A stroke of `width` that leaves a point every `spacing` of its length. Where the point lies across the width, and how
 * far along it is moved (up to one spacing either way), follows a sequence that fills a square evenly, shaken by
 * repeatable chance (Park and Miller's generator) so that no lattice shows.
 */
export class Stroke {
  #width;
  #spacing;
  #count = 0;
  #state = 1;
  #last = null;
  #left; // length to go until the next point

  constructor({ width, spacing }) {
    this.#width = width;
    this.#spacing = spacing;
    this.#left = 0;
  }

  /** The next place of the sequence, in [−0.5, 0.5). */
  #place(divisor) {
    this.#state = (this.#state * 16807) % 2147483647;
    return ((this.#count / divisor + 0.12 * (this.#state / 2147483647) + 0.44) % 1) - 0.5;
  }

  /** Draws on to (x, y); returns the new points, x, y interleaved. */
  to(x, y) {
    const points = [];
    const from = this.#last ?? { x, y };
    const length = Math.hypot(x - from.x, y - from.y);
    const u = length ? (x - from.x) / length : 1;
    const v = length ? (y - from.y) / length : 0;
    while (this.#left <= length) {
      const across = this.#place(PLASTIC) * this.#width;
      const along = this.#left + 2 * this.#place(PLASTIC ** 2) * this.#spacing;
      points.push(from.x + u * along - v * across, from.y + v * along + u * across);
      this.#count += 1;
      this.#left += this.#spacing;
    }
    this.#left -= length;
    this.#last = { x, y };
    return points;
  }
}

/** `count` points spread evenly over a disc (Vogel's sunflower), x, y interleaved. */
export function stamp(x, y, radius, count) {
  const points = [];
  for (let i = 0; i < count; i += 1) {
    const r = radius * Math.sqrt((i + 0.5) / count);
    const angle = 2 * Math.PI * GOLDEN * i;
    points.push(x + r * Math.cos(angle), y + r * Math.sin(angle));
  }
  return points;
}

/** The points of `points` that are further than `radius` from (x, y). */
export function erase(points, x, y, radius) {
  const kept = [];
  for (let i = 0; i < points.length; i += 2) {
    if (Math.hypot(points[i] - x, points[i + 1] - y) > radius) kept.push(points[i], points[i + 1]);
  }
  return kept;
}
