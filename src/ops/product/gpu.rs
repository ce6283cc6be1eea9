//! The product on a GPU, in one launch: each workgroup makes a square tile of y, from tiles of both factors that it
//! keeps in its own memory. It stays within WebGPU's default limits: 7 buffers and the launch's own, 16 KiB, 64 units.

use super::cpu::{LAYER_EPSILON, RMS_EPSILON};
use super::{Activation, Mix, Patches, Plan, ProductOps};
use crate::ops::gpu::{arg, args, contiguous, element, empty};
use crate::ops::several::Several;
use burn::backend::tensor::FloatTensor;
use burn_cubecl::CubeBackend;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

/// Side of a tile of y.
pub(super) const TILE: usize = 32;
/// Terms of the sums that are loaded at a time.
pub(super) const STEP: usize = 16;
/// Units of a workgroup, of which each makes a square of y.
pub(super) const UNITS: usize = 64;
/// Side of that square.
pub(super) const SQUARE: usize = 4;
/// Distance of the rows of the left tile: not a multiple of 32, so that units write to different banks.
pub(super) const LEFT: usize = TILE + 1;

impl ProductOps for CubeBackend {
    fn product(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        extras: Several<Self>,
        plan: Plan,
    ) -> FloatTensor<Self> {
        launch(x, w, extras.list(), plan, false).0
    }
}

/// y and, where it is to be `kept`, the sum that the activation takes.
pub(super) fn launch(
    x: CubeTensor,
    w: CubeTensor,
    extras: Vec<CubeTensor>,
    plan: Plan,
    keep: bool,
) -> (CubeTensor, Option<CubeTensor>) {
    let (x, w) = (contiguous(x), contiguous(w));
    let extras: Vec<CubeTensor> = extras.into_iter().map(contiguous).collect();
    let samples = plan.samples(x.meta.shape());
    let out = empty(&x, plan.shape(samples));
    let kept = keep.then(|| empty(&x, plan.shape(samples)));
    // Where channels are mixed, the samples' rows make one tall matrix.
    let (rows, depth) = match plan.mix {
        Mix::Channels => (samples * plan.rows, 1),
        Mix::Tokens => (plan.rows, samples),
    };
    let tiles = |n: usize| n.div_ceil(TILE) as u32;
    // SAFETY: the kernel checks every index against rows and the plan's sizes.
    unsafe {
        product::launch_unchecked(
            &x.client,
            CubeCount::Static(tiles(plan.columns), tiles(rows), depth as u32),
            CubeDim::new_1d(UNITS as u32),
            arg(&x),
            arg(&w),
            args(&extras),
            arg(&out),
            args(&kept),
            rows as u32,
            plan,
        );
    }
    (out, kept)
}

#[cube(launch_unchecked)]
fn product(
    x: &[f32],
    w: &[f32],
    extras: Sequence<Box<[f32]>>,
    out: &mut [f32],
    mut kept: Sequence<Box<[f32]>>,
    rows: u32,
    #[comptime] plan: Plan,
) {
    let rows = rows as usize;
    let sample = CUBE_POS_Z as usize;
    let top = CUBE_POS_Y as usize * TILE;
    let first = CUBE_POS_X as usize * TILE;
    let unit = UNIT_POS as usize;
    let inner = comptime!(plan.inner);
    let columns = comptime!(plan.columns);

    let mut left = Shared::<[f32]>::new_slice(comptime!(STEP * LEFT));
    let mut right = Shared::<[f32]>::new_slice(comptime!(STEP * TILE));

    // Mean and reciprocal deviation of each token that this workgroup reads.
    let normed = comptime!(if plan.mix == Mix::Channels { TILE } else { plan.inner });
    let mut mean = Shared::<[f32]>::new_slice(comptime!(if plan.norm.is_some() { normed } else { 1 }));
    let mut by = Shared::<[f32]>::new_slice(comptime!(if plan.norm.is_some() { normed } else { 1 }));
    if comptime!(plan.norm.is_some()) {
        let channels = comptime!(if plan.mix == Mix::Channels { plan.inner } else { plan.columns });
        let mut k = unit;
        while k < normed {
            let row = if comptime!(plan.mix == Mix::Channels) { top + k } else { sample * inner + k };
            if comptime!(plan.mix == Mix::Tokens) || row < rows {
                let mut m = 0.0f32;
                if comptime!(plan.norm.unwrap().layer) {
                    for c in 0..channels {
                        m += x[row * channels + c];
                    }
                    m /= comptime!(channels as f32);
                }
                let epsilon = comptime!(if plan.norm.unwrap().layer { LAYER_EPSILON } else { RMS_EPSILON });
                let mut squares = 0.0f32;
                for c in 0..channels {
                    let d = x[row * channels + c] - m;
                    squares += d * d;
                }
                mean[k] = m;
                by[k] = 1.0f32 / f32::sqrt(squares / comptime!(channels as f32) + epsilon);
            }
            k += UNITS;
        }
        sync_cube();
    }

    let mut sums = Array::<f32>::new(comptime!(SQUARE * SQUARE));
    #[unroll]
    for q in 0..comptime!(SQUARE * SQUARE) {
        sums[q] = 0.0f32;
    }

    let mut step = 0usize;
    while step < inner {
        for l in 0..comptime!(TILE * STEP / UNITS) {
            let at = unit + l * UNITS;
            let (i, k) = (at / STEP, at % STEP);
            let (row, term) = (top + i, step + k);
            let mut value = 0.0f32;
            if row < rows && term < inner {
                if comptime!(plan.mix == Mix::Channels) {
                    value = term_of(x, row, term, &extras, plan);
                    if comptime!(plan.norm.is_some()) {
                        let of = row / comptime!(plan.tokens);
                        value = modulated((value - mean[i]) * by[i], term, of, &extras, plan);
                    }
                } else {
                    value = w[row * inner + term];
                }
            }
            left[k * LEFT + i] = value;
        }
        for l in 0..comptime!(TILE * STEP / UNITS) {
            let at = unit + l * UNITS;
            let (k, j) = (at / TILE, at % TILE);
            let (term, column) = (step + k, first + j);
            let mut value = 0.0f32;
            if term < inner && column < columns {
                if comptime!(plan.mix == Mix::Channels) {
                    value = w[term * columns + column];
                } else {
                    value = x[(sample * inner + term) * columns + column];
                    if comptime!(plan.norm.is_some()) {
                        value = modulated((value - mean[term]) * by[term], column, sample, &extras, plan);
                    }
                }
            }
            right[k * TILE + j] = value;
        }
        sync_cube();
        multiply(&left, &right, &mut sums);
        sync_cube();
        step += STEP;
    }

    let (i0, j0) = (top + unit / 8 * SQUARE, first + unit % 8 * SQUARE);
    for q in 0..comptime!(SQUARE * SQUARE) {
        let (row, column) = (i0 + q / SQUARE, j0 + q % SQUARE);
        let mut y = next(&mut sums);
        if row < rows && column < columns {
            // Counted through all samples.
            let whole = if comptime!(plan.mix == Mix::Channels) { row } else { sample * rows + row };
            if comptime!(plan.bias) {
                let at = if comptime!(plan.mix == Mix::Channels) { column } else { row };
                y += element(&extras, 0usize, at);
            }
            if comptime!(plan.gates.is_some()) {
                let gates = comptime!(plan.gates.unwrap());
                let of = whole / comptime!(plan.rows) * comptime!(gates.width);
                y *= 1.0f32
                    + element(&extras, comptime!(plan.gates_at()), of + comptime!(gates.gate) + column);
            }
            if comptime!(plan.residual.is_some()) {
                let repeat = comptime!(plan.residual.unwrap());
                let of = if comptime!(repeat > 0) { whole % repeat } else { whole };
                y += element(&extras, comptime!(plan.residual_at()), of * columns + column);
            }
            let at = place(whole, column, plan.write, columns);
            #[allow(clippy::len_zero, reason = "a sequence of CubeCL has no is_empty")]
            if comptime!(kept.len() > 0) {
                kept.index_mut(0usize)[at] = y;
            }
            out[at] = activated(y, plan.activation);
        }
    }
}

/// The first of a unit's sums; the others move up by one. An index that is known when the kernel is compiled keeps the sums in
/// registers, and a loop that takes the next one keeps the kernel short.
#[cube]
pub(super) fn next(sums: &mut Array<f32>) -> f32 {
    let first = sums[0];
    #[unroll]
    for q in 1..comptime!(SQUARE * SQUARE) {
        sums[q - 1] = sums[q];
    }
    first
}

/// Adds the products of two tiles to the sums of this unit's square.
#[cube]
pub(super) fn multiply(left: &Shared<[f32]>, right: &Shared<[f32]>, sums: &mut Array<f32>) {
    let (i, j) = (UNIT_POS as usize / 8 * SQUARE, UNIT_POS as usize % 8 * SQUARE);
    for k in 0..comptime!(STEP) {
        #[unroll]
        for q in 0..SQUARE {
            let a = left[k * LEFT + i + q];
            #[unroll]
            for p in 0..SQUARE {
                sums[q * SQUARE + p] += a * right[k * TILE + j + p];
            }
        }
    }
}

/// A term of the sums: an element of x, of the other tensor that stands beside it, or of x times its factor.
#[cube]
fn term_of(x: &[f32], row: usize, term: usize, extras: &Sequence<Box<[f32]>>, #[comptime] plan: Plan) -> f32 {
    if comptime!(plan.beside > 0) {
        let own = comptime!(plan.own());
        let beside = comptime!(plan.beside);
        if term < own {
            x[row * own + term]
        } else {
            element(extras, comptime!(plan.beside_at()), row * beside + term - own)
        }
    } else {
        let value = x[place(row, term, plan.read, plan.inner)];
        if comptime!(plan.gates.is_some() && plan.gates.unwrap().scale.is_some()) {
            let gates = comptime!(plan.gates.unwrap());
            let at = row / comptime!(plan.tokens) * comptime!(gates.width) + comptime!(gates.scale.unwrap());
            value * element(extras, comptime!(plan.gates_at()), at + term)
        } else {
            value
        }
    }
}

/// Where an element of a matrix, or of the images that it is made of, stands.
#[cube]
fn place(row: usize, c: usize, #[comptime] patches: Option<Patches>, #[comptime] width: usize) -> usize {
    if comptime!(patches.is_none()) {
        row * width + c
    } else {
        let p = comptime!(patches.unwrap());
        let across = comptime!(p.side / p.patch);
        let tokens = comptime!(p.tokens());
        let patch = comptime!(p.patch);
        let line = comptime!(p.side * p.colors);
        let run = comptime!(p.patch * p.colors);
        let token = row % tokens;
        let y = token / across * patch + c / run;
        (row / tokens * comptime!(p.side) + y) * line + token % across * run + c % run
    }
}

/// x, or γ x + β, scaled and shifted for its sample.
#[cube]
fn modulated(
    x: f32,
    channel: usize,
    sample: usize,
    extras: &Sequence<Box<[f32]>>,
    #[comptime] plan: Plan,
) -> f32 {
    let norm = comptime!(plan.norm.unwrap());
    let by = comptime!(plan.modulation_at());
    let row = sample * comptime!(norm.width) + channel;
    let mut y = x;
    if comptime!(norm.layer) {
        let at = comptime!(plan.norm_at());
        y = y * element(extras, at, channel) + element(extras, comptime!(at + 1), channel);
    }
    y * (element(extras, by, row + comptime!(norm.scale)) + 1.0f32)
        + element(extras, by, row + comptime!(norm.shift))
}

/// φ.
#[cube]
pub(in crate::ops) fn activated(x: f32, #[comptime] activation: Activation) -> f32 {
    if comptime!(activation == Activation::Relu) {
        f32::max(x, 0.0f32)
    } else if comptime!(activation == Activation::Silu) {
        x / (1.0f32 + f32::exp(-x))
    } else {
        x
    }
}

/// dφ/dz.
#[cube]
pub(super) fn slope(z: f32, #[comptime] activation: Activation) -> f32 {
    if comptime!(activation == Activation::Relu) {
        select(z > 0.0f32, 1.0f32, 0.0f32)
    } else if comptime!(activation == Activation::Silu) {
        let s = 1.0f32 / (1.0f32 + f32::exp(-z));
        s * (1.0f32 + z * (1.0f32 - s))
    } else {
        1.0f32.runtime()
    }
}
