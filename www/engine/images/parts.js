// A run of images in parts, and their frames put together again.
/** Solvers that have one step size for all images of a run. */
const TOGETHER = ["dopri5"];

/**
 * The job ({request, from, last}: see protocol.js) in at most `most` parts of images that follow each other; in one where it cannot be
 * divided.
 */
export function divided(job, most) {
  const { request, from } = job;
  const n = request.labels.length;
  const rows = (from?.args ?? []).filter((value) => value instanceof Float32Array);
  const parts = TOGETHER.includes(request.solver) || rows.some(({ length }) => length % n) ? 1 : Math.min(most, n);
  if (parts < 2) return [job];
  return Array.from({ length: parts }, (_, i) => {
    const [begin, end] = [i, i + 1].map((k) => Math.round((k * n) / parts));
    const cut = (value) => (value instanceof Float32Array ? value.slice((value.length / n) * begin, (value.length / n) * end) : value);
    const part = { ...job, request: { ...request, labels: request.labels.slice(begin, end), first: begin } };
    return from ? { ...part, from: { ...from, args: from.args.map(cut) } } : part;
  });
}

/** Images, or rows of them, in one array. */
export function joined(images) {
  const all = new Float32Array(images.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const image of images) {
    all.set(image, at);
    at += image.length;
  }
  return all;
}

/** Frames of `n` parts, each in its order: `onFrame` gets one of the whole when all parts have come to it. */
export class Merge {
  #waiting;
  #onFrame;

  constructor(n, onFrame) {
    this.#waiting = Array.from({ length: n }, () => []);
    this.#onFrame = onFrame;
  }

  /** `frame`: the next one of part `i`. */
  add(i, frame) {
    this.#waiting[i].push(frame);
    if (!this.#waiting.every(({ length }) => length)) return;
    const frames = this.#waiting.map((queue) => queue.shift());
    if (frames.length === 1) return this.#onFrame(frames[0]);
    const whole = (key) => joined(frames.map((part) => part[key]));
    this.#onFrame({ ...frames[0], x: whole("x"), x1: whole("x1"), ms: Math.max(...frames.map(({ ms }) => ms)) });
  }
}
