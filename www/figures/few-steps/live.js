// Distills a few-step digit network in the page: digits that the velocity network draws, then training, in a worker.
import { CATALOG } from "../../element/catalog.js";
import { Figure } from "../../element/figure.js";
import { Keeper } from "../../element/keep.js";
import { startStop, unless } from "../../element/task.js";
import { MODELS } from "../../engine/assets.js";
import { DISTILLATION } from "../../engine/protocol.js";
import { LabClient } from "../../engine/lab/client.js";
import { save as saveFile } from "../../plot/export.js";
import { drawStrip } from "../../plot/images.js";
import { loadWeights } from "../../engine/images/weights.js";
import { onAppearance } from "../../plot/watch.js";
import { webgpu } from "../../engine/webgpu.js";
import { FLOW } from "./table.js";

const PIXELS = 784;
const SHOWN = Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
const NFES = [1, 2];
const SLICE_MS = 400; // a call takes about this long, so that stopping is quick
const PICTURE_MS = 3000;

export class LiveDistillation extends Figure {
  #client = new LabClient(() => this.#forget());
  #opening = null; // {asked, done}: what the engine is or was opened for
  #begun = null; // {settings, drawn, losses}: what it works on
  #trained = null; // {weights, settings, step, digits: NFE → pixels}: how it stood when it was shown last
  #cells = new Map();
  #keeper;
  working = startStop(this.root, this.part("start"), "Distill");

  constructor(context) {
    super(context, "few-steps-live", "live-");
    this.onClose(() => {
      this.#client.close();
      this.#forget();
    });
    this.on(this.part("start"), "click", () => (this.task.busy ? this.task.stop() : this.#go()));
    this.on(this.part("take"), "click", () => this.#take());
    const restore = (kept) => this.#restore(kept);
    this.#keeper = new Keeper({ root: this.root, name: "few-steps", now: () => this.#trained, restore, report: this.report, signal: this.signal });
    const redraw = () => this.#cells.forEach((cells, canvas) => drawStrip(canvas, cells, "x", 0, cells.length, -1));
    onAppearance(this.root, redraw, this.signal);
  }

  #call(method, ...args) {
    return this.#client.call(method, 0, ...args);
  }

  #settings() {
    const { state } = this;
    return {
      images: state["few-steps.images"],
      steps: state["few-steps.steps"],
      batch: state["few-steps.batch"],
      rate: CATALOG.distillation.rate,
      guidance: FLOW.guidance,
      seed: state["few-steps.seed"],
    };
  }

  #progress(share, text) {
    this.part("progress").value = share;
    this.part("text").textContent = text;
  }

  #forget() {
    this.#opening = this.#begun = null; // what was trained can still be saved
  }

  #go() {
    this.report("");
    const wanted = [this.state["few-steps.trainingDevice"], this.#settings()]; // what is set while it rests is for the next time
    this.task.run(async (signal) => {
      try {
        const opened = this.#open(...wanted);
        if (!this.#begun) this.#progress(0, "Loading the engine and the velocity network…");
        await unless(signal, opened);
      } catch (error) {
        if (!this.#begun) this.#progress(0, error.message); // beside the button: the figure's own line may be out of view
        throw error;
      }
      await this.#draw(signal);
      await this.#train(signal);
    });
  }

  /** Begins, or goes on with what was stopped where nothing else is asked for. */
  #open(device, settings) {
    const asked = JSON.stringify([device, settings]);
    if (this.#opening?.asked !== asked) {
      this.#forget();
      /** @type {{asked: string, done?: Promise<void>}} */
      const opening = (this.#opening = { asked });
      const wanted = () => this.#opening === opening;
      opening.done = this.#begin(device, settings, wanted);
      opening.done.catch(() => wanted() && this.#forget());
    }
    return this.#opening.done;
  }

  /** `wanted()`: whether nothing else was asked for meanwhile. */
  async #begin(device, settings, wanted) {
    const { obstacle } = device === "cpu" ? { obstacle: "" } : await webgpu();
    if (obstacle && device === "webgpu") throw new Error(`WebGPU cannot be used: ${obstacle}. Choose another device.`);
    const computes = device === "cpu" || obstacle ? "cpu" : "webgpu";
    const weights = loadWeights(MODELS.digits);
    weights.catch(() => {}); // awaited below
    if (wanted()) await this.#client.open(computes);
    const { bytes } = await weights;
    if (!wanted()) throw new Error("the engine was stopped");
    await this.#call(DISTILLATION, JSON.stringify(settings), new Uint8Array(bytes));
    if (!wanted()) throw new Error("the engine was stopped");
    this.#begun = { settings, drawn: 0, losses: [] };
  }

  async #draw(signal) {
    const { settings } = this.#begun;
    for (let slice = 10; !signal.aborted && this.#begun.drawn < settings.images; ) {
      const began = performance.now();
      this.#begun.drawn = await this.#call("draw", slice);
      slice = this.#pace(slice, performance.now() - began, 100);
      const { drawn } = this.#begun;
      this.#progress((0.3 * drawn) / settings.images, `The velocity network draws digits to learn from: ${drawn} of ${settings.images}`);
    }
  }

  async #train(signal) {
    const { settings, losses, drawn } = this.#begun;
    let shown = -Infinity;
    const says = () => {
      if (!losses.length) return this.part("text").textContent;
      const recent = losses.slice(-20);
      return `Step ${losses.length} of ${settings.steps}, loss ${(recent.reduce((a, b) => a + b, 0) / recent.length).toFixed(4)}`;
    };
    for (let slice = 1; !signal.aborted && losses.length < settings.steps; ) {
      const began = performance.now();
      losses.push(...(await this.#call("train", slice)).losses);
      slice = this.#pace(slice, performance.now() - began, 50);
      this.#progress(0.3 + (0.7 * losses.length) / settings.steps, says());
      if (performance.now() - shown > PICTURE_MS || losses.length === settings.steps) {
        await this.#show();
        shown = performance.now();
      }
    }
    if (losses.length < settings.steps) this.part("text").textContent = `${says()}. Stopped; Distill goes on from here.`;
    else this.#progress(1, `${says()}. Done: seed ${settings.seed}, ${drawn} digits of the network’s own.`);
  }

  /** How much to ask for next, from how long this took. */
  #pace(slice, ms, most) {
    return Math.max(1, Math.min(most, Math.round((SLICE_MS * slice) / Math.max(1, ms))));
  }

  async #show() {
    const { settings, losses } = this.#begun;
    const step = losses.length;
    const digits = {};
    for (const nfe of NFES) digits[nfe] = await this.#call("sample", SHOWN, nfe, settings.seed);
    this.#trained = { weights: await this.#call("weights"), settings, step, digits };
    this.#picture();
    this.#keeper.save(this.#trained);
  }

  #picture() {
    for (const nfe of NFES) {
      const x = this.#trained.digits[nfe];
      const canvas = this.part(`digits-${nfe}`);
      canvas.hidden = false;
      canvas.setAttribute("aria-label", `Digits 0 to 9 after ${nfe} evaluations of the trained network`);
      const cells = Array.from(SHOWN, (_, i) => ({ x: x.subarray(i * PIXELS, (i + 1) * PIXELS) }));
      this.#cells.set(canvas, cells);
      drawStrip(canvas, cells, "x", 0, cells.length, -1);
    }
    this.part("take").disabled = false;
  }

  /** Shows what was kept at an earlier visit; training cannot go on from it. */
  async #restore(kept) {
    await this.task.stop();
    this.#trained = kept;
    this.#picture();
    this.#progress(0, `Trained before: step ${kept.step}, seed ${kept.settings.seed}. Distill begins another.`);
  }

  #take() {
    const { weights, settings, step } = this.#trained;
    saveFile(new Blob([weights], { type: "application/octet-stream" }), `flow-lab-few-step-seed${settings.seed}-step${step}.safetensors`);
  }
}
