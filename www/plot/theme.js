// The colors around an element, and when they change.

const known = new WeakMap(); // root → element → name → color, until the theme changes; of roots that are followed

const isProbe = (element) => element.className === "theme-probe";

/**
 * Makes changes of the theme known in `root`, until `signal` aborts: it gets a probe whose color has a transition (figure.css), and its
 * end is the sign.
 * @param {ShadowRoot} root
 * @param {AbortSignal} signal
 */
export function followTheme(root, signal) {
  const probe = document.createElement("span");
  probe.className = "theme-probe";
  root.append(probe);
  const forget = () => known.set(root, new WeakMap());
  forget();
  // Captured: forgotten before whoever listens draws anew.
  root.addEventListener("transitionend", ({ target }) => isProbe(target) && forget(), { capture: true, signal });
  signal.addEventListener("abort", () => known.delete(root));
}

/** The colors known at `element`. A picture is drawn sixty times a second, and to look a color up costs the browser a new style. */
function knownAt(element) {
  const elements = known.get(element.getRootNode());
  if (!elements) return new Map();
  if (!elements.has(element)) elements.set(element, new Map());
  return elements.get(element);
}

/** What `var(name)` is at `element`, as the browser writes colors: "rgb(…)". */
export function color(element, name) {
  const colors = knownAt(element);
  if (!colors.has(name)) {
    const before = element.style.color;
    element.style.color = `var(${name})`;
    colors.set(name, getComputedStyle(element).color);
    element.style.color = before;
  }
  return colors.get(name);
}

/** Red, green and blue, 0 to 255, of "rgb(…)" as the browser writes it. */
export function rgb(text) {
  const parts = text
    .match(/^rgba?\(([^)]*)\)/)?.[1]
    .split(/[\s,/]+/)
    .slice(0, 3)
    .map(Number);
  if (parts?.length !== 3 || parts.some(Number.isNaN)) throw new Error(`the color “${text}” must be written rgb(r, g, b)`);
  return parts;
}

/**
 * Calls back when light becomes dark around `element` or dark light, whatever made it so: the system, a page's own switch, an attribute;
 * until `signal` aborts. Its root is followed (see above).
 * @param {Element} element
 * @param {() => void} callback
 * @param {AbortSignal} signal
 */
export function onTheme(element, callback, signal) {
  element.getRootNode().addEventListener("transitionend", ({ target }) => isProbe(target) && callback(), { signal });
}
