// The colours around an element, and when they change.

const known = new WeakMap(); // root → element → name → colour, until the theme changes

/** The colours known at `element`. A picture is drawn sixty times a second, and to look a colour up costs the browser a new style. */
function knownAt(element) {
  const root = element.getRootNode();
  if (!known.has(root)) {
    known.set(root, new WeakMap());
    // Captured: forgotten before whoever listens draws anew.
    root.addEventListener("transitionend", ({ target }) => isProbe(target) && known.set(root, new WeakMap()), { capture: true });
  }
  const elements = known.get(root);
  if (!elements.has(element)) elements.set(element, new Map());
  return elements.get(element);
}

/** What `var(name)` is at `element`, as the browser writes colours: "rgb(…)". */
export function colour(element, name) {
  const colours = knownAt(element);
  if (!colours.has(name)) {
    const before = element.style.color;
    element.style.color = `var(${name})`;
    colours.set(name, getComputedStyle(element).color);
    element.style.color = before;
  }
  return colours.get(name);
}

/** Red, green and blue, 0 to 255, of "rgb(…)" as the browser writes it. */
export function rgb(text) {
  const parts = text
    .match(/^rgba?\(([^)]*)\)/)?.[1]
    .split(/[\s,/]+/)
    .slice(0, 3)
    .map(Number);
  if (parts?.length !== 3 || parts.some(Number.isNaN)) throw new Error(`the colour “${text}” must be written rgb(r, g, b)`);
  return parts;
}

const isProbe = (element) => element.className === "theme-probe";

/**
 * Calls back when light becomes dark around `element` or dark light, whatever made it so: the system, a page's own switch,
 * an attribute. A figure's root holds a probe whose colour has a transition (figure.css); its end is the sign.
 * @param {Element | ShadowRoot} element
 * @param {() => void} callback
 * @param {{signal?: AbortSignal}} [options]
 */
export function onTheme(element, callback, { signal } = {}) {
  element.getRootNode().addEventListener(
    "transitionend",
    ({ target }) => {
      if (isProbe(target)) callback();
    },
    { signal },
  );
}
