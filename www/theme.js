// The colours around an element, and when they change.

/** What `var(name)` is at `element` now, as the browser writes colours: "rgb(…)". */
export function colour(element, name) {
  const before = element.style.color;
  element.style.color = `var(${name})`;
  const found = getComputedStyle(element).color;
  element.style.color = before;
  return found;
}

/** Red, green and blue, 0 to 255, of "rgb(…)" as the browser writes it. */
export function rgb(text) {
  const parts = text.match(/^rgba?\(([^)]*)\)/)?.[1].split(/[\s,/]+/).slice(0, 3).map(Number);
  if (parts?.length !== 3 || parts.some(Number.isNaN)) throw new Error(`the colour “${text}” must be written rgb(r, g, b)`);
  return parts;
}

/**
 * Calls back when light becomes dark around `element` or dark light, whatever made it so: the system, a page's own switch,
 * an attribute. A figure's root holds a probe whose colour has a transition (figure.css); its end is the sign.
 */
export function onTheme(element, callback, { signal } = {}) {
  element.getRootNode().addEventListener("transitionend", ({ target }) => {
    if (target.className === "theme-probe") callback();
  }, { signal });
}
