//! A matrix product with what stands around it in a network, as one operation: layer norm with scale and shift before
//! it; bias, activation and residual after it.
//!
//! With x of n samples, each of t tokens of k channels, it mixes
//! - channels, `y[s, i, j] = φ(Σ_k x̂[s, i, k] w[k, j] + b[j] + r[s, i, j])`: a linear layer; or
//! - tokens, `y[s, i, j] = φ(Σ_k w[i, k] x̂[s, k, j] + b[i] + r[s, i, j])`,
//!
//! where x̂ is x, or `(γ norm(x) + β) (1 + scale[s]) + shift[s]` (adaptive layer norm, Peebles & Xie 2022), normalized
//! over the channels of each token (Ba et al. 2016, ε = 1e-5).

mod cpu;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(all(feature = "gpu", feature = "train"))]
mod gpu_gradient;
#[cfg(feature = "train")]
mod gradient;

use super::several::Several;
#[cfg(feature = "gpu")]
pub(super) use gpu::activated;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::nn::{LayerNorm, Linear};
use burn::tensor::activation::relu;
use burn::tensor::{Shape, Tensor};

/// φ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activation {
    /// The sum itself.
    None,
    /// max(x, 0).
    Relu,
    /// x sigmoid(x).
    Silu,
}

/// What is multiplied from which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Mix {
    Channels,
    Tokens,
}

/// Square images whose patches are the tokens: row-major images `[n, side²]`, token (gy, gx), channel (py, px).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Patches {
    /// Pixels of an image's side.
    pub side: usize,
    /// Pixels of a patch's side.
    pub patch: usize,
}

impl Patches {
    /// Tokens of an image.
    pub fn tokens(self) -> usize {
        (self.side / self.patch).pow(2)
    }

    /// Where channel `c` of token `row` (counted through all images) stands.
    fn pixel(self, row: usize, c: usize) -> usize {
        let (across, tokens) = (self.side / self.patch, self.tokens());
        let (image, token) = (row / tokens, row % tokens);
        let y = token / across * self.patch + c / self.patch;
        let x = token % across * self.patch + c % self.patch;
        (image * self.side + y) * self.side + x
    }
}

/// Everything about a product that is known before its numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Plan {
    mix: Mix,
    /// Tokens of a sample in x.
    tokens: usize,
    /// Terms of a sum.
    inner: usize,
    /// Rows of a sample in y.
    rows: usize,
    /// Columns of y.
    columns: usize,
    activation: Activation,
    bias: bool,
    /// Where scale and shift begin in a row of the modulation, and how long that row is.
    norm: Option<[usize; 3]>,
    /// After how many rows a residual repeats; 0 for never.
    residual: Option<usize>,
    /// Whether x, and y, are images.
    read: Option<Patches>,
    write: Option<Patches>,
}

impl Plan {
    /// Where γ, β and the modulation stand among the extra operands, which begin with the bias.
    fn norm_at(&self) -> usize {
        usize::from(self.bias)
    }

    /// Where the residual stands.
    fn residual_at(&self) -> usize {
        self.norm_at() + if self.norm.is_some() { 3 } else { 0 }
    }

    /// The samples that x has.
    fn samples(&self, x: &Shape) -> usize {
        let channels = if self.mix == Mix::Channels { self.inner } else { self.columns };
        x.num_elements() / (self.tokens * channels)
    }

    fn shape(&self, samples: usize) -> [usize; 3] {
        match self.write {
            Some(patches) => [samples, 1, patches.side.pow(2)],
            None => [samples, self.rows, self.columns],
        }
    }
}

/// The product on every backend; `extras` are bias, γ, β, modulation, residual, as far as the plan has them.
#[backend_extension(Flex, Cube: cfg(feature = "gpu"), Autodiff: cfg(feature = "train"))]
trait ProductOps: Backend {
    fn product(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        #[extension_type] extras: Several<Self>,
        plan: Plan,
    ) -> FloatTensor<Self>;
}

/// Layer norm and what scales and shifts it.
#[derive(Debug, Clone)]
pub struct Norm<'a> {
    /// Has γ and β.
    pub layer: &'a LayerNorm,
    /// A row a sample, `[n, width]`.
    pub modulation: Tensor<2>,
    /// The column where the scales begin; the shifts follow them.
    pub at: usize,
}

/// A product to be made.
#[derive(Debug, Clone)]
pub struct Product<'a> {
    mix: Mix,
    weight: Tensor<2>,
    bias: Option<Tensor<1>>,
    norm: Option<Norm<'a>>,
    residual: Option<Tensor<3>>,
    activation: Activation,
    read: Option<Patches>,
    write: Option<Patches>,
}

/// A linear layer and an activation. Differentiable.
///
/// # Shapes
/// - x: `[n, inputs]`
/// - output: `[n, outputs]`
pub fn linear(x: Tensor<2>, layer: &Linear, activation: Activation) -> Tensor<2> {
    let [n, inputs] = x.dims();
    let y = Product::linear(layer).activation(activation).run(x.reshape([n, 1, inputs]));
    let outputs = y.dims()[2];
    y.reshape([n, outputs])
}

impl<'a> Product<'a> {
    fn new(mix: Mix, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Self {
        let activation = Activation::None;
        Self { mix, weight, bias, norm: None, residual: None, activation, read: None, write: None }
    }

    /// Mixes the channels of each token by a linear layer.
    pub fn linear(layer: &Linear) -> Self {
        Self::new(Mix::Channels, layer.weight.val(), layer.bias.as_ref().map(|b| b.val()))
    }

    /// Mixes the tokens of each channel.
    ///
    /// # Shapes
    /// - weight: `[new tokens, tokens]`
    /// - bias: `[new tokens]`
    pub fn tokens(weight: Tensor<2>, bias: Option<Tensor<1>>) -> Self {
        Self::new(Mix::Tokens, weight, bias)
    }

    /// Normalizes x first.
    pub fn norm(self, norm: Norm<'a>) -> Self {
        Self { norm: Some(norm), ..self }
    }

    /// Applied last.
    pub fn activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }

    /// Added before the activation: as y, or one sample, the same for all.
    pub fn residual(self, residual: Tensor<3>) -> Self {
        Self { residual: Some(residual), ..self }
    }

    /// Takes the tokens from images, `[n, 1, side²]`.
    pub fn read(self, patches: Patches) -> Self {
        Self { read: Some(patches), ..self }
    }

    /// Writes the tokens as images, `[n, 1, side²]`.
    pub fn write(self, patches: Patches) -> Self {
        Self { write: Some(patches), ..self }
    }

    /// Makes it.
    ///
    /// # Shapes
    /// - x: `[n, tokens, channels]`, or images
    /// - output: `[n, tokens, channels]`, or images
    pub fn run(mut self, x: Tensor<3>) -> Tensor<3> {
        if x.device().is_autodiff() {
            return self.composed(x);
        }
        // Together they need more buffers than every WebGPU device can bind.
        if self.norm.is_some() && self.residual.is_some() {
            let activation = std::mem::replace(&mut self.activation, Activation::None);
            let residual = self.residual.take().expect("there is one");
            return activation.apply(self.fused(x) + residual);
        }
        self.fused(x)
    }

    fn fused(self, x: Tensor<3>) -> Tensor<3> {
        let [samples, tokens, channels] = match self.read {
            Some(p) => [x.dims()[0], p.tokens(), p.patch * p.patch],
            None => x.dims(),
        };
        let [a, b] = self.weight.dims();
        let (inner, rows, columns) = match self.mix {
            Mix::Channels => (a, tokens, b),
            Mix::Tokens => (b, a, channels),
        };
        assert_eq!(inner, if self.mix == Mix::Channels { channels } else { tokens }, "shapes of a product");
        // What no network here needs is not in the kernels.
        let images = self.read.is_some() && (self.norm.is_some() || self.mix == Mix::Tokens);
        assert!(!images, "a product reads images as they are, and mixes their channels");
        let plan = Plan {
            mix: self.mix,
            tokens,
            inner,
            rows,
            columns,
            activation: self.activation,
            bias: self.bias.is_some(),
            norm: self.norm.as_ref().map(|n| [n.at, n.at + channels, n.modulation.dims()[1]]),
            residual: self.residual.as_ref().map(|r| if r.dims()[0] < samples { rows } else { 0 }),
            read: self.read,
            write: self.write,
        };
        let mut extras = Vec::new();
        extras.extend(self.bias.map(Tensor::into_dispatch));
        if let Some(Norm { layer, modulation, .. }) = self.norm {
            let beta = layer.beta.as_ref().expect("a layer norm here has a bias").val();
            extras.extend([
                layer.gamma.val().into_dispatch(),
                beta.into_dispatch(),
                modulation.into_dispatch(),
            ]);
        }
        extras.extend(self.residual.map(Tensor::into_dispatch));
        let y = <Dispatch as ProductOps>::product(
            x.into_dispatch(),
            self.weight.into_dispatch(),
            Several::of(extras),
            plan,
        );
        Tensor::from_dispatch(y)
    }

    /// The same from operations that have gradients; the product of a linear layer itself still is one.
    fn composed(mut self, x: Tensor<3>) -> Tensor<3> {
        let (read, write) = (self.read.take(), self.write.take());
        let x = read.map_or(x.clone(), |p| to_tokens(x, p));
        let x = match self.norm.take() {
            Some(Norm { layer, modulation, at }) => {
                let [n, d] = [x.dims()[0], x.dims()[2]];
                let part = |k: usize| {
                    modulation.clone().slice([0..n, at + k * d..at + (k + 1) * d]).reshape([n, 1, d])
                };
                layer.forward(x) * (part(0) + 1.0) + part(1)
            }
            None => x,
        };
        let y = match (self.mix, self.residual.take()) {
            (Mix::Channels, None) => self.fused(x),
            (Mix::Channels, Some(residual)) => {
                let activation = std::mem::replace(&mut self.activation, Activation::None);
                activation.apply(self.fused(x) + residual)
            }
            (Mix::Tokens, residual) => {
                let y = self.weight.unsqueeze::<3>().matmul(x);
                let y = match self.bias {
                    Some(bias) => y + bias.reshape([1, -1, 1]),
                    None => y,
                };
                self.activation.apply(match residual {
                    Some(residual) => y + residual,
                    None => y,
                })
            }
        };
        write.map_or(y.clone(), |p| to_images(y, p))
    }
}

impl Activation {
    fn apply(self, x: Tensor<3>) -> Tensor<3> {
        match self {
            Self::None => x,
            Self::Relu => relu(x),
            Self::Silu => super::silu(x),
        }
    }
}

fn to_tokens(x: Tensor<3>, p: Patches) -> Tensor<3> {
    let (n, across) = (x.dims()[0], p.side / p.patch);
    let x = x.reshape([n, across, p.patch, across, p.patch]).permute([0, 1, 3, 2, 4]);
    x.reshape([n, p.tokens(), p.patch * p.patch])
}

fn to_images(y: Tensor<3>, p: Patches) -> Tensor<3> {
    let (n, across) = (y.dims()[0], p.side / p.patch);
    let y = y.reshape([n, across, across, p.patch, p.patch]).permute([0, 1, 3, 2, 4]);
    y.reshape([n, 1, p.side * p.side])
}
