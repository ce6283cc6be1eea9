// W2 against evaluations for every contestant, on logarithmic axes.
import { Chart, NO_FLOOR, element, line } from "../../plot/chart.js";
import { figure, logTicks } from "../../plot/scales.js";
import { NFES } from "./table.js";

/** Marks that differ in shape, so that no line is told by its color alone; each around (0, 0). */
export const MARKS = [
  "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
  "M-4-4h8v8h-8z",
  "M0-5l5 9h-10z",
  "M0-5.5l5.5 5.5l-5.5 5.5l-5.5-5.5z",
  "M0 5l5-9h-10z",
  "M-4.5-1.5h3v-3h3v3h3v3h-3v3h-3v-3h-3z",
  "M-5 0l2.5-4.5h5l2.5 4.5l-2.5 4.5h-5z",
  "M-4-4l8 8m0-8l-8 8",
  "M0-5.5l1.6 3.8h4l-3.1 2.6l1.2 4.1l-3.7-2.4l-3.7 2.4l1.2-4.1l-3.1-2.6h4z",
  "M-5-2h10v4h-10z",
  "M-2-5h4v10h-4z",
  "M-5-4h10l-10 8h10z",
  "M-5 4a5 5 0 0 1 10 0z",
];

export class RaceChart extends Chart {
  #lines = []; // {label, w2: [an entry for each of NFES]}
  #floor = NO_FLOOR;

  /** `lines`: [{label, w2}], an entry a contestant, `w2` null where it was not measured yet; `floor`: {mean, deviation}. */
  set(lines, floor) {
    this.#lines = lines;
    this.#floor = floor;
    this.redraw();
  }

  render(width) {
    const measured = this.#lines.map(({ label, w2 }, i) => ({ label, w2, i })).filter(({ w2 }) => w2);
    const values = [...measured.flatMap(({ w2 }) => w2), this.#floor.mean].filter((v) => v > 0);
    const [low, high] = values.length ? [Math.min(...values) / 1.2, Math.max(...values) * 1.2] : [0.1, 1];
    const said = measured.map(({ label, w2 }) => `${label}: ${w2.map((v, k) => `${figure(v)} at ${NFES[k]}`).join(", ")}`);
    const { root, X, Y } = this.frame(width, {
      x: { title: "NFE: network evaluations per sample", low: 0.9, high: 36, log: true, ticks: NFES },
      y: { title: "W₂ to fresh data (units of the plane)", low, high, log: true, ticks: logTicks(low, high) },
      legend: [],
      floor: this.#floor,
      label: `Wasserstein distance by evaluations. ${said.join("; ") || "Nothing measured yet"}.`,
    });
    for (const { w2, i } of measured) {
      const group = element("g", { class: `racer racer-${i}` });
      group.append(element("path", { class: "line", d: line(w2.map((v, k) => [X(NFES[k]), Y(v)])) }));
      w2.forEach((v, k) =>
        group.append(element("path", { class: "mark", d: MARKS[i % MARKS.length], transform: `translate(${X(NFES[k])} ${Y(v)})` })),
      );
      root.append(group);
    }
  }
}
