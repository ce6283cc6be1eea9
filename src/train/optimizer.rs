//! AdamW over a module's parameters, and the exponential moving average of the weights: what is sampled from is steadier
//! than what is trained.
//!
//! Both moments of the gradients and the average are one tensor, and two parameters are updated at a time (a WebGPU kernel
//! may bind eight buffers): see [`adamw`](crate::ops::adamw).

use crate::ops::adamw::{AdamW, Layout, adamw};
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Shape, Tensor};

/// Parameters begin at multiples of this many elements, 256 bytes, so that on a GPU a part of the state is a buffer's part
/// and no copy.
pub const ALIGNMENT: usize = 64;

/// β1, β2 and ε.
const BETAS: [f64; 2] = [0.9, 0.99];
const EPSILON: f64 = 1e-8;

/// What AdamW remembers of a module, and the module's average.
pub(super) struct Optimizer {
    shapes: Vec<Shape>,
    /// Where each begins in a row of the state.
    at: Vec<usize>,
    width: usize,
    /// Rows m, v and average. `None` only while a step is made.
    state: Option<Tensor<2>>,
}

impl Optimizer {
    /// Begins with the module as its average.
    pub(super) fn new<M: Module>(module: &M) -> Self {
        let mut parts = Collect { gradients: None, values: Vec::new(), shapes: Vec::new() };
        module.visit(&mut parts);
        let Collect { values, shapes, .. } = parts;
        let device = values.first().expect("a module that trains has parameters").device();
        let padded = |n: usize| n.div_ceil(ALIGNMENT) * ALIGNMENT;
        let (mut at, mut width) = (Vec::new(), 0);
        for shape in &shapes {
            at.push(width);
            width += padded(shape.num_elements());
        }
        // Where there is an odd one, it is updated with one number that nobody reads.
        at.push(width);
        width += ALIGNMENT;
        let mut row = Vec::new();
        for value in values {
            let rest = padded(value.dims()[0]) - value.dims()[0];
            row.push(value);
            if rest > 0 {
                row.push(Tensor::zeros([rest], &device));
            }
        }
        row.push(Tensor::zeros([ALIGNMENT], &device));
        let state = Tensor::cat(vec![Tensor::zeros([2 * width], &device), Tensor::cat(row, 0)], 0);
        Self { shapes, at, width, state: Some(state.reshape([3, width])) }
    }

    /// Makes step k = 1, 2, … of a module by its gradients, and averages the result in with weight 1 − `average`. A
    /// parameter without a gradient counts as one whose gradient is 0.
    pub(super) fn step<M: Module>(
        &mut self,
        module: M,
        gradients: &mut GradientsParams,
        [rate, weight_decay, average]: [f64; 3],
        k: u64,
    ) -> M {
        let mut parts =
            Collect { gradients: Some((gradients, Vec::new())), values: Vec::new(), shapes: Vec::new() };
        module.visit(&mut parts);
        let (mut weights, mut gradients) = (parts.values, parts.gradients.expect("as given").1);
        if weights.len() % 2 == 1 {
            let zero = Tensor::zeros([1], &weights[0].device());
            weights.push(zero.clone());
            gradients.push(zero);
        }
        let step = AdamW { rate, betas: BETAS, epsilon: EPSILON, weight_decay, average, step: k };
        let mut new = Vec::with_capacity(weights.len());
        let (mut weights, mut gradients) = (weights.into_iter(), gradients.into_iter());
        for at in self.at.chunks(2).take_while(|at| at.len() == 2) {
            let two = |of: &mut std::vec::IntoIter<Tensor<1>>| {
                [of.next().expect("in pairs"), of.next().expect("in pairs")]
            };
            let (w, g) = (two(&mut weights), two(&mut gradients));
            let layout = Layout { width: self.width, at: [at[0], at[1]] };
            let state = self.state.take().expect("no step is under way");
            let (w, state) = adamw(w, g, state, layout, step);
            self.state = Some(state);
            new.extend(w);
        }
        module.map(&mut Replace { new: new.into_iter() })
    }

    fn state(&self) -> Tensor<2> {
        self.state.clone().expect("no step is under way")
    }

    /// The average of all parameters in visiting order, each from a multiple of [`ALIGNMENT`] on.
    pub(super) fn row(&self) -> Tensor<1> {
        self.state().slice([2..3, 0..self.width]).reshape([self.width])
    }

    /// The average as a module, without gradients; `like` gives everything but the values.
    pub(super) fn average<M: Module>(&self, like: &M) -> M {
        let row = self.row();
        let parts: Vec<_> = self
            .shapes
            .iter()
            .zip(&self.at)
            .map(|(shape, &at)| row.clone().slice([at..at + shape.num_elements()]))
            .collect();
        like.valid().map(&mut Replace { new: parts.into_iter() })
    }

    /// Every number that the optimizer remembers, for a checkpoint.
    #[cfg(feature = "cli")]
    pub(super) fn values(&self) -> Vec<f32> {
        self.state().into_data().iter::<f32>().collect()
    }

    /// Goes on from such numbers; `None` where they are not as many as these parameters need.
    #[cfg(feature = "cli")]
    pub(super) fn with_values(self, values: Vec<f32>) -> Option<Self> {
        let shape = [3, self.width];
        if values.len() != shape[0] * shape[1] {
            return None;
        }
        let device = self.state().device();
        let state = Tensor::from_data(burn::tensor::TensorData::new(values, shape), &device);
        Some(Self { state: Some(state), ..self })
    }
}

/// Parameters in visiting order, flat, with their gradients where those are asked for.
struct Collect<'a> {
    gradients: Option<(&'a mut GradientsParams, Vec<Tensor<1>>)>,
    values: Vec<Tensor<1>>,
    shapes: Vec<Shape>,
}

impl ModuleVisitor for Collect<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val().inner();
        self.shapes.push(value.shape());
        if let Some((from, gradients)) = &mut self.gradients {
            let gradient = from.remove::<D>(param.id).unwrap_or_else(|| value.zeros_like());
            gradients.push(gradient.flatten(0, D - 1));
        }
        self.values.push(value.flatten(0, D - 1));
    }
}

/// New values for parameters, in visiting order.
struct Replace {
    new: std::vec::IntoIter<Tensor<1>>,
}

impl ModuleMapper for Replace {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let new = self.new.next().expect("as many as there are parameters");
        param.map(|old| {
            let value = new.reshape(old.dims());
            if !old.device().is_autodiff() {
                return value;
            }
            let tensor = Tensor::from_inner(value);
            if old.is_require_grad() { tensor.require_grad() } else { tensor }
        })
    }
}
