//! A patch mixer: patches become tokens; each block mixes across tokens, then across channels
//! (MLP-Mixer, Tolstikhin et al. 2021), modulated by time and class as in DiT (Peebles & Xie 2022,
//! adaptive layer norm). Every layer is a matrix product, the shape that both engines run fastest.

use super::{Conditioner, init};
use crate::error::{Error, Result};
use crate::field::Condition;
use crate::ops::product::{Activation, Norm, Patches, Product, linear};
use crate::rng::{Rng, Stream};
use burn::module::{Module, Param};
use burn::nn::{LayerNorm, LayerNormConfig, Linear};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// Sizes of a [`Mixer`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MixerConfig {
    /// Image side in pixels.
    pub side: usize,
    /// Patch side in pixels; divides `side`.
    pub patch: usize,
    /// Channels of a token.
    pub dim: usize,
    /// Blocks.
    pub depth: usize,
    /// Hidden width across tokens.
    pub token_hidden: usize,
    /// Hidden width across channels.
    pub channel_hidden: usize,
    /// Width of the conditioning vector.
    pub cond: usize,
    /// Classes.
    pub classes: usize,
    /// Whether it is a flow map, which is told where its interval ends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub map: bool,
}

impl MixerConfig {
    /// The shipped network for 28×28 digits.
    pub fn digits() -> Self {
        Self {
            side: 28,
            patch: 4,
            dim: 128,
            depth: 4,
            token_hidden: 98,
            channel_hidden: 320,
            cond: 64,
            classes: 10,
            map: false,
        }
    }

    /// Tokens an image has.
    pub fn tokens(&self) -> usize {
        (self.side / self.patch).pow(2)
    }

    /// See [`NetConfig::flop`](super::NetConfig::flop).
    pub fn flop(&self) -> usize {
        let (t, d, p) = (self.tokens(), self.dim, self.patch * self.patch);
        let block = 2 * t * self.token_hidden * d + 2 * t * d * self.channel_hidden;
        let times = if self.map { 128 } else { 64 };
        let cond = (times + self.classes) * self.cond + self.cond * (4 * self.depth + 2) * d;
        2 * (self.depth * block + 2 * t * p * d + cond)
    }

    /// Draws initial weights. Errors where a size is 0 or `patch` does not divide `side`.
    pub fn init(&self, seed: u64, device: &Device) -> Result<Mixer> {
        let sizes = [self.side, self.patch, self.dim, self.depth, self.token_hidden, self.channel_hidden];
        if sizes.contains(&0) || self.cond == 0 || self.classes == 0 {
            return Err(Error::config(format!("every size of a mixer must be at least 1: {self:?}")));
        }
        if !self.side.is_multiple_of(self.patch) {
            return Err(Error::config(format!("patch {} must divide side {}", self.patch, self.side)));
        }
        let mut rng = Rng::new(seed, Stream::Init);
        let rng = &mut rng;
        let (t, d, p) = (self.tokens(), self.dim, self.patch * self.patch);
        let conditioner = Conditioner::init(self.classes, self.cond, rng, device);
        Ok(Mixer {
            conditioner: if self.map { conditioner.with_span(device) } else { conditioner },
            modulate: init::linear(self.cond, (4 * self.depth + 2) * d, 0.2, rng, device),
            embed: init::linear(p, d, 1.0, rng, device),
            position: init::normal([1, t, d], 0.5, rng, device),
            blocks: (0..self.depth).map(|_| Block::init(self, rng, device)).collect(),
            norm: norm(d, device),
            out: init::linear(d, p, 0.0, rng, device),
            side: self.side,
            patch: self.patch,
        })
    }
}

fn norm(dim: usize, device: &Device) -> LayerNorm {
    LayerNormConfig::new(dim).init(device)
}

/// See the module's text.
#[derive(Module, Debug)]
pub struct Mixer {
    conditioner: Conditioner,
    modulate: Linear,
    embed: Linear,
    position: Param<Tensor<3>>,
    blocks: Vec<Block>,
    norm: LayerNorm,
    out: Linear,
    #[module(skip)]
    side: usize,
    #[module(skip)]
    patch: usize,
}

#[derive(Module, Debug)]
struct Block {
    token_norm: LayerNorm,
    token_in: Param<Tensor<3>>,
    token_bias: Param<Tensor<3>>,
    token_out: Param<Tensor<3>>,
    channel_norm: LayerNorm,
    channel_in: Linear,
    channel_out: Linear,
}

impl Mixer {
    /// A flow map that begins as this velocity field: its mean velocity over any interval is the velocity.
    pub fn into_map(mut self, device: &Device) -> Self {
        self.conditioner = self.conditioner.with_span(device);
        self
    }

    /// The velocity at t, or, from a flow map, the mean velocity from t to t + length.
    ///
    /// # Shapes
    /// - x: `[n, side²]`
    /// - t, length: `[n]`
    /// - condition: `[n, classes]`
    /// - output: `[n, side²]`
    pub fn forward(
        &self,
        x: Tensor<2>,
        t: Tensor<1>,
        length: Tensor<1>,
        condition: Option<Condition>,
    ) -> Tensor<2> {
        let [n, pixels] = x.dims();
        let patches = Patches { side: self.side, patch: self.patch, colors: 1 };
        let modulation = self.conditioner.forward(t, length, condition);
        let modulation = linear(modulation, &self.modulate, Activation::None);
        let d = modulation.dims()[1] / (4 * self.blocks.len() + 2);
        // Scale and shift from part k of the modulation on.
        let norm = |layer, k: usize| Norm::layer(layer, modulation.clone(), k * d);

        let embed = Product::linear(&self.embed).read(patches).residual(self.position.val());
        let mut h = embed.run(x.reshape([n, 1, pixels]));
        for (k, block) in self.blocks.iter().enumerate() {
            h = block.forward(h, |layer, part| norm(layer, 4 * k + part));
        }
        let out = Product::linear(&self.out).norm(norm(&self.norm, 4 * self.blocks.len())).write(patches);
        out.run(h).reshape([n, pixels])
    }
}

impl Block {
    fn init(c: &MixerConfig, rng: &mut Rng, device: &Device) -> Self {
        let (t, d, hidden) = (c.tokens(), c.dim, c.token_hidden);
        Self {
            token_norm: norm(d, device),
            token_in: init::normal([1, hidden, t], (2.0 / t as f64).sqrt(), rng, device),
            token_bias: init::zeros([1, hidden, 1], device),
            token_out: init::zeros([1, t, hidden], device),
            channel_norm: norm(d, device),
            channel_in: init::linear(d, c.channel_hidden, 2f64.sqrt(), rng, device),
            channel_out: init::linear(c.channel_hidden, d, 0.0, rng, device),
        }
    }

    /// `norm` modulates a layer norm by two parts of the modulation.
    fn forward<'a>(&'a self, h: Tensor<3>, norm: impl Fn(&'a LayerNorm, usize) -> Norm<'a>) -> Tensor<3> {
        // The parameters are a batch of one.
        let bias = self.token_bias.val().reshape([-1]);
        let y = Product::tokens(self.token_in.val().squeeze_dim(0), Some(bias))
            .norm(norm(&self.token_norm, 0))
            .activation(Activation::Relu)
            .run(h.clone());
        let h = Product::tokens(self.token_out.val().squeeze_dim(0), None).residual(h).run(y);
        let y = Product::linear(&self.channel_in)
            .norm(norm(&self.channel_norm, 2))
            .activation(Activation::Relu)
            .run(h.clone());
        Product::linear(&self.channel_out).residual(h).run(y)
    }
}
