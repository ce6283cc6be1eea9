// Every message between the page and the lab's worker: a call and its answer. The methods are the lab's own
// (src/web/lab.rs) and the few below that need no lab.

/** Answered by the worker itself. */
export const OPEN = "open"; // args: device, compiled code or null → {name}
export const LAB = "lab"; // args: experiment as JSON → {parameters}; replaces the lab of that slot
export const MAKE_RACE = "race"; // args: race as JSON
export const MAKE_DISTILLATION = "distil"; // args: distillation as JSON, weights file
export const MAKERS = Object.freeze([MAKE_RACE, MAKE_DISTILLATION]); // what they make replaces what the slot held
export const CLOSE = "close"; // drops the lab of that slot

/** Functions of the engine's module that need no lab. */
export const FREE = Object.freeze(["encodePoints", "decodePoints", "readCsv", "labConfigOf", "comparePaths"]);

/**
 * @typedef {{id: number, method: string, slot: number, args: any[]}} Call
 * @typedef {{id: number, result: any}} Answer  (array buffers are transferred)
 * @typedef {{id: number | null, error: {name: string, message: string}, fatal: boolean}} Failure
 */
