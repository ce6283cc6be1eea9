// A digit network, and what was measured of it beforehand.
import { FIGURES as MEASURED } from "../../engine/assets.js";
import { ImageNetwork } from "../../engine/images/network.js";

export class Network extends ImageNetwork {
  figures = null;
  #name;
  #solver;

  /** @param {string} name @param {string} solver which rows of what was measured hold here */
  constructor(name, solver) {
    super(name);
    this.#name = name;
    this.#solver = solver;
  }

  async open(wanted, progress) {
    await super.open(wanted, progress);
    this.figures ??= await fetch(MEASURED[this.#name])
      .then((response) => (response.ok ? response.json() : null))
      .catch(() => null); // the digits are there without their figures
  }

  /** "99.3 % recognized, Fréchet distance 1.95": as measured beforehand at so many evaluations; empty where it was not. */
  says(nfe) {
    const row = this.figures?.rows.find((r) => r.nfe === nfe && r.solver === this.#solver);
    return row ? `${(100 * row.recognized).toFixed(1)} % recognized, Fréchet distance ${row.frechet.toFixed(2)}` : "";
  }
}
