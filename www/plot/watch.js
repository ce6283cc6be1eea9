// When a picture is drawn anew. All of it ends when `signal` aborts.
import { onTheme } from "./theme.js";

/** Calls back when a CSS pixel gets more or fewer of the screen's: the page is zoomed, or moved to another screen. */
function onDensity(callback, signal) {
  const changed = () => {
    callback();
    onDensity(callback, signal);
  };
  matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", changed, { once: true, signal });
}

/**
 * Calls back when the size of `element` changes, in CSS pixels or in the screen's, and once to begin with.
 * @param {Element} element
 * @param {() => void} callback
 * @param {AbortSignal} signal
 */
export function onResize(element, callback, signal) {
  if (signal.aborted) return;
  const observer = new ResizeObserver(() => callback());
  observer.observe(element);
  onDensity(callback, signal);
  signal.addEventListener("abort", () => observer.disconnect());
}

/**
 * Calls back when the size of `element` or the colors around it change.
 * @param {Element} element
 * @param {() => void} callback
 * @param {AbortSignal} signal
 */
export function onAppearance(element, callback, signal) {
  onResize(element, callback, signal);
  onTheme(element, callback, signal);
}

/**
 * A function that has `draw` called at the next display frame, however often it is asked.
 * @param {() => void} draw
 * @param {AbortSignal} signal
 */
export function atNextFrame(draw, signal) {
  let asked = 0;
  signal.addEventListener("abort", () => cancelAnimationFrame(asked));
  return () => {
    if (signal.aborted) return;
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      draw();
    });
  };
}
