// What a device takes for an evaluation, measured in this visit, and which device is the faster one.

/** network → size → {cpu, webgpu}: milliseconds. */
const visit = new Map();

/** How large a run is to a device: images in a batch, which guidance doubles, and whether every frame is read. */
export function sizeOf({ request: { labels, guidance }, last = false }) {
  return { rows: labels.length * (guidance.weight === 1 ? 1 : 2), last };
}

export class Timings {
  #sizes; // Map: size as text → {size, times}

  /** What is known of the network called `name`, to all figures of this page. */
  constructor(name) {
    if (!visit.has(name)) visit.set(name, new Map());
    this.#sizes = visit.get(name);
  }

  /** {cpu, webgpu}, or undefined where this size was not measured. */
  of(size) {
    return this.#sizes.get(JSON.stringify(size))?.times;
  }

  set(size, times) {
    this.#sizes.set(JSON.stringify(size), { size, times });
  }

  /**
   * The faster device. For a size that was not measured: where WebGPU is faster for fewer rows, it is faster for more of them;
   * else the CPU, which waits for nothing.
   */
  faster(size) {
    const wins = ({ cpu, webgpu }) => webgpu < cpu;
    const times = this.of(size);
    if (times) return wins(times) ? "webgpu" : "cpu";
    const smaller = [...this.#sizes.values()].filter((known) => known.size.last === size.last && known.size.rows < size.rows);
    return smaller.some((known) => wins(known.times)) ? "webgpu" : "cpu";
  }
}

const STEPS = 4;

/** Milliseconds of an evaluation on `device` for runs like `job`; null where the measuring was stopped. */
export async function measure(device, { request, last }) {
  const guidance = { ...request.guidance, from: 0, to: 1 };
  const job = { request: { ...request, guidance, solver: "euler", steps: STEPS }, last };
  let ms, nfe;
  const once = () => {
    [ms, nfe] = [0, 0];
    return device.compute(job, (frame) => {
      ms += frame.ms;
      nfe = frame.nfe;
    });
  };
  // The first run compiles, and shows nothing.
  return (await once()) && (await once()) ? ms / nfe : null;
}
