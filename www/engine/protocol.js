// Every message between a page and its worker, in one place. Both sides import the names, so that a misspelt one is an error and
// not a silence.

/**
 * To the worker:
 * @typedef {{id: number, method: string, slot: number, args: any[]}} Call  (answered in turn)
 * @typedef {{stop: number}} Stop  (the run that was called with this id ends before its next frame)
 * @typedef {{destroyDevice: true}} DestroyDevice  (tries out a lost GPU)
 *
 * From the worker:
 * @typedef {{id: number, result: any}} Answer  (array buffers are transferred)
 * @typedef {{id: number, frame: Frame}} Told  (of a run, before its answer)
 * @typedef {{id: number | null, error: {name: string, message: string}, fatal: boolean}} Failure  (null: of no call;
 *   fatal: the engine cannot be used any more)
 *
 * @typedef {{t: number, nfe: number, done: boolean, x: Float32Array, x1: Float32Array, ms: number}} Frame
 *   (arrays transferred; ms since the frame before that was told)
 * @typedef {{method: "decode" | "encode" | "inpaint" | "superResolve", args: any[]}} From  (see src/web/digits.rs)
 * @typedef {{request: SampleRequest, from?: From, last?: boolean}} Job  (last: only the last frame is told)
 * @typedef {object} SampleRequest  what src/session.rs calls Request
 * @property {number} seed
 * @property {(number | null)[]} labels
 * @property {string} solver
 * @property {number} steps
 * @property {number} tolerance
 * @property {"uniform" | "quadratic"} [spacing] equal steps of t, or of √t
 * @property {number} [corrections] how often each step to noise is corrected
 * @property {number} [first] how many images of this seed come before these
 * @property {{weight: number, from: number, to: number}} guidance
 */

// Names with a dot are the worker's own: what a slot holds has a method "run" too (src/web/race.rs).

/** Opens the engine; the first call. args: device, compiled code or null → {name}: the device as it calls itself. */
export const OPEN = "engine.open";
/** Gives the engine a network. args: weights file. */
export const LOAD = "engine.load";
/** Computes digits. args: {@link Job} → whether it came to its end. */
export const RUN = "engine.run";

/** What makes something that a slot holds, in place of what it held; the rest of its methods are src/web's own. */
export const LAB = "lab"; // args: experiment as JSON
export const RACE = "race"; // args: race as JSON
export const CLASSES = "classes"; // args: settings as JSON
export const LATENT = "latent"; // args: weights file
export const DISTILLATION = "distill"; // args: distillation as JSON, weights file
export const MAKERS = Object.freeze([LAB, RACE, CLASSES, LATENT, DISTILLATION]);
/** Drops what a slot holds. */
export const CLOSE = "close";

/** Functions of the engine's module that need nothing else. */
export const FREE = Object.freeze(["encodePoints", "decodePoints", "readCsv", "labConfigOf", "scheduleOf", "comparePaths"]);

/** Ways to begin a run other than from its seed. */
export const BEGINNINGS = Object.freeze(["decode", "encode", "inpaint", "superResolve"]);
