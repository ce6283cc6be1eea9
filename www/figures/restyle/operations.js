// What the buttons of the figure compute: each a run or two of the emoji network.
import { lastFrame } from "../../element/last-frame.js";
import { NAMES } from "../../element/names.js";
import { newSeed } from "../../element/state.js";
import { joined } from "../../engine/images/parts.js";
import { PICTURE, blockMeans, imagesOf } from "../../plot/images.js";
import { frameAt } from "../../plot/interpolate.js";
import { STYLES, weights } from "./table.js";

const BLOCK = 4; // of the small picture's pixels
const PLAIN = { weight: 1, from: 0, to: 1 }; // the way back is exact for the field itself, not for a guided one
const MIDPOINT = { solver: "midpoint", tolerance: 0.01, guidance: PLAIN };
const BACK = 12; // steps to the noise, equal in √t as those from it: the field is steepest near noise
const ONWARD = 8; // and from there
const EXAMPLE_SEED = 3;

/** A job: {values, mask, whole, category, own, strength, guidance, signal}, what stood on the pad and in the form when its button was pressed. */
export class Operations {
  #network;
  #pad;
  #results;
  #tiles;
  shown = null; // {values, count}: the row that can be saved
  #decoded;
  #invented;

  /**
   * `network`: an ImageNetwork, opened before a job; `results` and `tiles`: where things are shown; `decoded(way)` is told what {@link showAt} can show;
   * `invented()` that another emoji stands on the pad.
   */
  constructor({ network, pad, results, tiles, decoded, invented }) {
    this.#decoded = decoded;
    this.#invented = invented;
    this.#tiles = tiles;
    this.#network = network;
    this.#pad = pad;
    this.#results = results;
  }

  /** The last frame of a run; `during(frame)`, where it is given, sees every one. */
  #run(signal, request, from, during = null) {
    this.#results.say("Computing…");
    return lastFrame(this.#network, signal, { seed: 1, ...MIDPOINT, ...request }, from, during);
  }

  #show(name, cells, label) {
    this.#results.show(name, cells, label);
    this.#keep(cells);
  }

  #keep(cells) {
    const whole = cells.filter(Boolean);
    this.shown = { values: joined(whole), count: whole.length };
  }

  /** An emoji that the network draws, as something to begin with. */
  async invent({ category, own, example, signal }) {
    const seed = example ? EXAMPLE_SEED : newSeed();
    const style = own === "none" ? "noto" : own;
    const request = { seed, steps: ONWARD, guidance: { weight: 3, from: 0, to: 1 }, labels: [weights(category, style)] };
    const { x } = await this.#run(signal, request);
    if (example && !this.#pad.blank) return; // a person has begun to draw
    this.#pad.values = x.map((v) => Math.min(1, Math.max(-1, v)));
    if (!example) this.#invented();
    this.#results.say(`An emoji that the network drew (${NAMES[category]}, ${NAMES[style]}, seed ${seed}).`);
  }

  async restyle({ values, category, own, strength, guidance, signal }) {
    const from = 1 - strength;
    const back = { steps: BACK, spacing: "quadratic", labels: [weights(category, own)], from };
    const show = (noise, styles) => {
      const cells = [values, noise, ...styles];
      this.#tiles.show(cells);
      this.#keep(cells);
    };
    const none = STYLES.map(() => null);
    const { x: noise } = await this.#run(signal, back, { method: "encode", args: [values] }, ({ x }) => show(x, none));
    const many = joined(STYLES.map(() => noise));
    const onward = {
      steps: ONWARD,
      spacing: "quadratic",
      labels: STYLES.map((style) => weights(category, style)),
      guidance: { weight: guidance, from: 0, to: 1 },
      from,
    };
    const frames = [];
    const { nfe } = await this.#run(signal, onward, { method: "decode", args: [many] }, ({ t, x }) => {
      frames.push({ t, x });
      show(noise, imagesOf(x, PICTURE));
    });
    this.#decoded({ values, noise, frames });
    const until = from > 0 ? `to encode it to t = ${from.toFixed(2)}, where it is not all noise yet,` : "to encode it";
    this.#results.caption(
      "restyle",
      `Midpoint, steps equal in √t: ${2 * BACK} evaluations ${until} without guidance, ${nfe} to decode it with guidance ${guidance}.`,
    );
  }

  /** The seven pictures at `t` on their way from the noise, linear between steps. */
  showAt({ values, noise, frames }, t) {
    const times = Float32Array.from(frames, (frame) => frame.t);
    const at = frameAt(times, t);
    const [a, b] = [Math.floor(at), Math.ceil(at)].map((k) => frames[k].x);
    const x = a.map((v, i) => v + (at - Math.floor(at)) * (b[i] - v));
    const cells = [values, noise, ...imagesOf(x, PICTURE)];
    this.#tiles.show(cells);
    this.#keep(cells);
  }

  /** Nothing that was computed belongs to what is on the pad. */
  forget() {
    this.#tiles.clear();
    this.shown = null;
  }

  async inpaint({ values, mask, whole, category, own, signal }) {
    if (whole) throw new Error("Mask a part of the picture first: choose “Mask” and drag over it.");
    const hole = values.map((v, i) => (mask[i] ? v : 0));
    const request = { solver: "euler", steps: 32, labels: [weights(category, own)] };
    const show = ({ x }) => this.#show("inpaint", [hole, x], "The known part, and the inpainted picture");
    const { nfe } = await this.#run(signal, request, { method: "inpaint", args: [values, mask] }, show);
    this.#results.caption("inpaint", `The known part, and the picture inpainted to agree with it (Euler, ${nfe} evaluations, seed 1).`);
  }

  async superResolve({ values, category, own, signal }) {
    const { small, coarse } = blockMeans(values, PICTURE, BLOCK);
    const request = { solver: "euler", steps: 32, labels: [weights(category, own)] };
    const show = ({ x }) => this.#show("superResolve", [values, coarse, x], "The picture, its 16×16 version, and the super-resolved picture");
    const { nfe } = await this.#run(signal, request, { method: "superResolve", args: [small, BLOCK] }, show);
    this.#results.caption(
      "superResolve",
      `The picture, its 16×16 version, and the super-resolved 64×64 picture (Euler, ${nfe} evaluations, seed 1): its detail is the network’s, not the picture’s.`,
    );
  }
}
