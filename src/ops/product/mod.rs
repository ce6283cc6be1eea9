//! A matrix product with what stands around it in a network, as one operation: a norm with scale and shift before it; bias, gate,
//! activation and residual after it.
//!
//! With x of n samples, each of t tokens of k channels, it mixes
//! - channels, `y[s, i, j] = φ((Σ_k x̂[s, i, k] w[k, j] + b[j]) (1 + gate[s, j]) + r[s, i, j])`: a linear layer; or
//! - tokens, `y[s, i, j] = φ(Σ_k w[i, k] x̂[s, k, j] + b[i] + r[s, i, j])`,
//!
//! where x̂ is x, x with the channels of another tensor behind its own, `a[s] x` (channel attention), or `norm(x) (1 + scale[s]) +
//! shift[s]` (adaptive norm, Peebles & Xie 2022). The norm is over the channels of each token: a layer norm with γ and β (Ba et al.
//! 2016, ε = 1e-5) or by the root mean square (Zhang & Sennrich 2019, ε = 1e-6).

mod cpu;
pub mod fused;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(all(feature = "gpu", feature = "train"))]
mod gpu_gradient;
#[cfg(feature = "train")]
mod gradient;
mod kept;
mod kernel;

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

/// Square images whose patches are the tokens: row-major images `[n, side², colors]`, token (gy, gx), channel (py, px, color).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Patches {
    /// Pixels of an image's side.
    pub side: usize,
    /// Pixels of a patch's side.
    pub patch: usize,
    /// Values of a pixel.
    pub colors: usize,
}

impl Patches {
    /// Tokens of an image.
    pub fn tokens(self) -> usize {
        (self.side / self.patch).pow(2)
    }

    /// Channels of a token.
    pub fn channels(self) -> usize {
        self.patch.pow(2) * self.colors
    }

    /// Values of an image.
    fn image(self) -> usize {
        self.side.pow(2) * self.colors
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
    norm: Option<NormPlan>,
    /// How many of the terms come from another tensor.
    beside: usize,
    gates: Option<GatesPlan>,
    /// After how many rows a residual repeats; 0 for never.
    residual: Option<usize>,
    /// Whether x, and y, are images.
    read: Option<Patches>,
    write: Option<Patches>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct NormPlan {
    /// Whether it has γ and β, as layer norm does.
    layer: bool,
    /// Where scale and shift begin in a row of the modulation, and how long that row is.
    scale: usize,
    shift: usize,
    width: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct GatesPlan {
    /// Where factors of x and the gate begin in a row, and how long that row is.
    scale: Option<usize>,
    gate: usize,
    width: usize,
}

impl Plan {
    /// Where γ and β stand among the extra operands, which begin with the bias.
    fn norm_at(&self) -> usize {
        usize::from(self.bias)
    }

    /// Where the norm's modulation stands.
    fn modulation_at(&self) -> usize {
        self.norm_at() + if self.norm.is_some_and(|norm| norm.layer) { 2 } else { 0 }
    }

    /// Where the other tensor stands whose channels are terms too.
    fn beside_at(&self) -> usize {
        self.modulation_at() + usize::from(self.norm.is_some())
    }

    /// Where the gates stand.
    fn gates_at(&self) -> usize {
        self.beside_at() + usize::from(self.beside > 0)
    }

    /// Where the residual stands.
    fn residual_at(&self) -> usize {
        self.gates_at() + usize::from(self.gates.is_some())
    }

    /// The terms that x has.
    fn own(&self) -> usize {
        self.inner - self.beside
    }

    /// The samples that x has.
    fn samples(&self, x: &Shape) -> usize {
        let channels = if self.mix == Mix::Channels { self.own() } else { self.columns };
        x.num_elements() / (self.tokens * channels)
    }

    fn shape(&self, samples: usize) -> [usize; 3] {
        match self.write {
            Some(patches) => [samples, 1, patches.image()],
            None => [samples, self.rows, self.columns],
        }
    }
}

/// The product on every backend; `extras` are bias, γ, β, modulation, the other x, gates, residual, as far as the plan has them.
#[backend_extension(Flex, Cube: cfg(feature = "gpu"), Autodiff: cfg(feature = "train"))]
trait ProductOps: Backend {
    fn product(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        #[extension_type] extras: Several<Self>,
        plan: Plan,
    ) -> FloatTensor<Self>;
}

/// A norm and what scales and shifts it: columns of the modulation, `[n, width]`, from `at` on; the shifts follow the scales.
#[derive(Debug, Clone)]
pub struct Norm<'a> {
    layer: Option<&'a LayerNorm>,
    modulation: Tensor<2>,
    at: usize,
}

impl<'a> Norm<'a> {
    /// Layer norm.
    pub fn layer(layer: &'a LayerNorm, modulation: Tensor<2>, at: usize) -> Self {
        Self { layer: Some(layer), modulation, at }
    }

    /// By the root mean square.
    pub fn rms(modulation: Tensor<2>, at: usize) -> Self {
        Self { layer: None, modulation, at }
    }

    fn apply(&self, x: Tensor<3>) -> Tensor<3> {
        let d = x.dims()[2];
        let normed = match self.layer {
            Some(layer) => layer.forward(x),
            None => x.clone() / (x.square().mean_dim(2) + 1e-6).sqrt(),
        };
        normed * (columns(&self.modulation, self.at, d) + 1.0) + columns(&self.modulation, self.at + d, d)
    }
}

/// Factors for each sample, columns of `by`, `[n, width]`: of the channels of x from `scale` on, of the sum, less 1, from `gate` on.
#[derive(Debug, Clone)]
pub struct Gates {
    /// A row a sample.
    pub by: Tensor<2>,
    /// Where the factors of x begin, if it has any.
    pub scale: Option<usize>,
    /// Where those of the sum begin.
    pub gate: usize,
}

/// `n` columns from `at` on, for each token of a sample.
fn columns(of: &Tensor<2>, at: usize, n: usize) -> Tensor<3> {
    let samples = of.dims()[0];
    of.clone().slice([0..samples, at..at + n]).reshape([samples, 1, n])
}

/// A product to be made.
#[derive(Debug, Clone)]
pub struct Product<'a> {
    mix: Mix,
    weight: Tensor<2>,
    bias: Option<Tensor<1>>,
    norm: Option<Norm<'a>>,
    beside: Option<Tensor<3>>,
    gates: Option<Gates>,
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
        Self {
            mix,
            weight,
            bias,
            norm: None,
            beside: None,
            gates: None,
            residual: None,
            activation,
            read: None,
            write: None,
        }
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

    /// Takes the channels of this, too, behind those of x; without a norm.
    pub fn beside(self, other: Tensor<3>) -> Self {
        Self { beside: Some(other), ..self }
    }

    /// Multiplies channels of x and of the sum.
    pub fn gates(self, gates: Gates) -> Self {
        Self { gates: Some(gates), ..self }
    }

    /// Applied last.
    pub fn activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }

    /// Added before the activation: as y, or one sample, the same for all.
    pub fn residual(self, residual: Tensor<3>) -> Self {
        Self { residual: Some(residual), ..self }
    }

    /// Takes the tokens from images, `[n, 1, side² colors]`.
    pub fn read(self, patches: Patches) -> Self {
        Self { read: Some(patches), ..self }
    }

    /// Writes the tokens as images, `[n, 1, side² colors]`.
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
            Some(p) => [x.dims()[0], p.tokens(), p.channels()],
            None => x.dims(),
        };
        let beside = self.beside.as_ref().map_or(0, |other| other.dims()[2]);
        let channels = channels + beside;
        let [a, b] = self.weight.dims();
        let (inner, rows, columns) = match self.mix {
            Mix::Channels => (a, tokens, b),
            Mix::Tokens => (b, a, channels),
        };
        assert_eq!(inner, if self.mix == Mix::Channels { channels } else { tokens }, "shapes of a product");
        // What no network here needs is not in the kernels.
        let special = self.read.is_some() || beside > 0 || self.gates.is_some();
        let scaled = self.gates.as_ref().is_some_and(|gates| gates.scale.is_some());
        let befores = [self.read.is_some(), beside > 0, self.norm.is_some(), scaled];
        assert!(!special || self.mix == Mix::Channels, "for products that mix channels");
        assert!(befores.into_iter().filter(|&is| is).count() < 2, "one thing is done to x before a product");
        let plan = Plan {
            mix: self.mix,
            tokens,
            inner,
            rows,
            columns,
            activation: self.activation,
            bias: self.bias.is_some(),
            norm: self.norm.as_ref().map(|n| NormPlan {
                layer: n.layer.is_some(),
                scale: n.at,
                shift: n.at + channels,
                width: n.modulation.dims()[1],
            }),
            beside,
            gates: self.gates.as_ref().map(|g| GatesPlan {
                scale: g.scale,
                gate: g.gate,
                width: g.by.dims()[1],
            }),
            residual: self.residual.as_ref().map(|r| if r.dims()[0] < samples { rows } else { 0 }),
            read: self.read,
            write: self.write,
        };
        let mut extras = Vec::new();
        extras.extend(self.bias.map(Tensor::into_dispatch));
        if let Some(Norm { layer, modulation, .. }) = self.norm {
            if let Some(layer) = layer {
                let beta = layer.beta.as_ref().expect("a layer norm here has a bias").val();
                extras.extend([layer.gamma.val().into_dispatch(), beta.into_dispatch()]);
            }
            extras.push(modulation.into_dispatch());
        }
        extras.extend(self.beside.map(Tensor::into_dispatch));
        extras.extend(self.gates.map(|gates| gates.by.into_dispatch()));
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
            Some(norm) => norm.apply(x),
            None => x,
        };
        let x = match self.beside.take() {
            Some(other) => Tensor::cat(vec![x, other], 2),
            None => x,
        };
        let x = match &self.gates {
            Some(Gates { by, scale: Some(at), .. }) => {
                let d = x.dims()[2];
                x * columns(by, *at, d)
            }
            _ => x,
        };
        let y = match (self.mix, self.gates.take(), self.residual.take()) {
            (Mix::Channels, None, None) => self.fused(x),
            (Mix::Channels, gates, residual) => {
                let activation = std::mem::replace(&mut self.activation, Activation::None);
                let mut y = self.fused(x);
                if let Some(Gates { by, gate, .. }) = gates {
                    let d = y.dims()[2];
                    y = y * (columns(&by, gate, d) + 1.0);
                }
                activation.apply(match residual {
                    Some(residual) => y + residual,
                    None => y,
                })
            }
            (Mix::Tokens, _, residual) => {
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
    let x = x.reshape([n, across, p.patch, across, p.patch * p.colors]).permute([0, 1, 3, 2, 4]);
    x.reshape([n, p.tokens(), p.channels()])
}

fn to_images(y: Tensor<3>, p: Patches) -> Tensor<3> {
    let (n, across) = (y.dims()[0], p.side / p.patch);
    let y = y.reshape([n, across, across, p.patch, p.patch * p.colors]).permute([0, 1, 3, 2, 4]);
    y.reshape([n, 1, p.image()])
}
