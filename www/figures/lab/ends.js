// The two ends of the flow: shown, drawn with a brush, read from CSV.
import { Brush } from "./brush.js";

const HALF = 6; // what points in a link can reach (src/data/plane)
const SHOWN = 600;
const MOST_BYTES = 64 * 2 ** 20; // of a table (src/data/plane/table)

export class Ends {
  #root;
  #state;
  #form;
  #call;
  #report;
  #brushes = {};
  #held = {}; // end → the points that its brush holds, as a link writes them
  #before = {}; // end → what was there before it was drawn on: {kind, points}
  #tables = {}; // end → the bytes of the table that its menus are of

  /** `call(method, ...args)` asks the engine; `report(text)` shows a sentence; `signal` ends it. */
  constructor({ root, state, form, call, report, announce, signal }) {
    this.#root = root;
    this.#state = state;
    this.#form = form;
    this.#call = call;
    this.#report = report;
    const on = (target, type, act) => target.addEventListener(type, act, { signal });
    for (const role of ["source", "target"]) {
      const canvas = root.querySelector(`[data-brush="${role}"]`);
      const label = `Draw the ${role}: drag, or arrow keys and space`;
      const onChange = (points, { first }) => (first && this.#before[role] ? this.#restore(role) : this.#drawn(role, points));
      const onScroll = () => this.#note(role, "Press Draw to draw with a finger.");
      this.#brushes[role] = new Brush(canvas, { half: HALF, role, label, onChange, onScroll, announce, signal });
      on(canvas, "dragover", (event) => event.preventDefault());
      on(canvas, "drop", (event) => this.#drop(role, event));
      on(canvas, "paste", (event) => this.#csv(role, encode(event.clipboardData.getData("text"))));
      on(root.querySelector(`[data-file="${role}"]`), "change", ({ target }) => target.files[0] && this.#file(role, target.files[0]));
      for (const menu of this.#menus(role)) on(menu, "change", () => this.#picked(role));
    }
    on(root, "click", ({ target }) => {
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
    for (const [role, points] of [
      ["source", source],
      ["target", target],
    ]) {
      const brush = this.#brushes[role];
      if (this.#state[`lab.${role}`] !== "points") {
        brush.show(points.subarray(0, 2 * SHOWN));
        this.#note(role, "");
        this.#root.querySelector(`[data-columns="${role}"]`).hidden = true;
      } else if (brush.previews || this.#held[role] !== this.#state[`lab.${role}Points`]) {
        this.#held[role] = this.#state[`lab.${role}Points`]; // from a link, an attribute, a message
        this.#before[role] = null;
        brush.load(await this.#call("decodePoints", this.#held[role]));
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
      const brush = this.#brushes[button.dataset.of];
      button.setAttribute("aria-pressed", String(brush.touch.finger && brush.tool === tool));
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

  /** Undo led back to what was there before the first stroke. */
  #restore(role) {
    const { kind, points } = this.#before[role];
    this.#before[role] = null;
    this.#state[`lab.${role}Points`] = points;
    this.#form.set(`lab.${role}`, kind);
  }

  #put(role, encoded, note) {
    const [kind, points] = [this.#state[`lab.${role}`], this.#state[`lab.${role}Points`]];
    if (kind !== "points") this.#before[role] = { kind, points };
    this.#held[role] = encoded;
    this.#state[`lab.${role}`] = "points";
    this.#note(role, note);
    this.#form.set(`lab.${role}Points`, encoded);
  }

  #tool(tool, role) {
    const brush = this.#brushes[role];
    if (tool === "draw" || tool === "erase") {
      const chosen = tool === "draw" ? "add" : "erase";
      brush.touch.press(brush.tool === chosen);
      brush.tool = chosen;
    }
    if (tool === "undo") brush.undo();
    if (tool === "clear") brush.clear();
    if (tool === "csv") this.#choose(role);
    this.#press();
    if (tool === "draw" || tool === "erase") brush.canvas.focus();
  }

  #choose(role) {
    const input = this.#root.querySelector(`[data-file="${role}"]`); // in the document: a detached one may be collected before it answers
    input.value = ""; // the same file can be chosen again
    input.click();
  }

  async #drop(role, event) {
    event.preventDefault();
    const file = event.dataTransfer.files[0];
    if (file) await this.#file(role, file);
    else await this.#csv(role, encode(event.dataTransfer.getData("text")));
  }

  async #file(role, file) {
    if (file.size > MOST_BYTES) {
      return this.#report(`${file.name} has ${Math.ceil(file.size / 2 ** 20)} MiB; at most 64 MiB can be read: keep fewer rows or columns.`);
    }
    try {
      await this.#csv(role, new Uint8Array(await file.arrayBuffer()));
    } catch {
      this.#report(`${file.name || "This"} cannot be read: drop or choose a text file with a table.`); // a folder, or a file that went
    }
  }

  /** Takes two columns of numbers, `used` where a person chose them; a bad file is reported and leaves everything as it was. */
  async #csv(role, bytes, used) {
    let table;
    try {
      table = await this.#call("readCsv", bytes, used);
    } catch (error) {
      return this.#report(error.message);
    }
    this.#report("");
    const { points, x, count, center, scale, note, columns } = table;
    this.#pick(role, bytes, columns, table.used);
    if (!points) return this.#note(role, "This table has several columns of numbers: choose two.");
    this.#brushes[role].load(x);
    const origin = Array.from(center, (v) => Number(v.toPrecision(3))).join(", ");
    const size = Number(scale.toPrecision(3));
    this.#put(role, points, `${count} rows; one unit here is ${size} of the file’s, the origin is (${origin}). ${note}`);
  }

  #menus(role) {
    return [...this.#root.querySelectorAll(`[data-columns="${role}"] select`)];
  }

  /** Menus of the columns, where there are more than two to choose from. */
  #pick(role, bytes, columns, used) {
    const numeric = columns.map((column, i) => ({ ...column, i })).filter((column) => column.numeric);
    const few = numeric.length < 3;
    this.#root.querySelector(`[data-columns="${role}"]`).hidden = few;
    if (few) return;
    this.#tables[role] = bytes;
    this.#menus(role).forEach((menu, k) => {
      menu.replaceChildren(new Option("choose…", ""), ...numeric.map(({ name, i }) => new Option(name || `column ${i + 1}`, i)));
      menu.value = used?.[k] ?? "";
    });
  }

  #picked(role) {
    const chosen = this.#menus(role).map(({ value }) => value);
    if (!chosen.includes("")) this.#csv(role, this.#tables[role], Uint32Array.from(chosen));
  }
}

const encode = (text) => new TextEncoder().encode(text);
