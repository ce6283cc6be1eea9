// Taking things away: pictures, trajectories, weights, the training record, a link; and bringing weights back.
import { animation, fileName, pictureSvg, picturePng, recordCsv, save, trajectoryCsv, trajectoryJson } from "../../plot/export.js";
import { copy } from "../../element/copy.js";
import { experiment } from "./table.js";

export class Take {
  #parts;
  #say;
  #signal;
  #abort = null;
  #file;

  /** `parts`: {runs, view, state, link(), loadWeights(bytes)}; `say(text)` shows what happened; `signal` ends it. */
  constructor(root, parts, say, signal) {
    this.#parts = parts;
    this.#say = say;
    this.#signal = signal;
    root.addEventListener("click", ({ target }) => target.dataset.take && this.#press(target.dataset.take, target), { signal });
    this.#file = root.querySelector('[data-file="weights"]'); // in the document: a detached one may be collected before it answers
    this.#file.addEventListener("change", () => this.#load(this.#file.files[0]), { signal });
  }

  async #press(what, button) {
    try {
      await this.#take(what, button);
    } catch (error) {
      this.#say(error.name === "AbortError" ? "Stopped." : error.message);
    }
  }

  /** What goes into every file: the experiment and how it stands. */
  #meta(run) {
    const { state, view } = this.#parts;
    const flow = view.stage.flow;
    const [solver, steps, seed] = ["solver", "steps", "seed"].map((key) => run.state[`lab.${key}`]);
    return { config: experiment(run.state), seed, step: run.step, solver, steps, nfe: flow?.nfe, t: state["lab.t"] };
  }

  async #take(what, button) {
    const { runs, view, link } = this.#parts;
    const run = runs.runs[0];
    if (!run) return this.#say("There is nothing yet: wait for the engine.");
    const meta = this.#meta(run);
    const keep = (blob, name, extension) => {
      const file = fileName(name, meta, extension);
      save(blob, file);
      this.#say(`Saved ${file}.`);
    };
    const text = (content, type) => new Blob([content].flat(), { type });
    switch (what) {
      case "png":
        return keep(await picturePng(view.stage, meta), "flow", "png");
      case "svg":
        return keep(pictureSvg(view.stage, meta), "flow", "svg");
      case "json":
        return keep(await trajectoryJson(view.stage.flow, meta), "trajectories", "json");
      case "csv":
        return keep(await trajectoryCsv(view.stage.flow, meta), "trajectories", "csv");
      case "record":
        return keep(this.#record(meta), "training", "csv");
      case "weights": {
        const bytes = await runs.call(run, "weights");
        return keep(text(bytes, "application/octet-stream"), "weights", "safetensors");
      }
      case "animation":
        return this.#animate(button, meta, keep);
      case "load":
        return this.#choose();
      case "link":
        return this.#say(`${await copy("Link", link(), button.parentElement)} It trains to this very step, to the same weights on the CPU.`);
    }
  }

  #record(meta) {
    const { runs } = this.#parts;
    const columns = { step: Array.from(runs.runs[0].losses, (_, i) => i + 1) };
    for (const run of runs.runs) columns[runs.runs.length > 1 ? `loss_${"ab"[run.slot]}` : "loss"] = run.losses;
    return recordCsv({ meta, columns });
  }

  async #animate(button, meta, keep) {
    if (this.#abort) return this.#abort.abort();
    const title = button.textContent;
    this.#abort = new AbortController();
    const onProgress = (share) => (button.textContent = `Stop (${Math.round(100 * share)} %)`);
    try {
      const film = await animation(this.#parts.view.stage, { meta, onProgress, signal: AbortSignal.any([this.#abort.signal, this.#signal]) });
      keep(film.blob ?? film, "flow", film.extension ?? "webm");
    } finally {
      this.#abort = null;
      button.textContent = title;
    }
  }

  #choose() {
    this.#file.value = ""; // the same file can be chosen again
    this.#file.click();
  }

  async #load(file) {
    if (!file) return;
    let bytes;
    try {
      bytes = new Uint8Array(await file.arrayBuffer());
    } catch {
      return this.#say(`${file.name} cannot be read: choose a weights file (.safetensors).`);
    }
    try {
      this.#say(await this.#parts.loadWeights(bytes));
    } catch (error) {
      this.#say(error.message);
    }
  }
}
