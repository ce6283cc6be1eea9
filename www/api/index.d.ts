// The types of the package's functions. Everything runs in the browser, the computing in workers.
//
// Errors: a TypeError or RangeError with a sentence for arguments that cannot be used, before anything is begun; the signal's
// reason (an AbortError unless told otherwise) after an abort; an AbortError where what was asked is closed meanwhile; a
// WeightsError where weights cannot be downloaded or are damaged; a DeviceError where a device fails; a ConfigError, DataError or
// NumericError with a sentence where the engine refuses a setting or a value stops being finite. Each has its kind as `name`.

import type {
  BatchSize,
  Coupling,
  Decay,
  EmojiCategory,
  EmojiStyle,
  Epsilon,
  LearningRate,
  Named,
  Path,
  Prediction,
  Solver,
  TimeSampling,
  Tolerance,
  Width,
} from "./catalog.js";

export type { EmojiCategory, EmojiStyle, Named, Solver } from "./catalog.js";

/** Where an engine computes. */
export type Backend = "webgpu" | "cpu";

/**
 * "digits" and "emoji": velocity networks, for any solver; "few-step", for digits, and "emoji-few-step": few-step networks, made for 1 to
 * 16 and 1 to 8 steps.
 */
export type Network = "digits" | "few-step" | "emoji" | "emoji-few-step";

/** The class of a digit, 0 to 9, or null for none. */
export type DigitLabel = number | null;

/** All of one, or a share from 0 to 1 of each that is named: `{ noto: 0.5, twemoji: 0.5 }` is halfway between two styles. */
export type Shares<Id extends string> = Id | { readonly [id in Id]?: number };

/** What an emoji is to be of; what is missing or null is left to the network. */
export type EmojiLabel = { readonly category?: Shares<EmojiCategory> | null; readonly style?: Shares<EmojiStyle> | null } | null;

export interface EngineOptions<N extends Network = Network> {
  /** Which network, "digits" by default; its weights, 1.1 MB for digits and 5.5 MB for emoji, are downloaded and kept in the browser's cache. */
  network?: N;
  /**
   * "auto", the default: the CPU at once; after a run both devices are timed for runs of its size, and later ones go to the faster one.
   * "webgpu": WebGPU, or the CPU where WebGPU cannot be used. See `backend` and `why` of the engine.
   */
  backend?: "auto" | Backend;
  /** Told the share of the weights that has come, 0 to 1. */
  onProgress?: (share: number) => void;
  /** Gives the opening up. */
  signal?: AbortSignal;
}

/** Classifier-free guidance: u = u(no class) + weight · (u(class) − u(no class)) while from ≤ t ≤ to. */
export interface Guidance {
  /** 1 is none; for digits 0 to 6, 2 by default; for emoji 1 to 6, 3 by default. */
  weight?: number;
  /** 0 to 1, 0.2 by default; for emoji 0 by default. */
  from?: number;
  /** 0 to 1, not before `from`; 0.45 by default, or `from` where that is later; for emoji 1. */
  to?: number;
}

/** What a few-step network takes. */
export interface FewRequest<Label = DigitLabel> {
  /** What each image is to be of: 1 to 256 digits, or 1 to 16 emoji. */
  labels: readonly Label[];
  /** Seed of the noise, a whole number from 0 to 2³² − 1; 1 by default. The same seed gives the same images. */
  seed?: number;
  /** Steps from t = 0 to t = 1, a whole number from 1 to 64; 8 by default, 4 for a few-step network, 16 for the velocity network of the emoji. */
  steps?: number;
  /** Stops the computing. */
  signal?: AbortSignal;
}

/** What a velocity network takes. */
export interface SampleRequest<Label = DigitLabel> extends FewRequest<Label> {
  /** "midpoint" by default. "dopri5" chooses its own steps, one size for all labels, and ignores `steps`. */
  solver?: Solver;
  /** Error that "dopri5" allows itself in a step, absolute and relative; 0.01 by default. Other solvers ignore it. */
  tolerance?: Tolerance;
  /** A number is the weight alone. */
  guidance?: number | Guidance;
}

/** A moment on the way from noise (t = 0) to images (t = 1). */
export interface Frame {
  /** Its time; it rises from frame to frame. */
  readonly t: number;
  /** Evaluations of the velocity so far, among them the one behind `x1`; a guided one counts once. */
  readonly nfe: number;
  /**
   * x_t, image after image, row after row; noise goes beyond −1 and 1. A digit has 784 values (28 × 28; −1 is paper, 1 ink), an emoji
   * 12,288 (64 × 64 pixels of red, green, blue; −1 is none, 1 full). Yours to keep.
   */
  readonly x: Float32Array;
  /** The images that the network predicts at this time, as `x`; in the last frame `x` itself in value. */
  readonly x1: Float32Array;
  /** Whether it is the last. */
  readonly done: boolean;
}

/** A network that is loaded and ready. */
export interface Engine<R extends FewRequest<DigitLabel> | FewRequest<EmojiLabel> = SampleRequest> {
  readonly network: Network;
  /** Where runs like the last one are computed: with "auto" the faster device once both were timed; "cpu" after the GPU failed. */
  readonly backend: Backend;
  /** The device as it calls itself. */
  readonly device: string;
  /** Why it computes there, in a few words. */
  readonly why: string;
  /**
   * The frames of a run, the noise first, `steps` + 1 of them (as many as it takes with "dopri5"). It begins when the first is asked
   * for; frames that come faster than they are taken wait. Leaving the loop stops the computing. Several runs are computed in turn.
   */
  sample(request: R): AsyncGenerator<Frame, void, undefined>;
  /** The last frame of such a run; on WebGPU no other is read, and an abort takes effect after the run. */
  draw(request: R): Promise<Frame>;
  /** Ends it and its runs; the worker ends with the last engine or figure that uses it. */
  close(): void;
}

/** Opens an engine: starts a worker, downloads weights. */
export function createEngine(options: EngineOptions<"few-step"> & { network: "few-step" }): Promise<Engine<FewRequest>>;
export function createEngine(options: EngineOptions<"emoji"> & { network: "emoji" }): Promise<Engine<SampleRequest<EmojiLabel>>>;
export function createEngine(options: EngineOptions<"emoji-few-step"> & { network: "emoji-few-step" }): Promise<Engine<FewRequest<EmojiLabel>>>;
export function createEngine(options?: EngineOptions<"digits">): Promise<Engine<SampleRequest>>;

/**
 * Where points start or end: a name; the ink of 1 to 12 plain characters; or your points, 1 to 2,000 of [−6, 6]², as x and y of
 * each (rounded to 1/341, each with a little Gaussian noise around it).
 */
export type End = Named | { text: string } | { points: Float32Array | readonly number[] };

/** A flow to be trained. On the CPU, the same experiment gives the same weights, everywhere. */
export interface Experiment {
  /** Where x_0 comes from; "gaussian" by default. */
  source?: End;
  /** Where x_1 comes from; "moons" by default. */
  target?: End;
  /** The conditional path: straight ("cond-ot", the default), variance preserving, variance exploding, cosine, or "own": through {@link curves}. */
  path?: Path;
  /**
   * The path "own": hundredths of alpha at t = 1/4, 1/2 and 3/4, rising from 0 to 100, then of sigma, falling from 100 to 0;
   * "15_50_85_90_60_25" by default. Other paths ignore them.
   */
  curves?: string;
  /** Noise left at t = 1 on the straight path, 0 to 0.5; 0 by default. Other paths ignore it. */
  sigmaMin?: number;
  /** Which x_0 goes with which x_1 of a batch: as drawn (the default), or by optimal transport, exact or entropic. */
  coupling?: Coupling;
  /** Sinkhorn's regularization; 0.1 by default. Other couplings ignore it. */
  epsilon?: Epsilon;
  /** Width of the hidden layers; 64 by default. */
  width?: Width;
  /** Hidden layers, 1 to 6; 3 by default. */
  depth?: number;
  /** Pairs of a step; 256 by default. */
  batch?: BatchSize;
  /** Learning rate of AdamW; 0.002 by default. */
  rate?: LearningRate;
  /** What the network predicts; "velocity" by default. Samples follow the velocity that it makes. */
  predicts?: Prediction;
  /** Of what the mean square error is taken; "velocity" by default. */
  loss?: Prediction;
  /** How t is drawn; "uniform" by default. */
  time?: TimeSampling;
  /** Decay of the average of the weights, which is what samples come from; 0.999 by default, 0 for none. */
  ema?: Decay;
  /** Seed of weights, batches and particles, a whole number from 0 to 2³² − 1; 1 by default. */
  seed?: number;
}

export interface TrainingOptions {
  /** "cpu" by default, the faster one for so small a network. "webgpu" rejects with a DeviceError where there is none. */
  backend?: Backend;
  /** Gives the opening up. */
  signal?: AbortSignal;
}

export interface TrainOptions {
  /** Steps to make, 1 to 100,000; 5,000 by default. */
  steps?: number;
  /** Steps from one report to the next, 1 to 100,000; 50 by default. */
  every?: number;
  /** Stops after the few steps that are being made, about 30 ms of them; the training can go on from there. */
  signal?: AbortSignal;
}

export interface Progress {
  /** Steps made since the training was created. */
  readonly step: number;
  /** Mean squared error of the velocity, the mean of the steps since the last report. */
  readonly loss: number;
  /** Whether `steps` have been made. */
  readonly done: boolean;
}

export interface FlowOptions {
  /** 1 to 10,000; 2,000 by default. */
  particles?: number;
  /** "euler" by default. "dopri5" chooses its own steps, with a tolerance of its own. */
  solver?: Solver;
  /** Steps, 1 to 100; 20 by default. */
  steps?: number;
  /**
   * λ of dx = (u + λ σ² s) dt + σ √(2 λ) dW, 0 to 10; 0 by default: the flow itself. More needs a Gaussian source, independent pairs and "euler"
   * or "heun", and rejects with a ConfigError otherwise.
   */
  noise?: number;
  /** Does not wait for the answer any longer. */
  signal?: AbortSignal;
}

/** Particles carried along the learned flow. */
export interface Flow {
  /** The time of each frame, from 0. */
  readonly times: Float64Array;
  /** Frame after frame, x and y of each particle: times.length × particles × 2 values. */
  readonly x: Float32Array;
  /** Evaluations of the network. */
  readonly nfe: number;
}

/** A flow in the plane that can be trained and sampled, in any order; calls are computed in turn. */
export interface Training {
  readonly backend: Backend;
  /** The device as it calls itself. */
  readonly device: string;
  /** Numbers that the network has. */
  readonly parameters: number;
  /** Steps made. */
  readonly step: number;
  /** Makes `steps` steps more, a report every `every`; leaving the loop stops. Nothing is computed while no report is asked for. */
  train(options?: TrainOptions): AsyncGenerator<Progress, void, undefined>;
  /** Carries particles from the source along the flow as it is now. */
  sample(options?: FlowOptions): Promise<Flow>;
  /** The weights as they are now: a safetensors file with the experiment in its header, which the page's lab reads. */
  weights(): Promise<Uint8Array>;
  /** Ends it; the worker ends with the last training or figure that uses it. */
  close(): void;
}

/** Makes an untrained flow: starts a worker with the lab's engine. */
export function createTraining(experiment?: Experiment, options?: TrainingOptions): Promise<Training>;
