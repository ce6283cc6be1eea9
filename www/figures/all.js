// Every figure: where its scripts, markup and styles are. Nothing here is loaded before a figure comes near the view.

const COMMON = [new URL("../element/tokens.css", import.meta.url).href, new URL("../element/figure.css", import.meta.url).href];
const LAB = new URL("../plot/plot.css", import.meta.url).href;
const IMAGES = new URL("../element/images.css", import.meta.url).href;
const PAD = new URL("../element/pad.css", import.meta.url).href;
const PARTS = new URL("../element/panels.css", import.meta.url).href;

/**
 * name → {title, heights, load, markup, styles}. `heights`: width → height of the figure in its initial state, with all controls and with the
 * main ones, in CSS pixels, measured (tests/page/room.test.mjs). `load()` gives a module with `table` (what a person can set) and `start(context)`:
 *
 * - context.root: the shadow root that holds the markup; context.state: has the table's keys
 * - context.save(): the state was changed by a person; context.report(text): shows a sentence, "" for none
 * - context.address(state): a link to the figure in that state
 *
 * and returns a Figure (element/figure.js).
 */
export const FIGURES = Object.freeze({
  generate: {
    title: "Digits from noise",
    heights: { all: { 390: 597, 720: 446, 960: 542 }, main: { 390: 546, 720: 446, 960: 542 } },
    load: () => import("./generate/start.js"),
    markup: new URL("./generate/figure.html", import.meta.url).href,
    styles: [...COMMON, IMAGES, PARTS, new URL("./generate/generate.css", import.meta.url).href],
  },
  digits: {
    title: "Digits out of noise",
    heights: { all: { 390: 1527, 720: 1879, 960: 962 }, main: { 390: 851, 720: 1071, 960: 991 } },
    load: () => import("./digits/start.js"),
    markup: new URL("./digits/figure.html", import.meta.url).href,
    styles: [...COMMON, IMAGES],
  },
  paths: {
    title: "Two paths from noise to data",
    heights: { all: { 390: 1543, 720: 1603, 960: 858 }, main: { 390: 1086, 720: 1165, 960: 1178 } },
    load: () => import("./paths/start.js"),
    markup: new URL("./paths/figure.html", import.meta.url).href,
    styles: [...COMMON, LAB, new URL("./paths/paths.css", import.meta.url).href],
  },
  lab: {
    title: "Train a flow before your eyes",
    heights: { all: { 390: 722, 720: 3071, 960: 1893 }, main: { 390: 1658, 720: 1849, 960: 1492 } },
    load: () => import("./lab/start.js"),
    markup: new URL("./lab/figure.html", import.meta.url).href,
    styles: [...COMMON, LAB, PARTS],
  },
  guidance: {
    title: "Guidance in the plane",
    heights: { all: { 390: 1021, 720: 1200, 960: 658 }, main: { 390: 962, 720: 1142, 960: 600 } },
    load: () => import("./guidance/start.js"),
    markup: new URL("./guidance/figure.html", import.meta.url).href,
    styles: [...COMMON, LAB, PARTS, new URL("./guidance/guidance.css", import.meta.url).href],
  },
  latent: {
    title: "Digits in two dimensions",
    heights: { all: { 390: 1109, 720: 1243, 960: 746 }, main: { 390: 1064, 720: 1184, 960: 702 } },
    load: () => import("./latent/start.js"),
    markup: new URL("./latent/figure.html", import.meta.url).href,
    styles: [...COMMON, LAB, PARTS, new URL("./latent/latent.css", import.meta.url).href],
  },
  race: {
    title: "Down to one step",
    heights: { all: { 390: 1918, 720: 1705, 960: 1371 }, main: { 390: 1459, 720: 1232, 960: 1350 } },
    load: () => import("./race/start.js"),
    markup: new URL("./race/figure.html", import.meta.url).href,
    styles: [...COMMON, LAB, PARTS, new URL("./race/race.css", import.meta.url).href],
  },
  "few-steps": {
    title: "The same noise, fewer steps",
    heights: { all: { 390: 1832, 720: 829, 960: 901 }, main: { 390: 1766, 720: 763, 960: 835 } },
    load: () => import("./few-steps/start.js"),
    markup: new URL("./few-steps/figure.html", import.meta.url).href,
    styles: [...COMMON, PARTS, new URL("./few-steps/few-steps.css", import.meta.url).href],
  },
  edit: {
    title: "A digit of your own",
    heights: { all: { 390: 1270, 720: 1207, 960: 713 }, main: { 390: 1270, 720: 1207, 960: 713 } },
    load: () => import("./edit/start.js"),
    markup: new URL("./edit/figure.html", import.meta.url).href,
    styles: [...COMMON, PARTS, PAD],
  },
  emoji: {
    title: "Emoji from noise",
    heights: { all: { 390: 1857, 720: 2188, 960: 1165 }, main: { 390: 923, 720: 1142, 960: 1049 } },
    load: () => import("./emoji/start.js"),
    markup: new URL("./emoji/figure.html", import.meta.url).href,
    styles: [...COMMON, IMAGES, PARTS],
  },
  restyle: {
    title: "Restyle an emoji",
    heights: { all: { 390: 1859, 720: 1539, 960: 932 }, main: { 390: 1515, 720: 1196, 960: 926 } },
    load: () => import("./restyle/start.js"),
    markup: new URL("./restyle/figure.html", import.meta.url).href,
    styles: [...COMMON, PARTS, PAD],
  },
});
