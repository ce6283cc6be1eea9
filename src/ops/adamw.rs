//! A step of AdamW (Loshchilov & Hutter 2019, algorithm 2) and of the weights' average, for two tensors in one launch.
//!
//! With gradient g, step k = 1, 2, … and learning rate η:
//!
//! m ← β1 m + (1 − β1) g, v ← β2 v + (1 − β2) g²,
//! w ← (1 − η λ) w − η (m / (1 − β1^k)) / (√(v / (1 − β2^k)) + ε), w̄ ← d w̄ + (1 − d) w.
//!
//! m, v and w̄ of all parameters are three rows of one tensor, the [state](Layout): on a GPU it is changed in place, and
//! the average is always in one piece.

use super::cpu;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;
use wide::f32x8;

/// The numbers of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamW {
    /// η.
    pub rate: f64,
    /// β1 and β2.
    pub betas: [f64; 2],
    /// ε.
    pub epsilon: f64,
    /// λ.
    pub weight_decay: f64,
    /// d.
    pub average: f64,
    /// k, from 1.
    pub step: u64,
}

impl AdamW {
    /// What the arithmetic needs: w's factor, η / (1 − β1^k), 1 / (1 − β2^k), β1, β2, ε, d.
    fn factors(&self) -> [f32; 7] {
        let [b1, b2] = self.betas;
        let left = |beta: f64| 1.0 - beta.powf(self.step as f64);
        [
            1.0 - self.rate * self.weight_decay,
            self.rate / left(b1),
            1.0 / left(b2),
            b1,
            b2,
            self.epsilon,
            self.average,
        ]
        .map(|v| v as f32)
    }
}

/// Where a pair of tensors stands in the rows of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Elements of a row.
    pub width: usize,
    /// Where each tensor of the pair begins in a row.
    pub at: [usize; 2],
}

/// The step on every backend.
#[backend_extension(Flex, Cube: cfg(feature = "gpu"))]
trait AdamWOps: Backend {
    /// The new tensors of the pair and the new state.
    fn adamw(
        w0: FloatTensor<Self>,
        g0: FloatTensor<Self>,
        w1: FloatTensor<Self>,
        g1: FloatTensor<Self>,
        state: FloatTensor<Self>,
        layout: Layout,
        step: AdamW,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

/// Makes the step for a pair of flat tensors: them and the state afterward. The state given is changed in place where
/// nobody else holds it.
///
/// # Shapes
/// - weights and gradients: `[n0]`, `[n1]`
/// - state: `[3, width]`
pub fn adamw(
    weights: [Tensor<1>; 2],
    gradients: [Tensor<1>; 2],
    state: Tensor<2>,
    layout: Layout,
    step: AdamW,
) -> ([Tensor<1>; 2], Tensor<2>) {
    let ([w0, w1], [g0, g1]) = (weights.map(Tensor::into_dispatch), gradients.map(Tensor::into_dispatch));
    let (w0, w1, state) = <Dispatch as AdamWOps>::adamw(w0, g0, w1, g1, state.into_dispatch(), layout, step);
    ([w0, w1].map(Tensor::from_dispatch), Tensor::from_dispatch(state))
}

impl AdamWOps for Flex {
    fn adamw(
        w0: FloatTensor<Self>,
        g0: FloatTensor<Self>,
        w1: FloatTensor<Self>,
        g1: FloatTensor<Self>,
        state: FloatTensor<Self>,
        layout: Layout,
        step: AdamW,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [keep, rate, by, b1, b2, epsilon, d] = step.factors();
        let mut state = cpu::own(state);
        let (m, rest) = state.storage_mut::<f32>().split_at_mut(layout.width);
        let (v, average) = rest.split_at_mut(layout.width);
        let [w0, w1] = [(w0, g0, layout.at[0]), (w1, g1, layout.at[1])].map(|(w, g, at)| {
            let (mut w, g) = (cpu::own(w), cpu::contiguous(g));
            let (g, w_values) = (cpu::slice(&g), w.storage_mut::<f32>());
            let part = at..at + g.len();
            let (m, v, average) = (&mut m[part.clone()], &mut v[part.clone()], &mut average[part]);
            cpu::update(m, g, |m, g| m * b1 + g * (1.0 - b1));
            cpu::update(v, g, |v, g| v * b2 + g * g * (1.0 - b2));
            let (m, v) = (&*m, &*v);
            cpu::update2(w_values, m, v, |w, m, v| {
                w * keep - m * rate / ((v * by).sqrt() + f32x8::splat(epsilon))
            });
            cpu::update(average, &*w_values, |average, w| average * d + w * (1.0 - d));
            w
        });
        (w0, w1, state)
    }
}

#[cfg(feature = "gpu")]
mod gpu {
    use super::{AdamW, AdamWOps, Layout};
    use crate::ops::gpu::{arg, contiguous, empty, groups};
    use burn::backend::ops::FloatTensorOps;
    use burn::backend::tensor::FloatTensor;
    use burn_cubecl::CubeBackend;
    use cubecl::prelude::*;

    impl AdamWOps for CubeBackend {
        fn adamw(
            w0: FloatTensor<Self>,
            g0: FloatTensor<Self>,
            w1: FloatTensor<Self>,
            g1: FloatTensor<Self>,
            state: FloatTensor<Self>,
            layout: Layout,
            step: AdamW,
        ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
            let [w0, g0, w1, g1] = [w0, g0, w1, g1].map(contiguous);
            let state = contiguous(state);
            // Somebody who holds the state as it was keeps it.
            let state = if state.handle.can_mut() {
                state
            } else {
                contiguous(Self::float_mul_scalar(state, 1.0f32.into()))
            };
            let (n0, n1) = (w0.meta.num_elements(), w1.meta.num_elements());
            let (out0, out1) = (empty(&w0, [n0]), empty(&w1, [n1]));
            // SAFETY: the kernel checks its index against the lengths.
            unsafe {
                adamw::launch_unchecked(
                    &w0.client,
                    groups(n0 + n1, 64),
                    CubeDim::new_1d(64),
                    arg(&w0),
                    arg(&g0),
                    arg(&w1),
                    arg(&g1),
                    arg(&state),
                    arg(&out0),
                    arg(&out1),
                    step.factors().into_iter().collect(),
                    n0 as u32,
                    (n0 + n1) as u32,
                    layout,
                );
            }
            (out0, out1, state)
        }
    }

    #[cube(launch_unchecked)]
    fn adamw(
        w0: &[f32],
        g0: &[f32],
        w1: &[f32],
        g1: &[f32],
        state: &mut [f32],
        out0: &mut [f32],
        out1: &mut [f32],
        factors: Sequence<f32>,
        n0: u32,
        all: u32,
        #[comptime] layout: Layout,
    ) {
        let i = ABSOLUTE_POS;
        let n0 = n0 as usize;
        if i < all as usize {
            let second = i >= n0;
            let k = if second { i - n0 } else { i };
            let at = k + if second {
                comptime!(layout.at[1]).runtime()
            } else {
                comptime!(layout.at[0]).runtime()
            };
            let w = if second { w1[k] } else { w0[k] };
            let g = if second { g1[k] } else { g0[k] };
            let width = comptime!(layout.width);
            let m = state[at] * factors[3] + g * (1.0f32 - factors[3]);
            let v = state[width + at] * factors[4] + g * g * (1.0f32 - factors[4]);
            let new = w * factors[0] - m * factors[1] / (f32::sqrt(v * factors[2]) + factors[5]);
            let average = state[comptime!(2 * layout.width) + at] * factors[6] + new * (1.0f32 - factors[6]);
            state[at] = m;
            state[width + at] = v;
            state[comptime!(2 * layout.width) + at] = average;
            if second {
                out1[k] = new;
            } else {
                out0[k] = new;
            }
        }
    }
}
