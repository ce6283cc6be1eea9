// Prose that acts: a link in the text sets something in a figure, or presses one of its buttons. Without a script it leads to the figure.
import { parseHash } from "../element/state.js";

const LIMIT_MS = 30_000; // until a button can be pressed

/** When the figure of an element is there. */
const ready = (element) =>
  element.figure ? Promise.resolve() : new Promise((resolve) => element.addEventListener("flow-lab-ready", resolve, { once: true }));

/** Scrolls to what a figure shows: to its middle, or to its beginning where it is higher than the window. */
function show(element) {
  const stage = element.shadowRoot?.querySelector("[data-stage], [data-view]") ?? element; // a stage is also what training waits for
  stage.scrollIntoView({ block: stage.getBoundingClientRect().height > innerHeight ? "start" : "center" });
}

/** The same, and once more when the figure has come, which is larger or smaller than what stood in its place; unless the reader has moved on. */
function showWhenThere(element) {
  show(element);
  if (element.figure) return;
  const moved = new AbortController();
  const { signal } = moved;
  for (const type of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(type, () => moved.abort(), { signal, passive: true });
  ready(element).then(() => {
    if (!signal.aborted) show(element);
    moved.abort();
  });
}

/** Presses a button of a figure once it can be pressed, unless what it does is going on: then it would stop it. */
async function pressIn(element, selector) {
  await ready(element);
  await new Promise((resolve) => setTimeout(resolve, 300)); // what begins by itself has begun
  const button = element.shadowRoot.querySelector(selector);
  for (const end = Date.now() + LIMIT_MS; button.disabled && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 50));
  if (!["Stop", "Pause"].includes(button.textContent)) button.click();
}

/**
 * Links of class "act" lead to a figure by `href`; `data-set` has settings as a link has them, or, for a figure that is not linked to the
 * page's state, as attributes have them; `data-press` selects a button.
 * @param {{table: Record<string, any>, change: (settings: Record<string, any>) => void}} page  `change` puts settings into the page's state
 */
export function listenToActs({ table, change }) {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && /** @type {HTMLAnchorElement | null} */ (event.target.closest("a.act"));
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    const element = /** @type {any} */ (document.querySelector(link.hash));
    showWhenThere(element);
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
    const { set, press } = link.dataset;
    if (set && element.hasAttribute("linked")) {
      const { state } = parseHash(table, set, {});
      history.pushState(null, "", location.href); // the way back leads to what was set before
      change(state);
    } else if (set) for (const [name, value] of new URLSearchParams(set)) element.setAttribute(name, value);
    if (press) pressIn(element, press);
  });
}
