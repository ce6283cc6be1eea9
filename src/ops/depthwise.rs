//! A depthwise 3×3 convolution with bias and silu, and the sums of its channels, as one operation:
//!
//! `y[s, p, c] = silu(b[c] + Σ_q w[q, c] x[s, p + q, c])` over the nine neighbors q of a pixel, with zeros outside the image; and
//! `Σ_p y[s, p, c]`, from which channel attention begins.

use super::cpu;
use super::silu::silu;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;
use burn_flex::FlexTensor;
use wide::f32x8;

/// The convolution on every backend.
#[backend_extension(Flex, Cube: cfg(feature = "gpu"))]
trait DepthwiseOps: Backend {
    /// y, and parts of the sums.
    fn depthwise(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
        side: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

/// The convolution. Differentiable: with gradients it is composed of other operations.
///
/// # Shapes
/// - x: `[n, side², c]`, row-major images
/// - w: `[3, 3, c]`
/// - b: `[c]`
/// - output: y `[n, side², c]`, and `[n, parts, c]` whose parts add up to the sums
pub fn depthwise(x: Tensor<3>, w: Tensor<3>, b: Tensor<1>, side: usize) -> (Tensor<3>, Tensor<3>) {
    if x.device().is_autodiff() {
        return composed(x, w, b, side);
    }
    let [x, w] = [x, w].map(Tensor::into_dispatch);
    let (y, sums) = <Dispatch as DepthwiseOps>::depthwise(x, w, b.into_dispatch(), side);
    (Tensor::from_dispatch(y), Tensor::from_dispatch(sums))
}

/// Nine shifted products.
fn composed(x: Tensor<3>, w: Tensor<3>, b: Tensor<1>, side: usize) -> (Tensor<3>, Tensor<3>) {
    let [n, pixels, c] = x.dims();
    let device = x.device();
    let row = Tensor::<4>::zeros([n, 1, side, c], &device);
    let column = Tensor::<4>::zeros([n, side + 2, 1, c], &device);
    let tall = Tensor::cat(vec![row.clone(), x.reshape([n, side, side, c]), row], 1);
    let padded = Tensor::cat(vec![column.clone(), tall, column], 2);
    let mut sum = b.reshape([1, 1, 1, c]);
    for i in 0..3 {
        for j in 0..3 {
            let shifted = padded.clone().slice([0..n, i..i + side, j..j + side]);
            let weight = w.clone().slice([i..i + 1, j..j + 1]).reshape([1, 1, 1, c]);
            sum = sum + shifted * weight;
        }
    }
    let y = silu(sum).reshape([n, pixels, c]);
    (y.clone(), y.sum_dim(1))
}

impl DepthwiseOps for Flex {
    fn depthwise(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
        side: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [x, w, b] = [x, w, b].map(cpu::contiguous);
        let (x, w, b): (&[f32], &[f32], &[f32]) = (cpu::slice(&x), cpu::slice(&w), cpu::slice(&b));
        let c = b.len();
        let image = side * side * c;
        let n = x.len() / image;
        let (mut y, mut sums) = (vec![0.0; x.len()], vec![0.0; n * c]);
        for (sample, sums) in sums.chunks_exact_mut(c).enumerate() {
            let part = sample * image..(sample + 1) * image;
            let y = &mut y[part.clone()];
            convolve(&x[part], w, b, side, y);
            y.chunks_exact(c).for_each(|y| cpu::update(sums, y, |sum, y| sum + y));
        }
        let tensor = |values: Vec<f32>, rows: usize| -> FlexTensor { cpu::tensor(values, [n, rows, c]) };
        (tensor(y, side * side), tensor(sums, 1))
    }
}

/// One image.
fn convolve(x: &[f32], w: &[f32], b: &[f32], side: usize, y: &mut [f32]) {
    let c = b.len();
    for (pixel, y) in y.chunks_exact_mut(c).enumerate() {
        let (row, column) = (pixel / side, pixel % side);
        y.copy_from_slice(b);
        for i in 0..3 {
            for j in 0..3 {
                // One more than the neighbor's place.
                let (r, q) = (row + i, column + j);
                if (1..=side).contains(&r) && (1..=side).contains(&q) {
                    let at = ((r - 1) * side + q - 1) * c;
                    let k = (3 * i + j) * c;
                    cpu::update2(y, &x[at..at + c], &w[k..k + c], |y: f32x8, x, w| y + x * w);
                }
            }
        }
        let (whole, rest) = y.as_chunks_mut::<8>();
        for eight in whole {
            let z = f32x8::from(*eight);
            *eight = (z * cpu::sigmoid(z)).to_array();
        }
        for z in rest {
            *z /= 1.0 + (-*z).exp();
        }
    }
}

#[cfg(feature = "gpu")]
mod gpu {
    use super::DepthwiseOps;
    use crate::ops::gpu::{arg, contiguous, empty};
    use crate::ops::product::{Activation, activated};
    use burn::backend::tensor::FloatTensor;
    use burn_cubecl::CubeBackend;
    use cubecl::prelude::*;

    /// Channels of a workgroup, each a unit in every row of pixels.
    const LANES: usize = 32;
    /// Rows of pixels of a workgroup.
    const ROWS: usize = 2;

    impl DepthwiseOps for CubeBackend {
        fn depthwise(
            x: FloatTensor<Self>,
            w: FloatTensor<Self>,
            b: FloatTensor<Self>,
            side: usize,
        ) -> (FloatTensor<Self>, FloatTensor<Self>) {
            let [x, w, b] = [x, w, b].map(contiguous);
            let c = b.meta.num_elements();
            let n = x.meta.num_elements() / (side * side * c);
            let parts = side.div_ceil(ROWS);
            let (y, sums) = (empty(&x, [n, side * side, c]), empty(&x, [n, parts, c]));
            let count = CubeCount::Static(c.div_ceil(LANES) as u32, parts as u32, n as u32);
            // SAFETY: the kernel checks channel and row; the launch has as many samples as x.
            unsafe {
                depthwise::launch_unchecked(
                    &x.client,
                    count,
                    CubeDim::new_1d((LANES * ROWS) as u32),
                    arg(&x),
                    arg(&w),
                    arg(&b),
                    arg(&y),
                    arg(&sums),
                    side,
                    c,
                );
            }
            (y, sums)
        }
    }

    /// Each unit goes along a row of pixels of one channel, with the nine values around it in registers.
    #[cube(launch_unchecked)]
    fn depthwise(
        x: &[f32],
        w: &[f32],
        b: &[f32],
        y: &mut [f32],
        sums: &mut [f32],
        #[comptime] side: usize,
        #[comptime] c: usize,
    ) {
        let unit = UNIT_POS as usize;
        let channel = CUBE_POS_X as usize * LANES + unit % LANES;
        let part = CUBE_POS_Y as usize;
        let sample = CUBE_POS_Z as usize;
        let row = part * ROWS + unit / LANES;
        let image = sample * comptime!(side * side);
        let mut kept = Shared::<[f32]>::new_slice(comptime!(LANES * ROWS));
        let mut sum = 0.0f32;
        if channel < c && row < side {
            let mut weights = Array::<f32>::new(9usize);
            #[unroll]
            for k in 0..9 {
                weights[k] = w[k * c + channel];
            }
            let bias = b[channel];
            // Columns before, at and after the pixel; of each the rows above, at and below it.
            let mut window = Array::<f32>::new(9usize);
            #[unroll]
            for i in 0..3 {
                window[i] = 0.0f32;
                window[3 + i] = pixel(x, image, row + i, 1usize, channel, side, c);
            }
            for column in 0..side {
                let mut z = bias;
                #[unroll]
                for i in 0..3 {
                    window[6 + i] = pixel(x, image, row + i, column + 2, channel, side, c);
                    #[unroll]
                    for j in 0..3 {
                        z += weights[3 * i + j] * window[3 * j + i];
                    }
                    window[i] = window[3 + i];
                    window[3 + i] = window[6 + i];
                }
                let value = activated(z, Activation::Silu);
                y[(image + row * side + column) * c + channel] = value;
                sum += value;
            }
        }
        kept[unit] = sum;
        sync_cube();
        if unit < LANES && channel < c {
            let mut all = 0.0f32;
            #[unroll]
            for k in 0..ROWS {
                all += kept[k * LANES + unit];
            }
            sums[(sample * comptime!(side.div_ceil(ROWS)) + part) * c + channel] = all;
        }
    }

    /// x at a row and a column counted from 1, or the zero outside.
    #[cube]
    fn pixel(
        x: &[f32],
        image: usize,
        row: usize,
        column: usize,
        channel: usize,
        #[comptime] side: usize,
        #[comptime] c: usize,
    ) -> f32 {
        let mut value = 0.0f32;
        if row >= 1 && row <= side && column >= 1 && column <= side {
            value = x[(image + (row - 1) * side + column - 1) * c + channel];
        }
        value
    }
}
