// The points that a person moves, adds and removes: they stand in the state as text.
import { MOST, decode, encode } from "./table.js";

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));
const PLACES = Array.from({ length: 24 }, (_, k) => k * GOLDEN_ANGLE).map((angle) => [Math.cos(angle), Math.sin(angle)]);
const RADIUS = { x0: 1.2, x1: 2.1 }; // of the circle on which new points appear

/** Where a new point of this kind is furthest from the others. */
function farthest(kind, points) {
  /** @type {(place: number[]) => number} */
  const room = ([x, y]) => Math.min(...points.map(([a, b]) => Math.hypot(a - x, b - y)));
  const places = PLACES.map(([x, y]) => [RADIUS[kind] * x, RADIUS[kind] * y]);
  return places.reduce((best, place) => (room(place) > room(best) ? place : best));
}

/** Changes of the points in a state; kinds are "x0", noise, and "x1", data. Each gives the text that the state is to have, or null: as it was. */
export class Points {
  #state;

  constructor(state) {
    this.#state = state;
  }

  #of(kind) {
    return decode(this.#state[`paths.${kind}`]);
  }

  count(kind) {
    return this.#of(kind).length;
  }

  moved(kind, index, place) {
    const points = this.#of(kind);
    points[index] = place;
    return encode(points);
  }

  added(kind) {
    const points = this.#of(kind);
    return points.length < MOST ? encode([...points, farthest(kind, points)]) : null;
  }

  removed(kind, index) {
    const points = this.#of(kind);
    if (this.#state["paths.points"] === "pair" || points.length <= 1) return null;
    return encode(points.toSpliced(index, 1));
  }
}
