// What figures call the same things.

/** What the distributions are called. */
export const END_NAMES = {
  gaussian: "Gaussian",
  "eight-gaussians": "8 Gaussians",
  moons: "two moons",
  "s-curve": "S-curve",
  spirals: "spirals",
  checkerboard: "checkerboard",
  rings: "rings",
  pinwheel: "pinwheel",
  text: "text",
  points: "drawn or CSV",
};
