//! A whole integration of a multilayer perceptron's velocity on a GPU, for all particles, in one launch: explicit
//! Runge–Kutta steps of equal or other lengths, every state kept.
//!
//! The network is that of [`net::Mlp`](crate::net::Mlp): x and time features, `depth` silu layers of `width`, a linear one.
//! Where nothing is read in between a browser would make `stages × steps × layers` launches; here the particles of a
//! workgroup keep their state in its memory, and only weights are read from outside.

use super::features::Frequencies;
use burn::tensor::Tensor;

/// The network and the method, as far as a kernel is made for them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Values of a particle.
    pub dim: usize,
    /// Units of a hidden layer.
    pub width: usize,
    /// Hidden layers.
    pub depth: usize,
    /// Features of t beside x.
    pub frequencies: Frequencies,
    /// Evaluations of a step.
    pub stages: usize,
}

/// The numbers of a method and the times of its steps, on the host.
#[derive(Debug, Clone, Copy)]
pub struct Steps<'a> {
    /// Runge–Kutta matrix, row after row, `stages²`.
    pub a: &'a [f32],
    /// Weights, `stages`.
    pub b: &'a [f32],
    /// Nodes, `stages`.
    pub c: &'a [f32],
    /// Where each step begins, and where the last one ends.
    pub times: &'a [f32],
}

/// The states at all times but the first, `[steps, n, dim]`; `None` where no such kernel is there: on a CPU, and for
/// networks that a workgroup's 16 KiB do not hold, and where it would take a GPU too long.
///
/// # Shapes
/// - x: `[n, dim]`
/// - parameters: weights and bias of each layer, one after another, each from a multiple of `alignment` elements on
pub fn integrate(
    x: Tensor<2>,
    parameters: Tensor<1>,
    alignment: usize,
    plan: Plan,
    steps: Steps,
) -> Option<Tensor<3>> {
    #[cfg(feature = "gpu")]
    return gpu::integrate(x, parameters, alignment, plan, steps);
    #[cfg(not(feature = "gpu"))]
    {
        let _ = (x, parameters, alignment, plan, steps);
        None
    }
}

#[cfg(feature = "gpu")]
mod gpu {
    use super::{Plan, Steps};
    use crate::ops::features::{cosine, reduced, sine};
    use crate::ops::gpu::{arg, contiguous, empty, groups};
    use burn::backend::tensor::FloatTensor;
    use burn::backend::{Backend, Dispatch, Flex, backend_extension};
    use burn::tensor::{Tensor, TensorData};
    use burn_cubecl::CubeBackend;
    use cubecl::prelude::*;

    /// Units of a workgroup.
    const UNITS: usize = 64;
    /// Multiplications of one launch: a tenth of a second of a phone's GPU.
    const MOST: f64 = 4e9;
    /// Bytes that every WebGPU device gives a workgroup.
    const MEMORY: usize = 16_384;

    /// What the kernel is made for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    struct Shape {
        dim: usize,
        width: usize,
        depth: usize,
        half: usize,
        stages: usize,
        /// Particles of a workgroup.
        particles: usize,
        alignment: usize,
    }

    impl Shape {
        fn inputs(self) -> usize {
            self.dim + 2 * self.half
        }

        /// Terms of a sum of layer `l`; layer `depth` is the last, linear one.
        fn inner(self, l: usize) -> usize {
            if l == 0 { self.inputs() } else { self.width }
        }

        fn outer(self, l: usize) -> usize {
            if l == self.depth { self.dim } else { self.width }
        }

        /// Where the weights of layer `l` begin; its bias follows.
        fn weights(self, l: usize) -> usize {
            (0..l).map(|l| self.aligned(self.inner(l) * self.outer(l)) + self.aligned(self.outer(l))).sum()
        }

        fn bias(self, l: usize) -> usize {
            self.weights(l) + self.aligned(self.inner(l) * self.outer(l))
        }

        fn aligned(self, n: usize) -> usize {
            n.div_ceil(self.alignment) * self.alignment
        }

        fn rows(self) -> usize {
            self.inputs().max(self.width)
        }

        fn bytes(self) -> usize {
            4 * self.particles * (2 * self.rows() + (1 + self.stages) * self.dim)
        }
    }

    #[backend_extension(Flex, Cube)]
    trait OdeOps: Backend {
        fn integrate(
            x: FloatTensor<Self>,
            parameters: FloatTensor<Self>,
            table: FloatTensor<Self>,
            shape: Shape,
            steps: usize,
        ) -> Option<FloatTensor<Self>>;
    }

    impl OdeOps for Flex {
        fn integrate(
            _: FloatTensor<Self>,
            _: FloatTensor<Self>,
            _: FloatTensor<Self>,
            _: Shape,
            _: usize,
        ) -> Option<FloatTensor<Self>> {
            None
        }
    }

    pub(super) fn integrate(
        x: Tensor<2>,
        parameters: Tensor<1>,
        alignment: usize,
        plan: Plan,
        steps: Steps,
    ) -> Option<Tensor<3>> {
        let device = x.device();
        let Plan { dim, width, depth, frequencies, stages } = plan;
        let shape =
            |particles| Shape { dim, width, depth, half: frequencies.half, stages, particles, alignment };
        let shape =
            [8, 4].map(shape).into_iter().find(|s| s.bytes() <= MEMORY && s.particles * s.dim <= UNITS)?;
        // A launch that takes seconds loses the device: systems reset a GPU that does not answer for two.
        let evaluations = x.dims()[0] as f64 * (stages * (steps.times.len() - 1)) as f64;
        let work = evaluations * shape.weights(depth + 1) as f64;
        if depth == 0 || work > MOST {
            return None;
        }
        let count = steps.times.len() - 1;
        let table = [steps.a, steps.b, steps.c, &frequencies.radians(), steps.times].concat();
        let table = Tensor::<1>::from_data(TensorData::from(table.as_slice()), &device);
        let states = <Dispatch as OdeOps>::integrate(
            x.into_dispatch(),
            parameters.into_dispatch(),
            table.into_dispatch(),
            shape,
            count,
        );
        states.map(Tensor::from_dispatch)
    }

    impl OdeOps for CubeBackend {
        fn integrate(
            x: FloatTensor<Self>,
            parameters: FloatTensor<Self>,
            table: FloatTensor<Self>,
            shape: Shape,
            steps: usize,
        ) -> Option<FloatTensor<Self>> {
            let [x, parameters, table] = [x, parameters, table].map(contiguous);
            let n = x.meta.num_elements() / shape.dim;
            let out = empty(&x, [steps, n, shape.dim]);
            // SAFETY: the kernel checks its particles against n; the table has what the shape and the steps say.
            unsafe {
                integrate_kernel::launch_unchecked(
                    &x.client,
                    groups(n, shape.particles),
                    CubeDim::new_1d(UNITS as u32),
                    arg(&x),
                    arg(&parameters),
                    arg(&table),
                    arg(&out),
                    n as u32,
                    steps as u32,
                    shape,
                );
            }
            Some(out)
        }
    }

    /// Activations of a workgroup's particles: element i of particle p at i × particles + p.
    #[cube(launch_unchecked)]
    fn integrate_kernel(
        x: &[f32],
        parameters: &[f32],
        table: &[f32],
        out: &mut [f32],
        n: u32,
        steps: u32,
        #[comptime] shape: Shape,
    ) {
        let unit = UNIT_POS as usize;
        let n = n as usize;
        let dim = comptime!(shape.dim);
        let many = comptime!(shape.particles);
        let stages = comptime!(shape.stages);
        let half = comptime!(shape.half);
        let values = comptime!(shape.particles * shape.dim);
        let first = CUBE_POS * many;
        // Where the parts of the table begin.
        let at_b = comptime!(shape.stages * shape.stages);
        let at_c = comptime!(at_b + shape.stages);
        let at_radians = comptime!(at_c + shape.stages);
        let at_times = comptime!(at_radians + shape.half);

        let mut state = Shared::<[f32]>::new_slice(values);
        let mut slopes = Shared::<[f32]>::new_slice(comptime!(shape.stages * values));
        let mut even = Shared::<[f32]>::new_slice(comptime!(shape.rows() * shape.particles));
        let mut odd = Shared::<[f32]>::new_slice(comptime!(shape.rows() * shape.particles));

        // Unit e < values has value e % dim of particle e / dim.
        let particle = first + unit / dim;
        let mine = unit < values && particle < n;
        if unit < values {
            state[unit] = if mine { x[particle * dim + unit % dim] } else { 0.0f32.runtime() };
        }

        for step in 0..steps as usize {
            let t = table[at_times + step];
            let h = table[at_times + step + 1usize] - t;
            for stage in 0..stages {
                if unit < values {
                    let mut here = state[unit];
                    for j in 0..stage {
                        here += h * table[stage * stages + j] * slopes[j * values + unit];
                    }
                    even[unit % dim * many + unit / dim] = here;
                }
                let mut f = unit;
                while f < comptime!(2 * half) {
                    let turn = reduced(table[at_radians + f % half] * (t + h * table[at_c + stage]));
                    let feature = if f < half { sine(turn) } else { cosine(turn) };
                    for p in 0..many {
                        even[(dim + f) * many + p] = feature;
                    }
                    f += UNITS;
                }
                sync_cube();
                #[unroll]
                for l in 0..comptime!(shape.depth) {
                    if comptime!(l % 2 == 0) {
                        layer(&even, &mut odd, parameters, l, shape);
                    } else {
                        layer(&odd, &mut even, parameters, l, shape);
                    }
                    sync_cube();
                }
                if unit < values {
                    let (p, c) = (unit / dim, unit % dim);
                    let weights = comptime!(shape.weights(shape.depth));
                    let mut sum = parameters[comptime!(shape.bias(shape.depth)) + c];
                    for i in 0..comptime!(shape.width) {
                        let of = i * many + p;
                        let value = if comptime!(shape.depth.is_multiple_of(2)) { even[of] } else { odd[of] };
                        sum += parameters[weights + i * dim + c] * value;
                    }
                    slopes[stage * values + unit] = sum;
                }
                sync_cube();
            }
            if unit < values {
                let mut there = state[unit];
                for j in 0..stages {
                    there += h * table[at_b + j] * slopes[j * values + unit];
                }
                state[unit] = there;
                if mine {
                    out[(step * n + particle) * dim + unit % dim] = there;
                }
            }
        }
    }

    /// A silu layer: unit j makes output j, and every 64th after it, of all particles.
    #[cube]
    fn layer(
        from: &Shared<[f32]>,
        to: &mut Shared<[f32]>,
        parameters: &[f32],
        #[comptime] l: usize,
        #[comptime] shape: Shape,
    ) {
        let many = comptime!(shape.particles);
        let width = comptime!(shape.width);
        let weights = comptime!(shape.weights(l));
        let bias = comptime!(shape.bias(l));
        let mut j = UNIT_POS as usize;
        while j < width {
            let mut sums = Array::<f32>::new(many);
            #[unroll]
            for p in 0..many {
                sums[p] = parameters[bias + j];
            }
            for i in 0..comptime!(shape.inner(l)) {
                let w = parameters[weights + i * width + j];
                #[unroll]
                for p in 0..many {
                    sums[p] += w * from[i * many + p];
                }
            }
            #[unroll]
            for p in 0..many {
                let z = sums[p];
                to[j * many + p] = z / (1.0f32 + f32::exp(-z));
            }
            j += UNITS;
        }
    }
}
