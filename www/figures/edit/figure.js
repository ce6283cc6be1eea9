// A digit of one's own: to its noise and back, under other classes, blended with another, mended, enlarged.
import { newSeed } from "../../element/state.js";
import { DigitNetwork } from "../../engine/digits/network.js";
import { drawStrip } from "../../plot/images.js";
import { Task, unless } from "../../element/task.js";
import { onTheme } from "../../plot/theme.js";
import { Pad } from "./pad.js";
import { HAND, SIDE, read, write } from "./table.js";

const PLAIN = { weight: 1, from: 0, to: 1 }; // the way back is exact for the field itself, not for a guided one
const EXACT = { solver: "rk4", steps: 32, tolerance: 0.01, guidance: PLAIN };
const QUICK = { solver: "midpoint", steps: 16, tolerance: 0.01, guidance: PLAIN };
const BLENDS = 9;
const EXAMPLE_SEED = 4;
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

const parts = (x) => Array.from({ length: x.length / SIDE / SIDE }, (_, i) => x.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));

const joined = (parts) => {
  const all = new Float32Array(parts.length * SIDE * SIDE);
  parts.forEach((part, i) => all.set(part, i * SIDE * SIDE));
  return all;
};

export class HandFigure {
  #root;
  #state;
  #save;
  #report;
  #pad;
  #network = new DigitNetwork("digits");
  #noise = null; // {key, x}: of the drawing and class that the key names
  #kept = null; // {noise, label} of a digit put aside
  #task;
  #acting = null; // the button whose work is done
  #rows = new Map(); // canvas → what it shows, for redrawing

  /** `state` has the keys of HAND and `engine`; `save()` puts it into the link; `report(text)` shows a problem. */
  constructor({ root, state, save, report }) {
    this.#root = root;
    this.#state = state;
    this.#save = save;
    this.#report = report;
    this.#task = new Task((how) => this.#working(how), report);
    this.#pad = new Pad(this.#part("pad"), () => this.#drawn());
    this.refresh();
    const form = this.#part("form");
    form.addEventListener("submit", (event) => event.preventDefault());
    form.elements["hand.class"].addEventListener("input", ({ target }) => {
      const { kind } = HAND["hand.class"];
      const value = kind.read(target.value);
      target.setCustomValidity(value === undefined ? `Give ${kind.says}.` : "");
      if (value === undefined) return target.reportValidity();
      state["hand.class"] = value;
      save();
    });
    root.addEventListener("click", ({ target }) => {
      const { tool, act } = target.dataset;
      if (tool) this.#choose(tool);
      if (act) this.#press(act);
    });
    const redraw = () => this.#rows.forEach((cells, canvas) => this.#paint(canvas, cells));
    new ResizeObserver(redraw).observe(this.#part("results"));
    onTheme(root, redraw);
    this.#choose("draw");
  }

  #part(name) {
    return this.#root.querySelector(`#hand-${name}`);
  }

  /** Shows the state. */
  refresh() {
    this.#pad.pixels = read(this.#state["hand.drawing"]);
    this.#part("form").elements["hand.class"].value = this.#state["hand.class"];
  }

  #drawn() {
    const drawing = write(this.#pad.pixels);
    this.#pad.revalue(read(drawing)); // what is computed is what the link says
    this.#state["hand.drawing"] = drawing;
    this.#save();
  }

  #choose(tool) {
    this.#pad.tool = tool;
    for (const button of this.#root.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  }

  #say(text) {
    this.#part("text").textContent = text;
  }

  #paint(canvas, cells) {
    drawStrip(
      canvas,
      cells.map((x) => x && { x }),
      "x",
      0,
      cells.length,
      -1,
    );
  }

  #show(name, cells, label) {
    const result = this.#root.querySelector(`[data-result="${name}"]`);
    const canvas = result.querySelector("canvas");
    result.hidden = false;
    result.style.setProperty("--cells", cells.length);
    canvas.setAttribute("aria-label", label);
    this.#rows.set(canvas, cells);
    this.#paint(canvas, cells);
  }

  /** What a result amounts to: stays below it. */
  #caption(name, text) {
    this.#root.querySelector(`[data-result="${name}"] figcaption`).textContent = text;
    this.#say("");
  }

  replaced(keys) {
    if (keys.length) this.refresh();
  }

  /** Something to look at before a person writes: a digit that the network writes, carried to its noise and back. */
  begin() {
    if (!this.#pad.blank || this.#task.busy) return;
    this.#task.run(async (signal) => {
      if (this.#pad.blank) await this.#act("invent", { ...this.#job(), example: true }, signal);
      await this.#act("return", this.#job(), signal);
    });
  }

  /** Nobody looks: nothing is computed. */
  rest() {
    this.#task.rest();
  }

  resume() {
    this.#task.resume();
  }

  close() {
    this.#task.close();
    this.#network.close();
  }

  /** While something is at work, its button stops it and no other can be pressed. */
  #working(how) {
    for (const button of this.#root.querySelectorAll("[data-act]")) {
      const acting = how !== "idle" && button.dataset.act === this.#acting;
      button.dataset.title ??= button.textContent;
      button.textContent = acting ? "Stop" : button.dataset.title;
      button.disabled = acting ? how === "stopping" : how !== "idle" || (button.dataset.act === "blend" && !this.#kept);
    }
    this.#root.setAttribute("aria-busy", String(how !== "idle"));
  }

  #press(act) {
    if (this.#task.busy) return this.#task.stop();
    if (act === "clear") return this.#pad.clear();
    const job = this.#job();
    this.#task.run((signal) => this.#act(act, job, signal));
  }

  /** What is on the pad now: what is drawn meanwhile belongs to the next act. */
  #job() {
    const { pixels, mask, whole, blank } = this.#pad;
    return { pixels, mask, whole, blank, label: this.#state["hand.class"] };
  }

  async #act(act, job, signal) {
    this.#acting = act;
    this.#working("busy");
    this.#report("");
    if (act !== "invent" && job.blank) throw new Error("Write a digit on the pad first, or let the network write one.");
    try {
      this.#say("Loading the network…");
      const loading = (share) => this.#task.busy && this.#say(`Loading the network… ${Math.round(100 * share)} %`);
      await unless(signal, this.#network.open(this.#state.engine, loading));
      signal.addEventListener("abort", () => this.#network.stop());
      await this[`_${act}`]({ ...job, signal });
    } catch (error) {
      this.#say(signal.aborted ? "Stopped." : "");
      throw error;
    }
  }

  /** The last frame of a run; `during(frame)`, where it is given, sees every one. */
  async #run(signal, request, from, during = null) {
    let end = null;
    const onFrame = (frame) => {
      end = frame;
      during?.(frame);
    };
    await unless(signal, this.#network.sample({ seed: 1, ...request }, onFrame, { from, last: !during }));
    return end;
  }

  /** A digit that the network writes, as something to begin with. */
  async _invent({ label, example, signal }) {
    const seed = example ? EXAMPLE_SEED : newSeed();
    const guidance = { weight: 2, from: 0.2, to: 1 };
    const { x } = await this.#run(signal, { ...QUICK, guidance, seed, labels: [label] });
    if (example && !this.#pad.blank) return; // a person has begun to write
    this.#pad.pixels = x;
    this.#pad.example = Boolean(example);
    if (example)
      this.#pad.revalue(read(write(x))); // nobody's drawing: it does not enter the link
    else this.#drawn();
    this.#say(`The network wrote a ${label}: 32 evaluations, midpoint, guidance 2 from t = 0.2, seed ${seed}.`);
  }

  /** The noise of a drawing under its class, and the evaluations that it took: none where it is known from before. */
  async #toNoise({ pixels, label, signal }) {
    const key = `${label} ${write(pixels)}`;
    if (this.#noise?.key === key) return { noise: this.#noise.x, nfe: 0 };
    const progress = ({ t }) => this.#say(`To its noise: t = ${t.toFixed(2)}`);
    const { x, nfe } = await this.#run(signal, { ...EXACT, labels: [label] }, { method: "encode", args: [pixels] }, progress);
    this.#noise = { key, x };
    return { noise: x, nfe };
  }

  async _return(job) {
    const { pixels, label, signal } = job;
    const { noise, nfe: there } = await this.#toNoise(job);
    const show = (back) => this.#show("return", [pixels, noise, back], "The digit, its noise, and back again");
    show(null);
    const { x, nfe } = await this.#run(signal, { ...EXACT, labels: [label] }, { method: "decode", args: [noise] }, (frame) => show(frame.x));
    const error = pixels.reduce((sum, v, i) => sum + Math.abs(v - x[i]), 0) / pixels.length / 2;
    const ways = there ? `${there} evaluations there and ${nfe} back` : `${nfe} evaluations back`;
    this.#caption(
      "return",
      `The digit, its noise, and back again as a ${label}: a pixel is off by ${error.toFixed(4)} of the grey scale on average (Runge–Kutta 4, ${ways}).`,
    );
  }

  async _classes(job) {
    const { noise } = await this.#toNoise(job);
    const show = ({ x }) => this.#show("classes", parts(x), "Its noise as each digit from 0 to 9");
    const { nfe } = await this.#run(job.signal, { ...QUICK, labels: DIGITS }, { method: "decode", args: [joined(DIGITS.map(() => noise))] }, show);
    this.#caption(
      "classes",
      `Its noise, led to each class from 0 to 9: what is not the class, slant and width of the pen, stays (midpoint, ${nfe} evaluations).`,
    );
  }

  async _keep(job) {
    this.#kept = { noise: (await this.#toNoise(job)).noise, label: job.label };
    this.#say(`Kept this ${job.label}. Write another digit, then blend the two.`);
  }

  async _blend(job) {
    const { noise: from, label: first } = this.#kept;
    const { noise: to } = await this.#toNoise(job);
    const shares = Array.from({ length: BLENDS }, (_, i) => i / (BLENDS - 1));
    const labels = shares.map((share) => (share < 0.5 ? first : job.label));
    const between = joined(shares.map((share) => slerp(from, to, share)));
    const show = ({ x }) => this.#show("blend", parts(x), `From the kept ${first} to this ${job.label}`);
    const { nfe } = await this.#run(job.signal, { ...QUICK, labels }, { method: "decode", args: [between] }, show);
    this.#caption(
      "blend",
      `From the kept ${first} to this ${job.label}, along the sphere between their noises; the class changes half way (midpoint, ${nfe} evaluations).`,
    );
  }

  async _mend({ pixels, mask, whole, label: digit, signal }) {
    if (whole) throw new Error("Take a part of the digit away first: choose “Take away” and rub over it.");
    const hole = pixels.map((v, i) => (mask[i] ? v : -0.4));
    const label = "What is left, and mended";
    const show = ({ x }) => this.#show("mend", [hole, x], label);
    const request = { ...EXACT, solver: "euler", labels: [digit] };
    const { nfe } = await this.#run(signal, request, { method: "mend", args: [pixels, mask] }, show);
    this.#caption(
      "mend",
      `What is left of it, and mended as a ${digit}: every step is led to an image that agrees with what is left (Euler, ${nfe} evaluations, seed 1).`,
    );
  }

  async _enlarge({ pixels: drawing, label, signal }) {
    const half = SIDE / 2;
    const at = (r, c) => drawing[r * SIDE + c];
    const small = Float32Array.from({ length: half * half }, (_, i) => {
      const [r, c] = [2 * Math.floor(i / half), 2 * (i % half)];
      return (at(r, c) + at(r, c + 1) + at(r + 1, c) + at(r + 1, c + 1)) / 4;
    });
    const coarse = Float32Array.from(drawing, (_, i) => small[Math.floor(i / SIDE / 2) * half + Math.floor((i % SIDE) / 2)]);
    const show = ({ x }) => this.#show("enlarge", [drawing, coarse, x], "The digit, its 14×14 picture, and 28×28 again");
    const request = { ...EXACT, solver: "euler", labels: [label] };
    const { nfe } = await this.#run(signal, request, { method: "enlarge", args: [small, 2] }, show);
    this.#caption("enlarge", `The digit, its 14×14 picture, and 28×28 made of that as a ${label} (Euler, ${nfe} evaluations, seed 1).`);
  }
}
