// <flow-lab figure="…">: one live figure, in the article, in a post of somebody else's, in embed.html.
import { figureName } from "./aliases.js";
import { parts } from "./loading.js";
import { followTheme } from "../plot/theme.js";
import { fromAttributes, hideControls, keysOf } from "./attributes.js";
import { shareRow } from "./share.js";
import { defaults } from "./state.js";
import { offer } from "./controls.js";
import { keepRoom } from "./room.js";

let FIGURES = {}; // name → its parts: see defineElement

/**
 * What a figure begins with; figures/all.js says more.
 * @typedef {object} Context
 * @property {ShadowRoot} root
 * @property {Record<string, any>} state
 * @property {() => void} save
 * @property {(text: string) => void} report
 * @property {(state: Record<string, any>) => string} address
 */

// Where a server renders pages there are no elements: importing this does nothing there.
const Base = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement ?? class {});

const NEAR = "400px"; // scripts, markup, engine and weights are fetched when the figure is so near the view

/**
 * Attributes: `figure`, a start value for every control (table.js of each figure), `controls` ("all", "main", "none"), `hide` (single
 * controls), `theme` ("light", "dark"; without it the page's color-scheme holds), `start` ("view", the default: it begins when
 * it is seen; "press": when a person presses its button). Children are shown until the figure is there.
 * Events: "flow-lab-ready", "flow-lab-change" after a person changed something (detail.state).
 */
export class FlowLab extends Base {
  #link = null; // {state, save}: where a page keeps the state, if it does
  #own = null; // the state, where no page keeps it; an element that is moved keeps what a person did
  #release = null;
  #letGo = () => {}; // of the room that is kept for the figure
  #mounted = null; // {figure, table, state}; without a figure while that is being loaded
  #seen = false;
  #begun = false; // it was seen before
  #staged = false; // the part of it that moves is in view
  #problems = ""; // what the author wrote that cannot be used; said until a person changes something
  #trouble = ""; // what the figure itself says

  /** Keeps the state in `link.state` and calls `link.save()` after changes; to be set before the figure is near. */
  set link(link) {
    this.#link = link;
  }

  get name() {
    const written = this.getAttribute("figure");
    return written && figureName(written);
  }

  connectedCallback() {
    this.#release = new AbortController();
    const { signal } = this.#release;
    if (!Object.hasOwn(FIGURES, this.name ?? "")) {
      this.#say(`<flow-lab> knows the figures ${Object.keys(FIGURES).join(", ")}; figure="${this.name ?? ""}" is none of them.`);
      return;
    }
    this.#letGo = keepRoom(this, FIGURES[this.name].heights);
    this.#watch(this, NEAR, signal, (near) => near && !this.#mounted && this.#mount(signal));
    this.#watch(this, "0px", signal, (seen) => {
      this.#seen = seen;
      this.#attend();
    });
    const attributes = new MutationObserver((changed) => this.#reread(changed));
    attributes.observe(this, { attributes: true, attributeOldValue: true });
    signal.addEventListener("abort", () => attributes.disconnect());
  }

  disconnectedCallback() {
    this.#release?.abort();
    this.#letGo();
    this.#mounted?.figure?.close();
    this.#mounted = null;
    this.#trouble = "";
    this.shadowRoot?.replaceChildren(document.createElement("slot")); // the children again, until it is back
  }

  /** The state was replaced from outside; `keys` changed. */
  replaced(keys) {
    const { figure, table } = this.#mounted ?? {};
    figure?.replaced(keys.filter((key) => Object.hasOwn(table, key)));
  }

  /** What the figure lends to tests and to the curious. */
  get figure() {
    return this.#mounted?.figure ?? null;
  }

  #watch(what, margin, signal, tell) {
    const observer = new IntersectionObserver((entries) => tell(entries.at(-1).isIntersecting), { rootMargin: margin });
    observer.observe(what);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  async #mount(signal) {
    this.#mounted = {};
    this.#begun = this.#staged = false;
    const { load, title, heights, ...files } = FIGURES[this.name];
    try {
      const [{ table, start }, { content, sheets }] = await Promise.all([load(), parts(files)]);
      if (signal.aborted) return;
      const root = this.#root();
      offer(content, table);
      const problems = hideControls(content, this.name, table, this.getAttribute("hide") ?? "");
      root.adoptedStyleSheets = sheets;
      root.replaceChildren(content);
      followTheme(root, signal);
      const state = this.#state(table, problems);
      const context = {
        root,
        state,
        save: () => signal.aborted || this.#changed(),
        report: (text) => signal.aborted || this.#report(text),
        address: (other) => share.address(other),
      };
      const share = shareRow(this, { name: this.name, title, heights, table, state, signal });
      root.append(share.row);
      this.#mounted = { figure: start(context), table, state };
      this.#watch(root.querySelector("[data-stage]") ?? this, "0px", signal, (staged) => {
        this.#staged = staged;
        this.#attend();
      });
      this.#complain(problems);
      this.#letGo();
      this.dispatchEvent(new CustomEvent("flow-lab-ready", { bubbles: true, composed: true }));
      this.#attend();
    } catch (error) {
      if (signal.aborted) return;
      this.#letGo();
      this.#mounted = null; // the next time it comes near, it is tried again
      this.#say(`This figure could not be loaded (${error.message}). Check the connection and reload.`);
    }
  }

  #root() {
    return this.shadowRoot ?? this.attachShadow({ mode: "open" });
  }

  /** The page's state, or one of its own from the attributes. */
  #state(table, problems) {
    const written = fromAttributes(this, this.name, table, this.#own ?? defaults(table));
    problems.push(...written.problems);
    // For the author alone: it may be a word of their framework's.
    for (const name of written.unknown) console.warn(`<flow-lab figure="${this.name}"> has no setting “${name}”.`);
    if (this.#link) return this.#link.state;
    return (this.#own ??= { ...defaults(table), ...written.values });
  }

  /** Another figure. */
  #begin() {
    this.disconnectedCallback();
    this.#own = null;
    this.connectedCallback();
  }

  /** The author's page changed attributes: they hold from now on. */
  #reread(changed) {
    if (changed.some(({ attributeName, oldValue }) => attributeName === "figure" && figureName(oldValue) !== this.name)) return this.#begin();
    const { table, state } = this.#mounted ?? {};
    if (!state || this.#link) return;
    const { values, problems } = fromAttributes(this, this.name, table, state);
    // What a person set stays where the page changed something else: a class, a style.
    const written = keysOf(
      this.name,
      table,
      changed.map(({ attributeName }) => attributeName),
    );
    const keys = written.filter((key) => Object.hasOwn(values, key) && state[key] !== values[key]);
    for (const key of keys) state[key] = values[key];
    this.#complain(problems);
    if (keys.length) this.replaced(keys);
  }

  #changed() {
    this.#complain([]);
    this.#link?.save();
    const detail = { state: { ...this.#mounted?.state } };
    this.dispatchEvent(new CustomEvent("flow-lab-change", { bubbles: true, composed: true, detail }));
  }

  /** The figure begins where somebody sees what moves, goes on where somebody sees any of it, and rests where nobody does. */
  #attend() {
    const { figure } = this.#mounted ?? {};
    if (!figure) return;
    if (!this.#seen) return figure.rest();
    figure.resume();
    if (this.#begun || !this.#staged) return;
    this.#begun = true;
    const button = this.getAttribute("controls") !== "none"; // without one nobody could press it
    if (this.getAttribute("start") !== "press" || !button) figure.begin({ still: matchMedia("(prefers-reduced-motion: reduce)").matches });
  }

  #complain(problems) {
    this.#problems = problems.join(" ");
    this.#report(this.#trouble);
  }

  #report(trouble) {
    this.#trouble = trouble;
    const text = [this.#problems, trouble].filter(Boolean).join(" ");
    /** @type {HTMLElement} */
    const message = this.shadowRoot.querySelector('[role="alert"]');
    message.textContent = text;
    message.hidden = !text;
  }

  /** A sentence where there is no figure to say it in. */
  #say(text) {
    const root = this.#root();
    const message = document.createElement("p");
    message.setAttribute("role", "alert");
    message.textContent = text;
    root.replaceChildren(message, document.createElement("slot"));
  }
}

/** Defines `<flow-lab>` with the figures that it can show: those of figures/all.js. */
export function defineElement(figures) {
  FIGURES = figures;
  if (globalThis.customElements && !customElements.get("flow-lab")) customElements.define("flow-lab", FlowLab);
}
