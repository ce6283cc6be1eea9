//! Exponential moving average of weights: what is sampled from is steadier than what is trained.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// The average, w̄ ← d w̄ + (1 − d) w with d = min(decay, (1 + k) / (10 + k)) after k updates, so that the
/// first steps are forgotten quickly.
#[derive(Debug, Clone)]
pub struct Ema<M> {
    /// The averaged network, without gradients.
    pub module: M,
    decay: f64,
    pub(super) updates: u64,
}

impl<M: Module> Ema<M> {
    /// Starts the average at `module`, as after `updates` updates. `decay` lies in [0, 1).
    pub fn new(module: &M, decay: f64, updates: u64) -> Self {
        Self { module: module.valid(), decay, updates }
    }

    /// The decay of the next update.
    pub fn next_decay(&self) -> f64 {
        let k = self.updates as f64;
        self.decay.min((1.0 + k) / (10.0 + k))
    }

    /// Averages `module` in.
    pub fn update(&mut self, module: &M) {
        let decay = self.next_decay();
        let mut new = Collect(Vec::new());
        module.valid().visit(&mut new);
        let mut blend = Blend { new: new.0.into_iter(), decay };
        self.module = self.module.clone().map(&mut blend);
        self.updates += 1;
    }
}

/// Parameters in visiting order, flat.
struct Collect(Vec<Tensor<1>>);

impl ModuleVisitor for Collect {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(param.val().flatten(0, D - 1));
    }
}

struct Blend {
    new: std::vec::IntoIter<Tensor<1>>,
    decay: f64,
}

impl ModuleMapper for Blend {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let new = self.new.next().expect("both modules have the same parameters");
        param.map(|old| {
            let shape = old.dims();
            old * self.decay + new.reshape(shape) * (1.0 - self.decay)
        })
    }
}
