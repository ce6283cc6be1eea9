// What can be exported: pictures, a video, trajectories and records as files.
import { withText } from "./png.js";
import { SvgContext } from "./svg.js";

export { recordCsv, trajectoryCsv, trajectoryJson } from "./records.js";

/**
 * What made a picture or a file; it is written into it where the format has a place for it.
 * @typedef {{config?: object, t?: number, nfe?: number, seed?: number, step?: number, solver?: string}} Meta
 */

/**
 * A file name that says what is inside: "flow-lab-particles-seed1-step2000-t0.50.png".
 * @param {string} what
 * @param {Meta | undefined} meta
 * @param {string} extension
 */
export function fileName(what, { seed, step, t, nfe } = {}, extension) {
  const parts = ["flow-lab", what];
  if (Number.isFinite(seed)) parts.push(`seed${seed}`);
  if (Number.isFinite(step)) parts.push(`step${step}`);
  if (Number.isFinite(nfe)) parts.push(`nfe${nfe}`);
  if (Number.isFinite(t)) parts.push(`t${t.toFixed(2)}`);
  return `${parts.join("-")}.${extension}`;
}

/**
 * What is written below a picture: "t = 0.50 · Euler · 16 NFE · step 2000 · seed 1".
 * @param {Meta} meta
 */
export function caption({ t, solver, nfe, step, seed }) {
  const parts = [];
  if (Number.isFinite(t)) parts.push(`t = ${t.toFixed(2)}`);
  if (solver) parts.push(solver);
  if (Number.isFinite(nfe)) parts.push(`${nfe} NFE`);
  if (Number.isFinite(step)) parts.push(`step ${step}`);
  if (Number.isFinite(seed)) parts.push(`seed ${seed}`);
  return parts.join(" · ");
}

const SIDE = 640; // the pictures' side in CSS pixels: what fonts and marks are measured by

function canvasOf(size) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  return { canvas, context: canvas.getContext("2d", { alpha: false }) };
}

/** The stage as PNG of `size` pixels squared, with `meta` in its text chunks. */
export async function picturePng(stage, meta = {}, { size = 1600 } = {}) {
  const { canvas, context } = canvasOf(size);
  const full = { t: stage.t, ...meta };
  stage.paint(context, { size, side: SIDE, t: full.t, caption: caption(full) });
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("This browser could not make a PNG of that size; try a smaller one.");
  const texts = { Title: stage.label, Software: "Flow Lab", Description: caption(full), Comment: JSON.stringify(full) };
  return new Blob([withText(new Uint8Array(await blob.arrayBuffer()), texts)], { type: "image/png" });
}

/** The stage as SVG: the same layers as lines and points; maps of cells stay images inside it. */
export function pictureSvg(stage, meta = {}) {
  const context = new SvgContext();
  const full = { t: stage.t, ...meta };
  stage.paint(context, { size: SIDE, t: full.t, caption: caption(full) });
  const text = context.text(SIDE, { title: stage.label, description: caption(full), metadata: full });
  return new Blob([text], { type: "image/svg+xml" });
}

// VP8 before VP9: it is recorded while it is shown, and encoding VP9 takes some browsers many times as long as showing it.
const FORMATS = [
  ["video/webm;codecs=vp8", "webm"],
  ["video/webm", "webm"],
  ["video/mp4", "mp4"],
];

/** The first format of video that this browser can write: {type, extension}, or null. */
export function videoFormat() {
  if (typeof MediaRecorder === "undefined" || !HTMLCanvasElement.prototype.captureStream) return null;
  const found = FORMATS.find(([type]) => MediaRecorder.isTypeSupported(type));
  return found ? { type: found[0], extension: found[1] } : null;
}

/**
 * A video of the flow from t = 0 to 1, the end held for a second: {blob, extension}. Options: `seconds`, `fps`, `size`
 * in pixels, `meta`, `onProgress`, `signal`. Recorded as it would be
 * watched, so it takes `seconds` + 1; `onProgress(share)`; `signal` aborts (rejects with its reason).
 */
export async function animation(stage, options = {}) {
  const { seconds = 4, fps = 30, size = 720, meta = {}, onProgress = () => {}, signal } = options;
  const format = videoFormat();
  if (!format) throw new Error("This browser cannot record a video of a canvas; PNG and SVG work here.");
  signal?.throwIfAborted();
  const { canvas, context } = canvasOf(size);
  const show = (t) => stage.paint(context, { size, side: Math.min(size, SIDE), t, caption: caption({ ...meta, t }) });
  show(0);
  const stream = canvas.captureStream(fps);
  const recorder = new MediaRecorder(stream, { mimeType: format.type, videoBitsPerSecond: 8e6 });
  const parts = [];
  recorder.ondataavailable = ({ data }) => data.size && parts.push(data);
  const stopped = new Promise((resolve, reject) => {
    recorder.onstop = resolve;
    recorder.onerror = ({ error }) => reject(new Error(`Recording failed: ${error?.message ?? "no reason given"}.`));
  });
  stopped.catch(() => {}); // awaited below; not unhandled while frames are drawn
  recorder.start();
  const began = performance.now();
  try {
    for (let past = 0; past < seconds + 1; past = (performance.now() - began) / 1000) {
      signal?.throwIfAborted();
      show(Math.min(1, past / seconds));
      onProgress(Math.min(1, past / (seconds + 1)));
      // By timer, not by display frame: a page in the background gets no display frames.
      const next = (Math.floor(past * fps) + 1) / fps;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1000 * next - (performance.now() - began))));
    }
  } finally {
    if (recorder.state !== "inactive") recorder.stop();
    await stopped;
    for (const track of stream.getTracks()) track.stop();
  }
  onProgress(1);
  return { blob: new Blob(parts, { type: format.type }), extension: format.extension };
}

/** Hands `blob` to the person as a file. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Later: some browsers read the address only after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
