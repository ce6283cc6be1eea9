// Made by scripts/engine-types.mjs from what wasm-bindgen wrote.
/* tslint:disable */
/* eslint-disable */

/**
 * Three networks in training; one call at a time.
 */
export class Classes {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * `n` fresh draws, classes in turn.
     */
    data(n: number): any;
    /**
     * `n` particles, classes in turn, by `steps` Euler steps under the guidance of `guide` (see [`Guide`]): `{x, recognized, w2, spread}`.
     */
    run(n: number, guide: string, weight: number, steps: number): Promise<any>;
    /**
     * Makes `steps` steps: `{step, losses}`.
     */
    train(steps: number): Promise<any>;
}

/**
 * A distillation in progress; one call at a time.
 */
export class Distillation {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Draws up to `n` more of the digits to train on: how many there are now.
     */
    draw(n: number): Promise<any>;
    /**
     * A digit for each label after `nfe` steps of the network as it stands.
     */
    sample(labels: Uint8Array | number[], nfe: number, seed: number): Promise<any>;
    /**
     * Makes up to `steps` steps: `{step, losses}`.
     */
    train(steps: number): Promise<any>;
    /**
     * A weights file.
     */
    weights(): Promise<any>;
}

/**
 * An engine with, once loaded, a network.
 */
export class Engine {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Begins class-conditional flows in the plane from their settings in JSON (see [`ClassesConfig`]). Throws a `ConfigError` that says what
     * to change.
     */
    classes(config: string): Classes;
    /**
     * As [`Self::start`], from this noise: 784 values a digit.
     */
    decode(request: string, noise: Float32Array | number[]): Run;
    /**
     * Destroys the GPU device, to try out what the page does then.
     */
    destroyDevice(): void;
    /**
     * Begins to distill a few-step network from a weights file, with settings in JSON (see [`DistillationConfig`]).
     * Throws a `ConfigError` or `WeightsError` that says what to change.
     */
    distill(config: string, weights: Uint8Array | number[]): Distillation;
    /**
     * Carries images, 784 values in [−1, 1] a digit, back to their noise: the last frame, at t = 0.
     */
    encode(request: string, images: Float32Array | number[]): Run;
    /**
     * As [`Self::start`], keeping the pixels of `values` where `mask` is 1 (0 elsewhere).
     */
    inpaint(request: string, values: Float32Array | number[], mask: Float32Array | number[]): Run;
    /**
     * Begins an experiment of the 2-D lab from its settings in JSON (see [`LabConfig`]). Throws a `ConfigError`
     * or `DataError` that says what to change.
     */
    lab(config: string): Lab;
    /**
     * A decoder of images in two dimensions, from its file. Throws a `WeightsError` that says what is wrong with it.
     */
    latent(bytes: Uint8Array | number[]): Latent;
    /**
     * Loads a weights file. Rejects with a `WeightsError` that says what is wrong with it, or with a `DeviceError` where
     * a GPU computes something else than the CPU.
     */
    load(bytes: Uint8Array | number[]): Promise<void>;
    /**
     * Opens the engine called `id`: `cpu` or `webgpu`. Rejects with a `DeviceError` where it cannot.
     */
    static open(id: string): Promise<Engine>;
    /**
     * Begins a race of few-step models from its settings in JSON (see [`RaceConfig`]). Throws a `ConfigError` that
     * says what to change.
     */
    race(config: string): Race;
    /**
     * Begins a run from a request in JSON (see [`Request`]). Throws a `ConfigError` that says what to change.
     */
    start(request: string): Run;
    /**
     * As [`Self::start`], keeping `values`, the means of blocks of `block`² pixels.
     */
    superResolve(request: string, values: Float32Array | number[], block: number): Run;
    /**
     * The device as it calls itself.
     */
    readonly name: string;
}

/**
 * A moment of a run.
 */
export class Frame {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Whether it is the last.
     */
    readonly done: boolean;
    /**
     * Evaluations of the field so far.
     */
    readonly nfe: number;
    /**
     * Its time, 0 to 1.
     */
    readonly t: number;
    /**
     * The predicted x1, a copy that can be transferred.
     */
    readonly x1: Float32Array;
    /**
     * x_t, a copy that can be transferred.
     */
    readonly x: Float32Array;
}

/**
 * A flow in training; one call at a time.
 */
export class Lab {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Conditional paths of `n` pairs at `frames` times: `{times, x, nfe: 0}`.
     */
    conditional(n: number, frames: number): any;
    /**
     * The exact marginal field on a grid at each of `times`, and the learned one's error at `t`:
     * `{field, error, errorDeviation, scale, draws, t}`.
     */
    exact(side: number, times: Float64Array | number[], half: number, t: number): Promise<any>;
    /**
     * The learned velocity on a grid at each of `times`.
     */
    field(side: number, times: Float64Array | number[], half: number): Promise<any>;
    /**
     * Measurements of `samples` particles.
     */
    figures(samples: number, solver_id: string, steps: number, noise: number): Promise<any>;
    /**
     * The learned flow of `particles`: `{times, x, nfe}`, frame after frame; `noise` is the level of what is added on the way.
     */
    flow(particles: number, solver_id: string, steps: number, noise: number): Promise<any>;
    /**
     * The density of the learned flow in the rows from `first` to before `end`: `{logDensity, mass, bitsPerDim, heldOut, nfe}`.
     */
    likelihood(side: number, half: number, steps: number, first: number, end: number): Promise<any>;
    /**
     * Goes on from a weights file; on an error everything stays.
     */
    loadWeights(bytes: Uint8Array | number[]): any;
    /**
     * Which data points pull at (x, y): `{points, weights, velocity}`.
     */
    pull(x: number, y: number, t: number, top: number): any;
    /**
     * `n` draws from `source` or `target`.
     */
    samples(which: string, n: number, seed: number): any;
    /**
     * Changes the learning rate from the next step on; the rates before it as `{rates, untils}`.
     */
    setRate(rate: number): any;
    /**
     * The next step taken apart: `{step, t, x0, x1, xt, ut, predicted, losses}`.
     */
    stages(pairs: number): Promise<any>;
    /**
     * Theorem 2 on this network: `{cosines, deviations, conditional, marginal}`, an entry a batch size.
     */
    theorem(batches: Uint32Array | number[]): Promise<any>;
    /**
     * The learned flow from `starts`; negative steps run from the end to t = 0.
     */
    trace(starts: Float32Array | number[], solver_id: string, steps: number): Promise<any>;
    /**
     * Makes `steps` steps: `{step, losses}`.
     */
    train(steps: number): Promise<any>;
    /**
     * W2 at each number of evaluations; NaN where the solver cannot make that many.
     */
    w2ByNfe(samples: number, solver_id: string, noise: number, nfes: Uint32Array | number[]): Promise<any>;
    /**
     * A weights file.
     */
    weights(): Promise<any>;
    /**
     * Numbers that the network has.
     */
    readonly parameters: number;
    /**
     * Steps made.
     */
    readonly step: number;
}

/**
 * A decoder from the plane to images.
 */
export class Latent {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Codes of real images: `{x, points}`, the points encoded as a distribution of points takes them.
     */
    codes(): any;
    /**
     * The images of `points`, x and y in turn: values in [−1, 1], image after image.
     */
    decode(points: Float32Array | number[]): Promise<any>;
}

/**
 * A race in training; one call at a time.
 */
export class Race {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * `[{id, label}]` of who takes part, in the order of training, as JSON.
     */
    contestants(): string;
    /**
     * `n` fresh data.
     */
    data(n: number): any;
    /**
     * W2 between two sets of `n` fresh data: `{mean, deviation}` over some pairs of sets.
     */
    floor(n: number): any;
    /**
     * `n` particles of a contestant at `nfe` evaluations: `{times, x, w2, straightness}`.
     */
    run(contestant: number, n: number, nfe: number): Promise<any>;
    /**
     * Up to `steps` steps of a contestant, after those that it learns from: `{contestant, step, pairs, losses}`;
     * undefined where it is done.
     */
    train(contestant: number, steps: number): Promise<any>;
}

/**
 * A run in progress, one call at a time; `free()` stops it.
 */
export class Run {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The last frame; none before it is read back from a GPU.
     */
    finish(): Promise<Frame>;
    /**
     * The next frame, or `undefined` after the last.
     */
    next(): Promise<Frame | undefined>;
}

/**
 * Two probability paths compared: request and answer in JSON (see [`comparison`](crate::comparison)).
 */
export function comparePaths(request: string): string;

/**
 * The points of such a text.
 */
export function decodePoints(text: string): Float32Array;

/**
 * Points as the text that stands in a link.
 */
export function encodePoints(x: Float32Array | number[]): string;

/**
 * The experiment that a weights file of the lab was made with, as JSON.
 */
export function labConfigOf(bytes: Uint8Array | number[]): string;

/**
 * Two columns of numbers as points: `{points, x, count, kept, center, scale, note, columns, used}`; or, where it is not plain which
 * columns are the coordinates and `used` does not say, `{columns}`. A column is `{name, numeric}`; `used`: two of them, from 0.
 */
export function readCsv(bytes: Uint8Array | number[], used?: Uint32Array | number[] | null): any;

/**
 * The path of an experiment at equal times from 0 to 1: `{t, alpha, sigma}`.
 */
export function scheduleOf(experiment: string): any;

/**
 * Runs static constructors and makes a panic readable in the console. Runs by itself when the module starts.
 */
export function start(): void;

/**
 * Lets products use `tile`, which `src/ops/product/tile.wat` exports, made for this module's memory. Each product and its sum are then rounded
 * once: faster, and the last bits of results differ. Throws where it is no function of a WebAssembly module.
 */
export function useTile(tile: Function): void;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
