// When a picture is drawn anew. All of it ends when `signal` aborts.
import { onTheme } from "./theme.js";

/**
 * Calls back when the size of `element` changes, and once to begin with.
 * @param {Element} element
 * @param {() => void} callback
 * @param {AbortSignal} signal
 */
export function onResize(element, callback, signal) {
  if (signal.aborted) return;
  const observer = new ResizeObserver(() => callback());
  observer.observe(element);
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
