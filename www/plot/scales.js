// Numbers on axes, and long series made short enough to draw.

/** Steps of 1, 2 or 5 times a power of ten within [low, high], about `count` of them. */
export function linearTicks(low, high, count = 5) {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((k) => k * power >= rough * 0.999) * power;
  const ticks = [];
  // Counted in steps, so that no rounding piles up.
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * span; k += 1) {
    ticks.push(Number((k * step).toPrecision(12)));
  }
  return ticks;
}

/** Powers of ten within [low, high]; with 2 and 5 times them where that leaves fewer than three. */
export function logTicks(low, high) {
  const within = (factors) => {
    const ticks = [];
    for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e += 1) {
      for (const f of factors) {
        const v = Number(`${f}e${e}`);
        if (v >= low * 0.9999 && v <= high * 1.0001) ticks.push(v);
      }
    }
    return ticks;
  };
  const tens = within([1]);
  if (tens.length >= 3) return tens;
  const more = within([1, 2, 5]);
  return more.length >= 2 ? more : linearTicks(low, high, 3).filter((v) => v > 0);
}

/** A number as a person writes it: three digits that count, thousands as k, a real minus sign. */
export function figure(v) {
  if (!Number.isFinite(v)) return "–";
  const size = Math.abs(v);
  let text;
  if (size === 0) text = "0";
  else if (Number.isInteger(v) && size < 10_000) text = String(v);
  else if (size >= 10_000) text = `${Number((v / 1000).toPrecision(3))}k`;
  else if (size >= 0.001) text = String(Number(v.toPrecision(3)));
  else {
    const [digits, exponent] = v.toExponential(1).split("e");
    text = `${Number(digits)}·10${[...exponent.replace("+", "")].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("")}`;
  }
  return text.replace("-", "−");
}

/** Position of `v` in [0, 1] between `low` and `high`. */
export const scale = ({ low, high, log }) => {
  if (!log) return (v) => (v - low) / (high - low || 1);
  const [a, b] = [Math.log(low), Math.log(high)];
  return (v) => (Math.log(v) - a) / (b - a || 1);
};

/**
 * The least and greatest finite value of each of at most `columns` equal stretches of `values`, so that no spike is
 * lost: [{at, low, high}], `at` the index in the middle of the stretch.
 */
export function envelope(values, columns) {
  const n = values.length;
  const parts = Math.min(n, columns);
  const out = [];
  for (let k = 0; k < parts; k += 1) {
    const from = Math.floor((k * n) / parts);
    const to = Math.floor(((k + 1) * n) / parts);
    let low = Infinity;
    let high = -Infinity;
    for (let i = from; i < to; i += 1) {
      if (values[i] < low) low = values[i];
      if (values[i] > high && values[i] < Infinity) high = values[i];
    }
    if (low <= high) out.push({ at: (from + to - 1) / 2, low, high });
  }
  return out;
}

/** A series that grows, and its mean over the recent past, made as it comes. */
export class Series {
  #raw = new Float32Array(1024);
  #smooth = new Float32Array(1024);
  #mean = 0;
  #weight = 0;
  #keep;
  length = 0;

  /** `keep`: the share of its weight that a value keeps per step (0.98: the last fifty count most). */
  constructor(keep = 0.98) {
    this.#keep = keep;
  }

  append(values) {
    const length = this.length + values.length;
    if (length > this.#raw.length) {
      const grow = (old) => {
        const next = new Float32Array(2 * length);
        next.set(old.subarray(0, this.length));
        return next;
      };
      this.#raw = grow(this.#raw);
      this.#smooth = grow(this.#smooth);
    }
    for (const v of values) {
      if (Number.isFinite(v)) {
        this.#mean = this.#keep * this.#mean + (1 - this.#keep) * v;
        this.#weight = this.#keep * this.#weight + (1 - this.#keep);
      }
      this.#raw[this.length] = v;
      // Divided by the weights so far, as Adam does: without it the mean would begin at zero.
      this.#smooth[this.length] = this.#weight ? this.#mean / this.#weight : NaN;
      this.length += 1;
    }
  }

  get raw() {
    return this.#raw.subarray(0, this.length);
  }
  get smooth() {
    return this.#smooth.subarray(0, this.length);
  }
}
