//! Gradient clipping by the norm of all gradients together (Pascanu et al. 2013). Burn's own clips each
//! tensor by itself, which changes the direction of the step.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

/// Scales all gradients of `module` by min(1, limit / norm); returns them and the norm before, lazily.
///
/// # Shapes
/// - norm: `[1]`
pub fn clip_global_norm<M: Module>(
    module: &M,
    grads: GradientsParams,
    limit: f64,
) -> (GradientsParams, Tensor<1>) {
    let norm = global_norm(module, &grads);
    let scale = (norm.clone() + 1e-12).recip().mul_scalar(limit).clamp_max(1.0);
    let mut scaler = Scale { grads, scale, scaled: GradientsParams::new() };
    module.visit(&mut scaler);
    (scaler.scaled, norm)
}

/// The norm of all gradients of `module` together, lazily, `[1]`.
fn global_norm<M: Module>(module: &M, grads: &GradientsParams) -> Tensor<1> {
    let mut sum = SumSquares { grads, total: None };
    module.visit(&mut sum);
    sum.total.expect("a module that trains has gradients").sqrt()
}

struct SumSquares<'a> {
    grads: &'a GradientsParams,
    total: Option<Tensor<1>>,
}

impl ModuleVisitor for SumSquares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(grad) = self.grads.get::<D>(param.id) {
            let square = grad.square().sum();
            self.total = Some(match self.total.take() {
                Some(total) => total + square,
                None => square,
            });
        }
    }
}

struct Scale {
    grads: GradientsParams,
    scale: Tensor<1>,
    scaled: GradientsParams,
}

impl ModuleVisitor for Scale {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(grad) = self.grads.remove::<D>(param.id) {
            self.scaled.register(param.id, grad * self.scale.clone().reshape([1; D]));
        }
    }
}
