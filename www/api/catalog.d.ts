// Made from src/catalog.rs, which says what it means: FLOW_LAB_WRITE=1 cargo test --features cli --test catalog

/** Solvers of the equation dx/dt = u(x, t); dopri5 is adaptive. */
export type Solver = "euler" | "midpoint" | "heun" | "rk4" | "dopri5";

/** The named distributions of the plane, some units across; the lab of the page shows them. */
export type Named = "gaussian" | "eight-gaussians" | "moons" | "s-curve" | "spirals" | "checkerboard" | "rings" | "pinwheel";

/** The conditional path: straight, variance preserving, variance exploding, cosine, curves of one's own. */
export type Path = "cond-ot" | "vp" | "ve" | "cosine" | "own";

/** Which x_0 goes with which x_1 of a batch: as drawn, or by optimal transport, exact or entropic. */
export type Coupling = "independent" | "ot" | "sinkhorn";

/** What the network predicts, or of what the mean square error is taken. */
export type Prediction = "velocity" | "data" | "noise";

/** How t is drawn. */
export type TimeSampling = "uniform" | "logit-normal";

/** Error of an adaptive step, absolute and relative. */
export type Tolerance = 0.1 | 0.01 | 0.001 | 0.0001;

/** What an emoji is of. */
export type EmojiCategory = "smileys" | "people" | "animals" | "food" | "travel" | "activities" | "objects" | "symbols" | "flags";

/** Whose drawings an emoji is like. */
export type EmojiStyle = "noto" | "noto-v1" | "fluent" | "fluent-flat" | "twemoji" | "fxemojis" | "streamline";

/** Sinkhorn's regularization. */
export type Epsilon = 0.01 | 0.03 | 0.1 | 0.3 | 1.0 | 3.0;

/** Width of the hidden layers. */
export type Width = 16 | 32 | 64 | 128 | 256;

/** Pairs of a training step. */
export type BatchSize = 32 | 64 | 128 | 256 | 512 | 1024;

/** Learning rate of AdamW. */
export type LearningRate = 0.0001 | 0.0003 | 0.001 | 0.002 | 0.005 | 0.01 | 0.03;

/** Decay of the average of the weights. */
export type Decay = 0.0 | 0.9 | 0.99 | 0.999 | 0.9999;
