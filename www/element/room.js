// The room that a figure takes, kept free until it is there: what stands below does not jump.

/** The height at `width`, both in CSS pixels, between those measured: `heights` has width → height for each set of controls (figures/all.js). */
export function height(heights, width, controls = "all") {
  const known = Object.entries(heights[controls === "all" ? "all" : "main"]).map(([w, h]) => [Number(w), h]);
  const next = known.findIndex(([w]) => w >= width);
  if (next === 0) return known[0][1];
  if (next < 0) return known.at(-1)[1];
  const [[w0, h0], [w1, h1]] = [known[next - 1], known[next]];
  return Math.round(h0 + ((h1 - h0) * (width - w0)) / (w1 - w0));
}

/** Keeps room for a figure in `element`; gives back what lets it go. */
export function keepRoom(element, heights) {
  const { style } = element;
  const width = element.getBoundingClientRect().width;
  if (parseFloat(getComputedStyle(element).minHeight) > 0 || !width) return () => {}; // the page keeps room itself
  style.minHeight = `${height(heights, width, element.getAttribute("controls") ?? "all")}px`;
  return () => (style.minHeight = "");
}
