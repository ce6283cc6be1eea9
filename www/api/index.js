// The package's functions: digits drawn by a network (createEngine), flows trained in the plane (createTraining).
// Types, units, shapes and errors of both are in index.d.ts. Nothing is downloaded before one of them is called.
export { createEngine } from "./engine.js";
export { createTraining } from "./training.js";
