// A flow between its frames.

/**
 * Positions of n points at k times.
 * @typedef {object} Flow
 * @property {Float32Array} times  k of them, rising or falling
 * @property {Float32Array} x      k·n·2, frame after frame, each x, y interleaved
 * @property {number} [nfe]        network evaluations it took
 */

/** How many points a flow carries. */
export const pointsOf = (flow) => flow.x.length / (2 * flow.times.length);

/** The frame shown at `t` as a real number in [0, k − 1]; the ends hold beyond them. */
export function frameAt(times, t) {
  const last = times.length - 1;
  const sign = times[last] < times[0] ? -1 : 1;
  if (last === 0 || sign * (t - times[0]) <= 0) return 0;
  if (sign * (t - times[last]) >= 0) return last;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sign * (times[middle] - t) <= 0) low = middle;
    else high = middle;
  }
  return low + (t - times[low]) / (times[high] - times[low]);
}

/**
 * Weights of the frames i − 1, i, i + 1, i + 2 at `share` of the way from i to i + 1: the cubic through
 * frames i and i + 1 with the slopes of central differences (Catmull–Rom for uneven times). Beyond the ends stands
 * the end itself, which makes the slope there one-sided.
 */
export function cubicWeights(times, i, share, out) {
  const last = times.length - 1;
  const before = Math.max(0, i - 1);
  const after = Math.min(last, i + 2);
  const h = times[i + 1] - times[i];
  const s = share;
  const slope0 = (s * s * s - 2 * s * s + s) * (h / (times[i + 1] - times[before]));
  const slope1 = (s * s * s - s * s) * (h / (times[after] - times[i]));
  out[0] = -slope0;
  out[1] = 2 * s * s * s - 3 * s * s + 1 - slope1;
  out[2] = 3 * s * s - 2 * s * s * s + slope0;
  out[3] = slope1;
  return out;
}

const weights = new Float64Array(4);

/**
 * Writes the points of `flow` at `t` to `out` (at least 2n floats), without allocating. "linear" is what an Euler
 * step really does between its frames; "cubic" suits solvers of higher order, whose path between frames is curved.
 */
export function interpolate(flow, t, out, curve = "linear") {
  const { times, x } = flow;
  const width = x.length / times.length;
  const at = frameAt(times, t);
  const i = Math.min(Math.floor(at), Math.max(0, times.length - 2));
  const share = at - i;
  const from = i * width;
  if (share === 0 || times.length === 1) {
    for (let j = 0; j < width; j += 1) out[j] = x[from + j];
  } else if (curve === "linear" || times.length < 3) {
    const next = from + width;
    for (let j = 0; j < width; j += 1) out[j] = x[from + j] + share * (x[next + j] - x[from + j]);
  } else {
    cubicWeights(times, i, share, weights);
    const [a, b, c, d] = weights;
    const before = Math.max(0, i - 1) * width;
    const next = from + width;
    const after = Math.min(times.length - 1, i + 2) * width;
    for (let j = 0; j < width; j += 1) {
      out[j] = a * x[before + j] + b * x[from + j] + c * x[next + j] + d * x[after + j];
    }
  }
  return out;
}
