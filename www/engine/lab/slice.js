// How much training a call asks for.

const SLICE_MS = 30; // a training call takes about this long, so that other calls get in between

/** Steps of the next training call, where one took `each` milliseconds. */
export const slice = (each) => Math.max(1, Math.min(200, Math.round(SLICE_MS / each)));
