// What the buttons of the figure compute: each a run or two of the digit network.
import { lastFrame } from "../../element/last-frame.js";
import { GUIDANCE, newSeed } from "../../element/state.js";
import { joined } from "../../engine/images/parts.js";
import { DIGIT, blockMeans, imagesOf } from "../../plot/images.js";
import { read, write } from "./table.js";

const PLAIN = { weight: 1, from: 0, to: 1 }; // the way back is exact for the field itself, not for a guided one
const EXACT = { solver: "rk4", steps: 32, tolerance: 0.01, guidance: PLAIN };
const QUICK = { solver: "midpoint", steps: 16, tolerance: 0.01, guidance: PLAIN };
const BLENDS = 9;
const EXAMPLE_SEED = 4;
const COLUMNS = 5;
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Spherical interpolation, which keeps noise as large as noise is (Shoemake 1985). */
function slerp(a, b, share) {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  const angle = Math.acos(Math.min(1, Math.max(-1, ab / Math.sqrt(aa * bb))));
  if (angle < 1e-4) return a.slice();
  const [p, q] = [Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle)];
  return a.map((v, i) => p * v + q * b[i]);
}

const parts = (x) => imagesOf(x, DIGIT);

/** A job: {pixels, mask, whole, label, signal}, what was on the pad when its button was pressed. */
export class Operations {
  #network;
  #pad;
  #results;
  #drawn;
  #decoded;
  #noise = null; // {key, x}: of the drawing and class that the key names
  #kept = null; // {noise, label} of a digit put aside

  /**
   * `network`: an ImageNetwork, opened before a job; `drawn()`: a digit was put on the pad; `decoded({pixels, frames})`: it was
   * decoded as each class, on the way at each frame's t; null: not any more.
   */
  constructor({ network, pad, results, drawn, decoded }) {
    this.#decoded = decoded;
    this.#network = network;
    this.#pad = pad;
    this.#results = results;
    this.#drawn = drawn;
  }

  /** Whether a digit was put aside to blend with. */
  get hasKept() {
    return this.#kept !== null;
  }

  /** The last frame of a run; `during(frame)`, where it is given, sees every one. */
  #run(signal, request, from, during = null) {
    return lastFrame(this.#network, signal, { seed: 1, ...request }, from, during);
  }

  /** A digit that the network writes, as something to begin with. */
  async invent({ label, example, signal }) {
    const seed = example ? EXAMPLE_SEED : newSeed();
    const { x } = await this.#run(signal, { ...QUICK, guidance: GUIDANCE, seed, labels: [label] });
    if (example && !this.#pad.blank) return; // a person has begun to write
    this.#pad.pixels = x;
    this.#pad.example = Boolean(example);
    if (example)
      this.#pad.revalue(read(write(x))); // nobody's drawing: it does not enter the link
    else this.#drawn();
    this.#results.say(
      `A sampled ${label}: 32 evaluations, midpoint, guidance ${GUIDANCE.weight} from t = ${GUIDANCE.from} to ${GUIDANCE.to}, seed ${seed}.`,
    );
  }

  /** The noise of a drawing under its class, and the evaluations that it took: none where it is known from before. */
  async #toNoise({ pixels, label, signal }) {
    const key = `${label} ${write(pixels)}`;
    if (this.#noise?.key === key) return { noise: this.#noise.x, nfe: 0 };
    const progress = ({ t }) => this.#results.say(`Encoding: t = ${t.toFixed(2)}`);
    const { x, nfe } = await this.#run(signal, { ...EXACT, labels: [label] }, { method: "encode", args: [pixels] }, progress);
    this.#noise = { key, x };
    return { noise: x, nfe };
  }

  async return(job) {
    const { pixels, label, signal } = job;
    const { noise, nfe: there } = await this.#toNoise(job);
    const show = (back) => this.#results.show("return", [pixels, noise, back], "The digit, its noise, and the decoded digit");
    show(null);
    const { x, nfe } = await this.#run(signal, { ...EXACT, labels: [label] }, { method: "decode", args: [noise] }, (frame) => show(frame.x));
    const error = pixels.reduce((sum, v, i) => sum + Math.abs(v - x[i]), 0) / pixels.length / 2;
    const ways = there ? `${there} evaluations to encode, ${nfe} to decode` : `${nfe} evaluations to decode`;
    this.#results.caption(
      "return",
      `The digit, its noise, and the digit decoded as a ${label}. Mean error of a pixel: ${error.toFixed(4)} of the gray scale (Runge–Kutta 4, ${ways}).`,
    );
  }

  async classes(job) {
    this.#decoded(null);
    const { noise } = await this.#toNoise(job);
    const frames = [];
    const show = ({ t, x }) => {
      frames.push({ t, x });
      this.#results.show("classes", parts(x), "The same noise decoded as each class from 0 to 9", COLUMNS);
    };
    const { nfe } = await this.#run(job.signal, { ...QUICK, labels: DIGITS }, { method: "decode", args: [joined(DIGITS.map(() => noise))] }, show);
    this.#results.caption(
      "classes",
      `The same noise decoded as each class from 0 to 9. Slant, stroke width and size stay (midpoint, ${nfe} evaluations).`,
    );
    this.#decoded({ pixels: job.pixels, frames });
  }

  /** Shows the frame of {@link classes} that is nearest to `t`. */
  showAt(frames, t) {
    const far = (frame) => Math.abs(frame.t - t);
    const { x } = frames.reduce((best, frame) => (far(frame) < far(best) ? frame : best));
    this.#results.show("classes", parts(x), `The same noise on the way to each class from 0 to 9, at t = ${t.toFixed(2)}`, COLUMNS);
  }

  async keep(job) {
    this.#kept = { noise: (await this.#toNoise(job)).noise, label: job.label };
    this.#results.say(`Kept this ${job.label}. Write another digit, then interpolate.`);
  }

  async blend(job) {
    const { noise: from, label: first } = this.#kept;
    const { noise: to } = await this.#toNoise(job);
    const shares = Array.from({ length: BLENDS }, (_, i) => i / (BLENDS - 1));
    const labels = shares.map((share) => (share < 0.5 ? first : job.label));
    const between = joined(shares.map((share) => slerp(from, to, share)));
    const show = ({ x }) => this.#results.show("blend", parts(x), `From the kept ${first} to this ${job.label}`);
    const { nfe } = await this.#run(job.signal, { ...QUICK, labels }, { method: "decode", args: [between] }, show);
    this.#results.caption(
      "blend",
      `From the kept ${first} to this ${job.label}: spherical interpolation between their noises; the class changes halfway (midpoint, ${nfe} evaluations).`,
    );
  }

  async inpaint({ pixels, mask, whole, label: digit, signal }) {
    if (whole) throw new Error("Mask a part of the digit first: choose “Mask” and drag over it.");
    const hole = pixels.map((v, i) => (mask[i] ? v : -0.4));
    const label = "The known pixels, and the inpainted digit";
    const show = ({ x }) => this.#results.show("inpaint", [hole, x], label);
    const request = { ...EXACT, solver: "euler", labels: [digit] };
    const { nfe } = await this.#run(signal, request, { method: "inpaint", args: [pixels, mask] }, show);
    this.#results.caption(
      "inpaint",
      `The known pixels, and the digit inpainted as a ${digit}: each step is corrected so that the predicted image agrees with the known pixels (Euler, ${nfe} evaluations, seed 1).`,
    );
  }

  async superResolve({ pixels: drawing, label, signal }) {
    const { small, coarse } = blockMeans(drawing, DIGIT, 2);
    const show = ({ x }) => this.#results.show("superResolve", [drawing, coarse, x], "The digit, its 14×14 version, and the super-resolved digit");
    const request = { ...EXACT, solver: "euler", labels: [label] };
    const { nfe } = await this.#run(signal, request, { method: "superResolve", args: [small, 2] }, show);
    this.#results.caption(
      "superResolve",
      `The digit, its 14×14 version, and the super-resolved 28×28 digit as a ${label} (Euler, ${nfe} evaluations, seed 1).`,
    );
  }
}
