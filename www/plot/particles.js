// Thousands of particles with fading trails, splatted into one image without a GPU.
import { rgb } from "./theme.js";
import { inkRamp } from "./colors.js";
import { interpolate, pointsOf } from "./interpolate.js";

const LEVELS = 1024;
const FULL = 260; // ink that makes a pixel opaque but for 1/e
const SEGMENTS = 6; // straight pieces of a trail
const PLACES = 4; // positions of a particle within a pixel, along each axis

/** Radius of a particle in CSS pixels on a square of `side` of them: the more particles, the smaller. */
export const radius = (n, side) => Math.min(3.4, Math.max(1.1, 8.2 * n ** -0.21)) * Math.min(1.25, Math.max(0.65, side / 560));

/**
 * The picture depends on t alone: a trail is where the flow says the particle was, not where it was last drawn, so
 * that scrubbing, playing and exporting show the same. Ink is counted in the image's own memory and then turned
 * into colors in place.
 */
export class ParticleImage {
  #canvas = document.createElement("canvas");
  #context = this.#canvas.getContext("2d");
  #image = null;
  #ink = null;
  #places = []; // positions at t and at the trail's corners before it
  #ramp = null;
  #rampOf = "";
  #kernel = null;
  #kernelOf = 0;
  #shown = {};

  /**
   * Draws `flow` at `t` and returns a canvas of `plane.size` pixels squared that is good until the next call.
   * `unit`: device pixels per CSS pixel; `trail`: its length in t; `hue`, `deep`: "#rrggbb".
   */
  render(flow, t, plane, { unit, trail, curve, hue, deep }) {
    const now = { flow, t, half: plane.half, size: plane.size, unit, trail, curve, hue, deep };
    if (Object.keys(now).every((key) => now[key] === this.#shown[key])) return this.#canvas;
    this.#shown = now;
    this.#prepare(plane.size, hue, deep);
    this.#ink.fill(0);
    const n = pointsOf(flow);
    while (this.#places.length <= SEGMENTS) this.#places.push(new Float32Array(0));
    // No trail before the flow begins: at its start there is nothing to follow.
    const length = Math.min(trail, Math.abs(t - flow.times[0]));
    const corners = length > 0 ? SEGMENTS : 0;
    const back = Math.sign(flow.times.at(-1) - flow.times[0]) || 1;
    for (let k = 0; k <= corners; k += 1) {
      if (this.#places[k].length < 2 * n) this.#places[k] = new Float32Array(2 * n);
      interpolate(flow, t - (back * length * k) / SEGMENTS, this.#places[k], curve);
    }
    const crowd = Math.min(1, Math.sqrt(1500 / n));
    for (let k = 0; k < corners; k += 1) {
      const fade = (1 - k / SEGMENTS) ** 1.2;
      this.#lines(this.#places[k], this.#places[k + 1], n, plane, Math.round((26 + 124 * crowd) * fade * unit));
    }
    const r = radius(n, plane.size / unit) * unit;
    this.#discs(this.#places[0], n, plane, r, 120 + 560 * crowd);
    this.#develop();
    return this.#canvas;
  }

  #prepare(size, hue, deep) {
    if (this.#canvas.width !== size || !this.#image) {
      this.#canvas.width = this.#canvas.height = size;
      this.#image = this.#context.createImageData(size, size);
      this.#ink = new Uint32Array(this.#image.data.buffer);
    }
    if (this.#rampOf !== hue + deep) {
      this.#rampOf = hue + deep;
      this.#ramp = inkRamp(rgb(hue), rgb(deep), LEVELS, FULL);
    }
  }

  /** Lines from `a` to `b`, smoothed over the two pixels they pass between. */
  #lines(a, b, n, plane, amount) {
    const ink = this.#ink;
    const { size, scale, half } = plane;
    const most = size - 2;
    for (let i = 0; i < 2 * n; i += 2) {
      let x = (a[i] + half) * scale - 0.5;
      let y = (half - a[i + 1]) * scale - 0.5;
      const toX = (b[i] + half) * scale - 0.5;
      const toY = (half - b[i + 1]) * scale - 0.5;
      // Written so that NaN is outside too.
      if (!(x >= 1 && y >= 1 && toX >= 1 && toY >= 1 && x < most && y < most && toX < most && toY < most)) continue;
      let dx = toX - x;
      let dy = toY - y;
      const steep = Math.abs(dy) > Math.abs(dx);
      const steps = Math.ceil(steep ? Math.abs(dy) : Math.abs(dx));
      if (steps < 1) continue;
      dx /= steps;
      dy /= steps;
      for (let s = 0; s < steps; s += 1) {
        const column = x | 0;
        const row = y | 0;
        const at = row * size + column;
        const beside = steep ? x - column : y - row;
        const second = (amount * beside) | 0;
        ink[at] += amount - second;
        ink[at + (steep ? 1 : size)] += second;
        x += dx;
        y += dy;
      }
    }
  }

  #discs(places, n, plane, r, amount) {
    const reach = Math.ceil(r) + 1;
    const side = 2 * reach;
    const kernel = this.#discKernel(r, reach, amount);
    const ink = this.#ink;
    const { size, scale, half } = plane;
    const most = size - reach - 1;
    for (let i = 0; i < 2 * n; i += 2) {
      const px = (places[i] + half) * scale;
      const py = (half - places[i + 1]) * scale;
      if (!(px >= reach && py >= reach && px < most && py < most)) continue;
      const column = px | 0;
      const row = py | 0;
      let from = (((py - row) * PLACES) | 0) * PLACES + (((px - column) * PLACES) | 0);
      from *= side * side;
      let at = (row - reach) * size + column - reach;
      for (let j = 0; j < side; j += 1, at += size - side) {
        for (let k = 0; k < side; k += 1, at += 1, from += 1) ink[at] += kernel[from];
      }
    }
  }

  /** Ink of a disc at each of the places within a pixel, one small square after another. */
  #discKernel(r, reach, amount) {
    const of = r * 1e4 + amount;
    if (this.#kernelOf === of) return this.#kernel;
    const side = 2 * reach;
    const kernel = new Uint16Array(PLACES * PLACES * side * side);
    let at = 0;
    for (let v = 0; v < PLACES; v += 1) {
      for (let u = 0; u < PLACES; u += 1) {
        const x = reach + (u + 0.5) / PLACES;
        const y = reach + (v + 0.5) / PLACES;
        for (let j = 0; j < side; j += 1) {
          for (let k = 0; k < side; k += 1, at += 1) {
            const cover = r + 0.5 - Math.hypot(k + 0.5 - x, j + 0.5 - y);
            kernel[at] = Math.round(amount * Math.min(1, Math.max(0, cover)));
          }
        }
      }
    }
    this.#kernelOf = of;
    this.#kernel = kernel;
    return kernel;
  }

  #develop() {
    const pixels = this.#ink; // the same memory: ink in, color out
    const ramp = this.#ramp;
    for (let i = 0; i < pixels.length; i += 1) {
      const v = pixels[i];
      if (v !== 0) pixels[i] = ramp[v < LEVELS ? v : LEVELS - 1];
    }
    this.#context.putImageData(this.#image, 0, 0);
  }
}
