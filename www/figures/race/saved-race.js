// The race that stands there before a reader trains anything: what saved.js holds, as a Race would give it.
import { halfOf } from "./race.js";
import { NFES, race } from "./table.js";

const points = (text) => Float32Array.from(text.split(" "), (hundredths) => Number(hundredths) / 100);

/** Frames of `size` numbers. */
const frames = (flat, size) => Array.from({ length: flat.length / size }, (_, k) => flat.subarray(k * size, (k + 1) * size));

/** The saved race of the methods that `state` names, or null where it asks for another race. */
export async function savedRace(state) {
  const { methods, ...settings } = race(state);
  const { SAVED } = await import("./saved.js");
  const same = Object.keys(settings).every((key) => JSON.stringify(settings[key]) === JSON.stringify(SAVED.settings[key]));
  const lines = SAVED.lines.filter(({ id }) => id === "flow" || methods.includes(id));
  return same && lines.length === methods.length + 1 ? new SavedRace(SAVED, lines) : null;
}

class SavedRace {
  #training;

  constructor({ target, floor, training, settings }, lines) {
    this.target = points(target);
    this.half = halfOf(this.target);
    this.floor = floor;
    this.lines = lines;
    this.settings = settings;
    this.#training = training;
  }

  /** See {@link Race.particles}. */
  async particles(i, nfe) {
    const { id, w2, straightness, ends, ways } = this.lines[i];
    const k = NFES.indexOf(nfe);
    const drawn = frames(points(ways[k]), points(ways[k]).length / (nfe + 1));
    const through = id === "drifting" ? frames(points(this.#training), drawn[0].length) : drawn;
    return { nfe, w2: w2[k], straightness: straightness[k] ?? Number.NaN, ends: points(ends[k]), ways: through };
  }
}
