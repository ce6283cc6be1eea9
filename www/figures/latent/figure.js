// Digits in two dimensions: a flow trains on codes of real digits in a worker; particles and a point that is dragged, decoded.
import { given, showState } from "../../element/controls.js";
import { Delay } from "../../element/delay.js";
import { Figure } from "../../element/figure.js";
import { unless } from "../../element/task.js";
import { tellTraining, trainInSlices } from "../../element/training.js";
import { MODELS } from "../../engine/assets.js";
import { loadWeights } from "../../engine/images/weights.js";
import { LabClient } from "../../engine/lab/client.js";
import { LAB, LATENT as DECODER } from "../../engine/protocol.js";
import { DIGIT, drawGrid, valuesOf } from "../../plot/images.js";
import { Playback } from "../../plot/playback.js";
import { Stage } from "../../plot/stage.js";
import { onAppearance } from "../../plot/watch.js";
import { Sprites } from "./sprites.js";
import { LATENT, settings } from "./table.js";

const SIZE = valuesOf(DIGIT);
const HALF = 6.4; // of the view: codes reach 6
const PARTICLES = 500;
const SPRITES = 24; // in 65 frames at most, and the decoder takes 2,048 points (src/latent.rs)
const REST_MS = 150; // a point that is dragged is kept when it rests
const MEASURED_AT = 0.5;
const [FLOW, CODES] = [0, 1]; // the client's slots

export class LatentFigure extends Figure {
  #form;
  #client;
  #stage;
  #sprites;
  #clock;
  #delay;
  #loaded = null; // a promise while the decoder is or was loaded: {x, points} of its codes
  #made = null; // a promise while the network is or was made
  #step = 0;
  #how = "idle"; // see Task
  #asked = false; // whether what is or was at work is to train
  #begun = false; // somebody has seen the figure
  #digits = { here: null, there: null }; // as they are shown
  #asking = false;
  #wanted = false; // the point moved, or the flow changed, since the last question

  constructor(context) {
    super(context, "latent");
    this.#client = new LabClient(({ gone }) => {
      const going = this.task.busy;
      this.#loaded = null;
      this.#forget();
      if (going && gone) this.#run(this.#asked);
    });
    this.onClose(() => this.#client.close());
    this.#form = this.part("form");
    this.#sprites = new Sprites(this.part("images"), HALF, this.signal);
    const moved = ({ x, y }) => this.#move(x, y);
    const announce = (text) => (this.part("said").textContent = text);
    this.#stage = new Stage(this.part("plane"), {
      signal: this.signal,
      half: HALF,
      label: "The latent plane",
      announce,
      onDrag: moved,
      onPick: moved,
    });
    this.#stage.setLayers({ key: false });
    const draw = (t) => {
      this.#stage.draw(t);
      this.#sprites.draw(t);
    };
    this.#clock = new Playback({ loop: false, onChange: ({ t, playing }) => this.#time(t, playing), signal: this.signal });
    this.#clock.add({ canvas: this.part("plane"), draw });
    this.#delay = new Delay((keys) => this.#changed(keys), this.signal);
    this.on(this.#form, "submit", (event) => event.preventDefault());
    this.on(this.#form, "input", ({ target }) => this.#input(target));
    this.on(this.part("start"), "click", () => (this.task.busy ? this.task.stop() : this.#run(true)));
    this.on(this.part("play"), "click", () => this.#clock.toggle());
    for (const name of ["here", "there"]) onAppearance(this.part(name), () => this.#digit(name), this.signal);
    this.#refresh();
  }

  #refresh() {
    const { "latent.x": x, "latent.y": y } = this.state;
    showState(this.#form, LATENT, this.state);
    this.#stage.setHandles([{ x, y, label: "" }]);
  }

  #move(x, y) {
    const { min, max } = LATENT["latent.x"].kind;
    const inside = (v) => Math.min(max, Math.max(min, Math.round(100 * v) / 100));
    this.state["latent.x"] = inside(x);
    this.state["latent.y"] = inside(y);
    this.#refresh();
    this.#decode();
    this.#delay.ask("latent.x", REST_MS);
  }

  #input(target) {
    if (target === this.part("time")) return this.#clock.seek(Number(target.value));
    const value = LATENT[target.name] && given(target, LATENT[target.name]);
    if (value === undefined) return undefined;
    this.state[target.name] = value;
    this.#refresh();
    this.#delay.ask(target.name, REST_MS);
    return undefined;
  }

  replaced(keys) {
    if (!keys.length) return;
    this.#refresh();
    this.#act(keys);
  }

  /** A person changed something, and it rests. */
  #changed(keys) {
    this.save();
    this.#act(keys);
  }

  #act(keys) {
    const needs = new Set(keys.map((key) => LATENT[key].part));
    const { busy, owed } = this.task;
    if (needs.has("network")) {
      this.task.stop().then(() => this.#forget());
      if (busy || owed) this.#run(this.#asked);
    } else if (needs.has("particles") && this.#made && !busy && !owed) {
      this.#run(false); // else what is at work sees it
    } else if (needs.has("point")) this.#decode();
    this.#tell();
  }

  /** Another network is asked for: what is shown belongs to the one before. */
  #forget() {
    this.#made = null;
    this.#step = 0;
    this.#measured();
    this.#show(null);
    this.#stage.setTraces(null);
    this.#digits.there = null;
    this.#digit("there");
    this.#decode();
    this.#tell();
  }

  #tell(instead = "") {
    const { "latent.until": until, "latent.seed": seed, "latent.steps": euler } = this.state;
    const sampled = `sampled with ${euler} Euler steps`;
    tellTraining((name) => this.part(name), { step: this.#step, until, seed, how: this.#how, sampled, instead });
  }

  working(how) {
    this.#how = how;
    this.root.setAttribute("aria-busy", String(how !== "idle"));
    this.#tell();
  }

  begin({ still }) {
    this.#begun = true;
    this.#run(!still);
  }

  /** Loads what is needed, decodes the point and shows what is trained; `train`: trains, or goes on where it was stopped. */
  #run(train) {
    this.#begun = true;
    this.#asked = train;
    this.task.run((signal) => this.#work(signal, train));
  }

  async #load() {
    const share = (part) => this.#how === "busy" && this.#tell(`Loading the decoder: ${Math.round(100 * part)} %.`);
    const [{ bytes }] = await Promise.all([loadWeights(MODELS.latent, share), this.#client.open("cpu")]);
    await this.#client.call(DECODER, CODES, new Uint8Array(bytes));
    const codes = await this.#client.call("codes", CODES);
    this.#stage.setEnds(null, codes.x);
    return codes;
  }

  /** The decoder, loaded once; what fails is tried again by whatever is pressed next. */
  #ready() {
    if (this.#loaded) return this.#loaded;
    const loaded = this.#load();
    this.#loaded = loaded;
    const shown = () => {
      this.#tell();
      this.#decode();
    };
    loaded.then(shown, () => this.#loaded === loaded && (this.#loaded = null));
    return loaded;
  }

  async #work(signal, train) {
    this.report("");
    const { points } = await unless(signal, this.#ready());
    if (!train && !this.#made) return;
    if (!this.#made) {
      const made = this.#client.call(LAB, FLOW, JSON.stringify(settings(this.state, points)));
      this.#made = made;
      made.catch(() => this.#made === made && (this.#made = null));
    }
    await unless(signal, this.#made);
    if (train) await this.#train(signal);
    await this.#finish(signal);
  }

  async #train(signal) {
    if (this.#step < this.state["latent.until"]) this.#measured(); // what was measured is of fewer steps
    await trainInSlices(signal, {
      step: this.#step,
      until: () => this.state["latent.until"],
      train: async (steps) => (await this.#client.call("train", FLOW, steps)).step,
      told: (step) => {
        this.#step = step;
        this.#tell();
      },
      picture: () => this.#sample(),
    });
    if (signal.aborted) await this.#sample(); // as it was stopped
  }

  /** Particles of the network as it is now, and where it takes the point. */
  async #sample() {
    const flow = await this.#client.call("flow", FLOW, PARTICLES, "euler", this.state["latent.steps"], 0);
    const frames = flow.times.length;
    const x = new Float32Array(2 * SPRITES * frames);
    for (let k = 0; k < frames; k += 1) x.set(flow.x.subarray(2 * PARTICLES * k, 2 * (PARTICLES * k + SPRITES)), 2 * SPRITES * k);
    const images = await this.#client.call("decode", CODES, x);
    this.#show(flow, { times: flow.times, x }, images);
    this.#decode();
  }

  #show(flow, few = null, images = null) {
    this.#stage.setFlow(flow);
    this.#sprites.show(few, images);
    for (const name of ["play", "time"]) this.part(name).disabled = !flow;
  }

  /** What is trained is shown as it is set now, and measured. */
  async #finish(signal) {
    for (let shown = 0; !signal.aborted && shown !== this.state["latent.steps"]; ) {
      shown = this.state["latent.steps"];
      await this.#sample();
      if (signal.aborted || this.#step < this.state["latent.until"]) continue; // not at its end
      const figures = await this.#client.call("figures", FLOW, PARTICLES, "euler", shown, 0);
      const exact = await this.#client.call("exact", FLOW, 1, Float64Array.of(MEASURED_AT), HALF, MEASURED_AT);
      this.#measured({ ...figures, ...exact });
    }
  }

  /** Shows what was measured; nothing where nothing was. */
  #measured({ w2 = NaN, floor = NaN, floorDeviation = NaN, error = NaN, errorDeviation = NaN, scale = 1 } = {}) {
    const text = (value, digits, deviation = NaN) => {
      if (Number.isNaN(value)) return "–";
      return value.toFixed(digits) + (Number.isNaN(deviation) ? "" : ` ± ${deviation.toFixed(digits)}`);
    };
    this.part("w2").textContent = text(w2, 2);
    this.part("floor").textContent = text(floor, 2, floorDeviation);
    this.part("error").textContent = text(error / scale, 3, errorDeviation / scale);
  }

  /** Decodes the point, and where the flow takes it; while an answer is under way, only the newest place waits. */
  async #decode() {
    this.#wanted = true;
    if (this.#asking) return;
    if (!this.#loaded) {
      // The engine went while nothing was at work: it is opened again.
      if (this.#begun && !this.task.busy && !this.task.owed) this.#run(false);
      return;
    }
    this.#asking = true;
    try {
      while (this.#wanted && !this.signal.aborted) {
        this.#wanted = false;
        await this.#loaded;
        const at = Float32Array.of(this.state["latent.x"], this.state["latent.y"]);
        const flows = this.#made && this.#step > 0;
        const trace = flows ? await this.#client.call("trace", FLOW, at, "euler", this.state["latent.steps"]) : null;
        const both = trace ? Float32Array.of(...at, ...trace.x.subarray(-2)) : at;
        const images = await this.#client.call("decode", CODES, both);
        this.#digits = { here: images.slice(0, SIZE), there: trace && images.slice(SIZE) };
        this.#stage.setTraces(trace);
        for (const name of ["here", "there"]) this.#digit(name);
      }
    } catch {
      // The engine is gone: whatever is pressed next starts another, and what trains says so.
    } finally {
      this.#asking = false;
    }
  }

  #digit(name) {
    const canvas = this.part(name);
    const digit = this.#digits[name];
    const what = { here: "The digit decoded at the point", there: "The digit after the flow from the point" }[name];
    canvas.setAttribute("aria-label", digit ? what : "nothing yet");
    if (digit) drawGrid(canvas, digit, 1, -1);
    else canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  }

  #time(t, playing) {
    this.part("time").value = String(t);
    this.part("time-text").textContent = `t = ${t.toFixed(2)}`;
    this.part("play").textContent = playing ? "Pause" : "Play";
  }
}
