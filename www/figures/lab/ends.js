// The two ends of the flow: shown, drawn with a brush, read from CSV.
import { Brush } from "./brush.js";

const HALF = 6; // what points in a link can reach (src/data/plane)
const SHOWN = 600;

export class Ends {
  #root;
  #state;
  #form;
  #call;
  #report;
  #brushes = {};

  /** `call(method, ...args)` asks the engine; `report(text)` shows a sentence. */
  constructor(root, state, form, call, report, announce) {
    this.#root = root;
    this.#state = state;
    this.#form = form;
    this.#call = call;
    this.#report = report;
    for (const role of ["source", "target"]) {
      const canvas = root.querySelector(`[data-brush="${role}"]`);
      const label = `Draw the ${role}: drag, or arrow keys and space`;
      const onChange = (points) => this.#drawn(role, points);
      this.#brushes[role] = new Brush(canvas, { half: HALF, role, label, onChange, announce });
      canvas.addEventListener("dragover", (event) => event.preventDefault());
      canvas.addEventListener("drop", (event) => this.#drop(role, event));
      canvas.addEventListener("paste", (event) => this.#csv(role, event.clipboardData.getData("text")));
    }
    root.addEventListener("click", ({ target }) => {
      if (target.dataset.tool) this.#tool(target.dataset.tool, target.dataset.of);
    });
  }

  /** Makes room for drawings that are asked for and not there yet. */
  empty() {
    for (const role of ["source", "target"]) {
      if (this.#state[`lab.${role}`] === "points" && !this.#state[`lab.${role}Points`]) this.#brushes[role].load([]);
    }
  }

  /** Shows draws from both ends as the engine sees them, and keeps drawings editable. */
  async show(source, target) {
    for (const [role, points] of [["source", source], ["target", target]]) {
      const brush = this.#brushes[role];
      if (this.#state[`lab.${role}`] !== "points") {
        brush.show(points.subarray(0, 2 * SHOWN));
        this.#note(role, "");
      } else if (brush.count === 0) {
        brush.load(await this.#call("decodePoints", this.#state[`lab.${role}Points`]));
      }
    }
    this.#press();
  }

  #note(role, text) {
    this.#root.querySelector(`[data-note="${role}"]`).textContent = text;
  }

  #press() {
    for (const button of this.#root.querySelectorAll("[data-tool='draw'], [data-tool='erase']")) {
      const tool = button.dataset.tool === "draw" ? "add" : "erase";
      button.setAttribute("aria-pressed", String(this.#brushes[button.dataset.of].tool === tool));
    }
  }

  async #drawn(role, points) {
    if (points.length === 0) return this.#note(role, "Nothing drawn yet: drag over the square.");
    try {
      this.#put(role, await this.#call("encodePoints", points), `${points.length / 2} points drawn.`);
    } catch (error) {
      this.#report(error.message);
    }
  }

  #put(role, encoded, note) {
    this.#state[`lab.${role}`] = "points";
    this.#note(role, note);
    this.#form.set(`lab.${role}Points`, encoded);
  }

  #tool(tool, role) {
    const brush = this.#brushes[role];
    if (tool === "draw") brush.tool = "add";
    if (tool === "erase") brush.tool = "erase";
    if (tool === "undo") brush.undo();
    if (tool === "clear") brush.clear();
    if (tool === "csv") this.#choose(role);
    this.#press();
    if (tool === "draw" || tool === "erase") brush.canvas.focus();
  }

  #choose(role) {
    const input = Object.assign(document.createElement("input"), { type: "file", accept: ".csv,.tsv,.txt,text/*" });
    input.addEventListener("change", async () => input.files[0] && this.#csv(role, await input.files[0].text()));
    input.click();
  }

  async #drop(role, event) {
    event.preventDefault();
    const file = event.dataTransfer.files[0];
    await this.#csv(role, file ? await file.text() : event.dataTransfer.getData("text"));
  }

  /** Takes two columns of numbers; a bad file is reported and leaves everything as it was. */
  async #csv(role, text) {
    try {
      const { points, x, count, centre, scale, note } = await this.#call("readCsv", text);
      this.#brushes[role].load(x);
      const origin = Array.from(centre, (v) => Number(v.toPrecision(3))).join(", ");
      const size = Number(scale.toPrecision(3));
      this.#put(role, points, `${count} rows; one unit here is ${size} of the file’s, the origin is (${origin}). ${note}`);
    } catch (error) {
      this.#report(error.message);
    }
  }
}
