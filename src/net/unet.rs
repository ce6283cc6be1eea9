//! A small convolutional U-Net, the usual choice for images; here the mixer's rival in the measured
//! comparison (docs/results.md).

use super::{Conditioner, init};
use crate::error::{Error, Result};
use crate::field::Condition;
use crate::ops::silu;
use crate::rng::{Rng, Stream};
use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{GroupNorm, GroupNormConfig, Linear, PaddingConfig2d};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// Sizes of a [`UNet`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UNetConfig {
    /// Image side in pixels; a multiple of 4.
    pub side: usize,
    /// Channels at half resolution, a multiple of 8; a quarter resolution has twice as many.
    pub channels: usize,
    /// Width of the conditioning vector.
    pub cond: usize,
    /// Classes.
    pub classes: usize,
}

/// Half resolution → quarter resolution → half resolution with a skip connection; each residual block
/// is (group norm, silu, 3×3) twice with a scale and shift from time and class in between.
#[derive(Module, Debug)]
pub struct UNet {
    conditioner: Conditioner,
    stem: Conv2d,
    down_block: Residual,
    down: Conv2d,
    middle: Vec<Residual>,
    up: Conv2d,
    up_block: Residual,
    norm: GroupNorm,
    out: Conv2d,
    #[module(skip)]
    side: usize,
}

#[derive(Module, Debug)]
struct Residual {
    norm1: GroupNorm,
    conv1: Conv2d,
    modulate: Linear,
    norm2: GroupNorm,
    conv2: Conv2d,
}

struct Maker<'a> {
    rng: Rng,
    device: &'a Device,
    cond: usize,
}

impl Maker<'_> {
    fn conv(&mut self, io: [usize; 2], kernel: usize, stride: usize, gain: f64) -> Conv2d {
        let pad = kernel / 2;
        let layer = Conv2dConfig::new(io, [kernel, kernel])
            .with_stride([stride, stride])
            .with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad))
            .init(self.device);
        init::conv(layer, gain, &mut self.rng, self.device)
    }

    fn norm(&self, channels: usize) -> GroupNorm {
        GroupNormConfig::new(8, channels).init(self.device)
    }

    fn residual(&mut self, c: usize) -> Residual {
        Residual {
            norm1: self.norm(c),
            conv1: self.conv([c, c], 3, 1, 1.4),
            modulate: init::linear(self.cond, 2 * c, 0.2, &mut self.rng, self.device),
            norm2: self.norm(c),
            conv2: self.conv([c, c], 3, 1, 0.0),
        }
    }
}

impl UNetConfig {
    /// About as many FLOP as [`MixerConfig::digits`](super::MixerConfig::digits).
    pub fn digits() -> Self {
        Self { side: 28, channels: 40, cond: 64, classes: 10 }
    }

    /// See [`NetConfig::flop`](super::NetConfig::flop).
    pub fn flop(&self) -> usize {
        let (half, quarter, c) = ((self.side / 2).pow(2), (self.side / 4).pow(2), self.channels);
        let conv = |pixels: usize, i: usize, o: usize, k: usize| pixels * i * o * k * k;
        2 * (conv(half, 1, c, 3)
            + 4 * conv(half, c, c, 3)
            + conv(quarter, c, 2 * c, 3)
            + 4 * conv(quarter, 2 * c, 2 * c, 3)
            + conv(quarter, 2 * c, c, 1)
            + conv(half, c, 4, 1)
            + (64 + self.classes + 12 * c) * self.cond)
    }

    /// Draws initial weights. Errors where a size is outside its domain.
    pub fn init(&self, seed: u64, device: &Device) -> Result<UNet> {
        let c = self.channels;
        if c == 0 || !c.is_multiple_of(8) || self.side == 0 || !self.side.is_multiple_of(4) || self.cond == 0
        {
            return Err(Error::config(format!(
                "a U-Net needs channels in multiples of 8 and a side in multiples of 4: {self:?}"
            )));
        }
        let mut make = Maker { rng: Rng::new(seed, Stream::Init), device, cond: self.cond };
        Ok(UNet {
            conditioner: Conditioner::init(self.classes, self.cond, &mut make.rng, device),
            stem: make.conv([1, c], 3, 2, 1.0),
            down_block: make.residual(c),
            down: make.conv([c, 2 * c], 3, 2, 1.0),
            middle: vec![make.residual(2 * c), make.residual(2 * c)],
            up: make.conv([2 * c, c], 1, 1, 1.0),
            up_block: make.residual(c),
            norm: make.norm(c),
            out: make.conv([c, 4], 1, 1, 0.0),
            side: self.side,
        })
    }
}

impl UNet {
    /// # Shapes
    /// - x: `[n, side²]`
    /// - t: `[n]`
    /// - condition: `[n, classes]`
    /// - output: `[n, side²]`
    pub fn forward(&self, x: Tensor<2>, t: Tensor<1>, condition: Option<Condition>) -> Tensor<2> {
        let [n, pixels] = x.dims();
        let (half, quarter) = (self.side / 2, self.side / 4);
        let c = self.conditioner.forward(t.clone(), t.zeros_like(), condition);
        let skip = self.stem.forward(x.reshape([n, 1, self.side, self.side]));
        let skip = self.down_block.forward(skip, c.clone());
        let mut h = self.down.forward(skip.clone());
        for block in &self.middle {
            h = block.forward(h, c.clone());
        }
        let h = self.up.forward(h);
        // Nearest neighbor, twice the side.
        let channels = h.dims()[1];
        let h = h
            .reshape([n * channels, quarter, 1, quarter, 1])
            .expand([n * channels, quarter, 2, quarter, 2])
            .reshape([n, channels, half, half]);
        let h = self.up_block.forward(h + skip, c);
        let h = self.out.forward(silu(self.norm.forward(h)));
        // Four channels at half resolution become 2×2 pixels.
        h.reshape([n, 2, 2, half, half]).permute([0, 3, 1, 4, 2]).reshape([n, pixels])
    }
}

impl Residual {
    fn forward(&self, h: Tensor<4>, c: Tensor<2>) -> Tensor<4> {
        let [n, channels, _, _] = h.dims();
        let modulation = self.modulate.forward(c).reshape([n, 2, channels, 1]);
        let scale = modulation.clone().slice([0..n, 0..1]).reshape([n, channels, 1, 1]);
        let shift = modulation.slice([0..n, 1..2]).reshape([n, channels, 1, 1]);
        let y = self.conv1.forward(silu(self.norm1.forward(h.clone())));
        let y = self.norm2.forward(y) * (scale + 1.0) + shift;
        h + self.conv2.forward(silu(y))
    }
}
