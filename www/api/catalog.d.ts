// Made by scripts/catalog.mjs from src/catalog.rs.

/** Euler, Midpoint, Heun, Runge–Kutta 4, Dormand–Prince 5(4): solvers of the equation dx/dt = u(x, t). */
export type Solver = "euler" | "midpoint" | "heun" | "rk4" | "dopri5";
/** The named distributions of the plane, of a size of some units; see the lab of the page for pictures. */
export type Named = "gaussian" | "eight-gaussians" | "moons" | "s-curve" | "spirals" | "checkerboard" | "rings" | "pinwheel";
/** The conditional path: straight, variance preserving, variance exploding, cosine. */
export type Path = "cond-ot" | "vp" | "ve" | "cosine";
/** Which x_0 goes with which x_1 of a batch: as drawn, or by optimal transport, exact or entropic. */
export type Coupling = "independent" | "ot" | "sinkhorn";
/** How t is drawn. */
export type TimeSampling = "uniform" | "logit-normal";
export type Tolerance = 0.1 | 0.01 | 0.001 | 0.0001;
export type Epsilon = 0.01 | 0.03 | 0.1 | 0.3 | 1 | 3;
export type Width = 16 | 32 | 64 | 128 | 256;
export type BatchSize = 32 | 64 | 128 | 256 | 512 | 1024;
export type LearningRate = 0.0001 | 0.0003 | 0.001 | 0.002 | 0.005 | 0.01 | 0.03;
export type Decay = 0 | 0.9 | 0.99 | 0.999 | 0.9999;
