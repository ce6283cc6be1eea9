//! Training a linear layer on a GPU: one launch forward, one backward. The backward launch's first workgroups make the
//! gradient of x, the others those of w and b.

use super::gpu::{LEFT, SQUARE, STEP, TILE, UNITS, launch, multiply, next, slope};
use super::gradient::ProductGradient;
use super::{Activation, Plan};
use crate::ops::gpu::{arg, contiguous, empty, groups};
use burn::backend::tensor::FloatTensor;
use burn_cubecl::CubeBackend;
use cubecl::prelude::*;

impl ProductGradient for CubeBackend {
    fn product_keeping_sum(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        bias: Option<FloatTensor<Self>>,
        plan: Plan,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let extras: Vec<_> = bias.into_iter().collect();
        if plan.activation == Activation::None {
            let (z, _) = launch(x, w, extras, plan, false);
            return (z.clone(), z);
        }
        let (y, z) = launch(x, w, extras, plan, true);
        (y, z.expect("it was to be kept"))
    }

    fn product_gradient(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        z: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        plan: Plan,
        wants: bool,
    ) -> (Option<FloatTensor<Self>>, FloatTensor<Self>, FloatTensor<Self>) {
        let (x, w, z, grad) = (contiguous(x), contiguous(w), contiguous(z), contiguous(grad));
        let rows = grad.meta.num_elements() / plan.columns;
        let weight = empty(&x, [plan.inner, plan.columns]);
        let bias = empty(&x, [plan.columns]);
        // Where nobody wants it, a buffer that the kernel never writes.
        let input = empty(&x, if wants { x.meta.shape().clone() } else { [1].into() });
        let tiles = |n: usize| n.div_ceil(TILE);
        let inputs = if wants { tiles(rows) * tiles(plan.inner) } else { 0 };
        let weights = tiles(plan.inner) * tiles(plan.columns);
        // SAFETY: the kernel checks every index against rows and the plan's sizes.
        unsafe {
            gradient::launch_unchecked(
                &x.client,
                groups(inputs + weights, 1),
                CubeDim::new_1d(UNITS as u32),
                arg(&x),
                arg(&w),
                arg(&z),
                arg(&grad),
                arg(&input),
                arg(&weight),
                arg(&bias),
                rows as u32,
                inputs as u32,
                plan,
            );
        }
        (wants.then_some(input), weight, bias)
    }
}

#[cube(launch_unchecked)]
fn gradient(
    x: &[f32],
    w: &[f32],
    z: &[f32],
    grad: &[f32],
    input: &mut [f32],
    weight: &mut [f32],
    bias: &mut [f32],
    rows: u32,
    inputs: u32,
    #[comptime] plan: Plan,
) {
    let rows = rows as usize;
    let inputs = inputs as usize;
    let group = CUBE_POS;
    let unit = UNIT_POS as usize;
    let inner = comptime!(plan.inner);
    let columns = comptime!(plan.columns);
    let mut left = Shared::<[f32]>::new_slice(comptime!(STEP * LEFT));
    let mut right = Shared::<[f32]>::new_slice(comptime!(STEP * TILE));
    let mut sums = Array::<f32>::new(comptime!(SQUARE * SQUARE));
    #[unroll]
    for q in 0..comptime!(SQUARE * SQUARE) {
        sums[q] = 0.0f32;
    }
    let (i0, j0) = (unit / 8 * SQUARE, unit % 8 * SQUARE);

    if group < inputs {
        // grad' wᵀ: rows × inner, sums over columns.
        let across = comptime!(plan.inner.div_ceil(TILE));
        let (top, first) = (group / across * TILE, group % across * TILE);
        let mut step = 0usize;
        while step < columns {
            for l in 0..comptime!(TILE * STEP / UNITS) {
                let at = unit + l * UNITS;
                let (i, k) = (at / STEP, at % STEP);
                let (row, column) = (top + i, step + k);
                let mut value = 0.0f32;
                if row < rows && column < columns {
                    let of = row * columns + column;
                    value = grad[of] * slope(z[of], plan.activation);
                }
                left[k * LEFT + i] = value;
                let feature = first + i;
                let mut value = 0.0f32;
                if feature < inner && column < columns {
                    value = w[feature * columns + column];
                }
                right[k * TILE + i] = value;
            }
            sync_cube();
            multiply(&left, &right, &mut sums);
            sync_cube();
            step += STEP;
        }
        for q in 0..comptime!(SQUARE * SQUARE) {
            let (row, feature) = (top + i0 + q / SQUARE, first + j0 + q % SQUARE);
            let sum = next(&mut sums);
            if row < rows && feature < inner {
                input[row * inner + feature] = sum;
            }
        }
    } else {
        // xᵀ grad': inner × columns, sums over rows.
        let across = comptime!(plan.columns.div_ceil(TILE));
        let tile = group - inputs;
        let (top, first) = (tile / across * TILE, tile % across * TILE);
        let mut all = 0.0f32;
        let mut step = 0usize;
        while step < rows {
            for l in 0..comptime!(TILE * STEP / UNITS) {
                let at = unit + l * UNITS;
                let (k, i) = (at / TILE, at % TILE);
                let row = step + k;
                let (feature, column) = (top + i, first + i);
                let mut value = 0.0f32;
                if row < rows && feature < inner {
                    value = x[row * inner + feature];
                }
                left[k * LEFT + i] = value;
                let mut value = 0.0f32;
                if row < rows && column < columns {
                    let of = row * columns + column;
                    value = grad[of] * slope(z[of], plan.activation);
                }
                right[k * TILE + i] = value;
            }
            sync_cube();
            multiply(&left, &right, &mut sums);
            if top == 0 && unit < TILE {
                for k in 0..comptime!(STEP) {
                    all += right[k * TILE + unit];
                }
            }
            sync_cube();
            step += STEP;
        }
        if top == 0 && unit < TILE && first + unit < columns {
            bias[first + unit] = all;
        }
        for q in 0..comptime!(SQUARE * SQUARE) {
            let (feature, column) = (top + i0 + q / SQUARE, first + j0 + q % SQUARE);
            let sum = next(&mut sums);
            if feature < inner && column < columns {
                weight[feature * columns + column] = sum;
            }
        }
    }
}
