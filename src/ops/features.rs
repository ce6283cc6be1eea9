//! Sinusoidal features of a time, beside other inputs of a network.
//!
//! For `half` frequencies ω_k = 1000 c / 10000^(k / half), k = 0 … half − 1, the features of t are sin(ω_k t) and then
//! cos(ω_k t) (Vaswani et al. 2017, section 3.5, with DDPM's 1000 steps as the unit; c scales t).

use super::cpu;
use super::several::{Several, several};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

/// Which features.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frequencies {
    /// How many frequencies.
    pub half: usize,
    /// What t is multiplied by first.
    pub scale: f64,
}

impl Frequencies {
    /// ω_k in radians a unit of t.
    pub fn radians(self) -> Vec<f32> {
        let scale = self.scale as f32;
        let ln = 10_000f32.ln();
        (0..self.half).map(|k| scale * 1000.0 * (-ln * k as f32 / self.half as f32).exp()).collect()
    }
}

/// Time features on every backend.
#[backend_extension(Flex, Cube: cfg(feature = "gpu"), Autodiff: cfg(feature = "train"))]
trait FeatureOps: Backend {
    /// `[x | sin | cos]`, a row for each t.
    fn append_features(
        #[extension_type] x: Several<Self>,
        t: FloatTensor<Self>,
        frequencies: Frequencies,
    ) -> FloatTensor<Self>;
}

/// Appends the features of `t` to the rows of `x`. Differentiable in x.
///
/// # Shapes
/// - x: `[n, d]`; `None` for d = 0
/// - t: `[n]`
/// - output: `[n, d + 2 half]`
pub fn append_features(x: Option<Tensor<2>>, t: Tensor<1>, frequencies: Frequencies) -> Tensor<2> {
    let x = several(x);
    Tensor::from_dispatch(<Dispatch as FeatureOps>::append_features(x, t.into_dispatch(), frequencies))
}

impl FeatureOps for Flex {
    fn append_features(
        x: Several<Self>,
        t: FloatTensor<Self>,
        frequencies: Frequencies,
    ) -> FloatTensor<Self> {
        let (x, t) = (x.list().pop().map(cpu::contiguous), cpu::contiguous(t));
        let t = cpu::slice(&t);
        let x = x.as_ref().map_or(&[][..], cpu::slice);
        let (d, radians) = (x.len() / t.len(), frequencies.radians());
        let mut out = Vec::with_capacity(x.len() + 2 * t.len() * radians.len());
        for (i, &t) in t.iter().enumerate() {
            out.extend_from_slice(&x[i * d..(i + 1) * d]);
            out.extend(radians.iter().map(|w| (w * t).sin()));
            out.extend(radians.iter().map(|w| (w * t).cos()));
        }
        cpu::tensor(out, [t.len(), d + 2 * radians.len()])
    }
}

#[cfg(feature = "gpu")]
pub(super) use gpu::{cosine, reduced, sine};

#[cfg(feature = "gpu")]
mod gpu {
    use super::{FeatureOps, Frequencies, Several};
    use crate::ops::gpu::{arg, args, contiguous, element, empty, groups};
    use burn::backend::tensor::FloatTensor;
    use burn_cubecl::CubeBackend;
    use cubecl::prelude::*;

    impl FeatureOps for CubeBackend {
        fn append_features(
            x: Several<Self>,
            t: FloatTensor<Self>,
            frequencies: Frequencies,
        ) -> FloatTensor<Self> {
            let (x, t) = (x.list().pop().map(contiguous), contiguous(t));
            let n = t.meta.num_elements();
            let d = x.as_ref().map_or(0, |x| x.meta.num_elements() / n);
            let out = empty(&t, [n, d + 2 * frequencies.half]);
            // Bits, because what is known when a kernel is compiled must be comparable.
            let bits: Vec<u32> = frequencies.radians().iter().map(|w| w.to_bits()).collect();
            // SAFETY: the kernel checks its row against n.
            unsafe {
                append_features::launch_unchecked(
                    &t.client,
                    groups(n, 64),
                    CubeDim::new_1d(64),
                    args(&x),
                    arg(&t),
                    arg(&out),
                    n as u32,
                    d,
                    bits,
                );
            }
            out
        }
    }

    /// A unit makes a row.
    #[cube(launch_unchecked)]
    fn append_features(
        x: Sequence<Box<[f32]>>,
        t: &[f32],
        out: &mut [f32],
        n: u32,
        #[comptime] d: usize,
        #[comptime] bits: Vec<u32>,
    ) {
        let row = ABSOLUTE_POS;
        if row < n as usize {
            let half = comptime!(bits.len());
            let from = row * comptime!(d + 2 * bits.len());
            if comptime!(d > 0) {
                for c in 0..d {
                    out[from + c] = element(&x, 0usize, row * d + c);
                }
            }
            let time = t[row];
            #[unroll]
            for k in 0..half {
                let turn = reduced(time * comptime!(f32::from_bits(bits[k])));
                out[from + d + k] = sine(turn);
                out[from + comptime!(d + half) + k] = cosine(turn);
            }
        }
    }

    /// The angle within [−π, π]. 2π in two parts (Cody & Waite 1980), so that nothing is lost but the rounding of the
    /// angle itself.
    #[cube]
    pub(in crate::ops) fn reduced(angle: f32) -> f32 {
        let turns = f32::round(angle * 0.159_154_94f32);
        (angle - turns * 6.281_25f32) - turns * 0.001_935_307_2f32
    }

    /// sin x in [−π, π], to single precision. WGSL's own may be wrong by 2⁻¹¹, and is on some devices.
    #[cube]
    pub(in crate::ops) fn sine(x: f32) -> f32 {
        // sin x = sin(±π − x)
        let folded = select(x > 0.0f32, core::f32::consts::PI - x, -core::f32::consts::PI - x);
        series(select(f32::abs(x) > core::f32::consts::FRAC_PI_2, folded, x))
    }

    /// cos x in [−π, π], to single precision.
    #[cube]
    pub(in crate::ops) fn cosine(x: f32) -> f32 {
        series(core::f32::consts::FRAC_PI_2 - f32::abs(x))
    }

    /// sin x in [−π/2, π/2] by its Taylor series to x¹¹; what is left is below 6e-8.
    #[cube]
    fn series(x: f32) -> f32 {
        let y = x * x;
        let tail = 1.0f32 / 362_880.0f32 - y * (1.0f32 / 39_916_800.0f32);
        let tail = 1.0f32 / 5_040.0f32 - y * tail;
        let tail = 1.0f32 / 120.0f32 - y * tail;
        let tail = 1.0f32 / 6.0f32 - y * tail;
        x - x * y * tail
    }
}

#[cfg(feature = "train")]
mod gradient {
    use super::*;
    use burn::backend::Autodiff;
    use burn::backend::TensorMetadata;
    use burn::backend::autodiff::checkpoint::base::Checkpointer;
    use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
    use burn::backend::autodiff::grads::Gradients;
    use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
    use burn::tensor::Slice;

    /// The node of the graph; its state is the shape of x.
    #[derive(Debug)]
    struct Append;

    impl<B: FeatureOps> Backward<B, 1> for Append {
        type State = [usize; 2];

        fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
            let [n, d] = ops.state;
            let part = [Slice::from(0..n), Slice::from(0..d)];
            unary::<B, _>(ops.parents, ops.node, grads, |grad| B::float_slice(grad, &part));
        }
    }

    impl<B: FeatureOps, C: CheckpointStrategy> FeatureOps for Autodiff<B, C> {
        fn append_features(
            x: Several<Self>,
            t: FloatTensor<Self>,
            frequencies: Frequencies,
        ) -> FloatTensor<Self> {
            let x = x.list().pop();
            let shape = x.as_ref().map(|x| x.primitive().shape());
            let state = shape.map_or([0, 0], |shape| [shape[0], shape[1]]);
            // Where there is nothing to differentiate t stands for it, and gets nothing.
            let node = x.as_ref().unwrap_or(&t).node();
            let make = |x: Option<FloatTensor<Self>>| {
                let x = Several::of(x.map(|x| x.into_primitive()));
                B::append_features(x, t.into_primitive(), frequencies)
            };
            match Append.prepare::<C>([node]).compute_bound().stateful() {
                OpsKind::Tracked(prep) => prep.finish(state, make(x)),
                OpsKind::UnTracked(prep) => prep.finish(make(x)),
            }
        }
    }
}
