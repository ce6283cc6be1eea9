//! A U-shaped convolutional network for images of any number of colors, in the manner of DiCo (Ai et al. 2025): 1×1 and depthwise 3×3
//! convolutions and channel attention, modulated by time and classes as in DiT (Peebles & Xie 2022). Channels stand last, so that all
//! but the depthwise convolutions are matrix products.

use super::{Conditioner, init};
use crate::error::{Error, Result};
use crate::field::Condition;
use crate::ops::attention::channel_attention;
use crate::ops::depthwise::depthwise;
use crate::ops::product::{Activation, Gates, Norm, Patches, Product, linear};
use crate::rng::{Rng, Stream};
use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// Sizes of a [`Conv`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConvConfig {
    /// Image side in pixels; divisible by 2 once for each width.
    pub side: usize,
    /// Values of a pixel: 1 for gray, 3 for red, green and blue.
    pub colors: usize,
    /// Channels at 1/2, 1/4, … of the side.
    pub widths: Vec<usize>,
    /// Blocks on the way down and again on the way up at each width; of the last, in the middle, once.
    pub depths: Vec<usize>,
    /// Width of the conditioning vector.
    pub cond: usize,
    /// Classes of each group of the condition; a sample has at most one of each group.
    pub groups: Vec<usize>,
    /// Hidden channels of a block's two-layer part, for each channel.
    pub ratio: usize,
    /// Whether it is a flow map, which is told where its interval ends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub map: bool,
}

impl ConvConfig {
    /// The shipped network for 64×64 emoji in color: 9 categories, 7 styles.
    pub fn emoji() -> Self {
        Self {
            side: 64,
            colors: 3,
            widths: vec![56, 112, 224],
            depths: vec![2, 3, 4],
            cond: 128,
            groups: vec![9, 7],
            ratio: 2,
            map: false,
        }
    }

    /// The same kind for 28×28 digits.
    pub fn digits() -> Self {
        Self {
            side: 28,
            colors: 1,
            widths: vec![48, 96],
            depths: vec![2, 3],
            cond: 64,
            groups: vec![10],
            ratio: 2,
            map: false,
        }
    }

    /// Classes of all groups.
    pub fn classes(&self) -> usize {
        self.groups.iter().sum()
    }

    /// Blocks at each width.
    fn blocks(&self) -> impl Iterator<Item = (usize, usize)> {
        let last = self.widths.len() - 1;
        let twice = move |(i, &depth): (usize, &usize)| if i < last { 2 * depth } else { depth };
        self.widths.iter().copied().zip(self.depths.iter().enumerate().map(twice))
    }

    /// See [`NetConfig::flop`](super::NetConfig::flop).
    pub fn flop(&self) -> usize {
        let pixels = |stage: usize| (self.side >> (stage + 1)).pow(2);
        let blocks = self.blocks().enumerate().map(|(stage, (c, blocks))| {
            let skips = if stage + 1 < self.widths.len() { blocks / 2 } else { 0 };
            let block = pixels(stage) * (2 * (1 + self.ratio) * c * c + 9 * c) + c * c + self.cond * 6 * c;
            blocks * block + skips * pixels(stage) * 2 * c * c
        });
        let between = self.widths.windows(2).enumerate();
        let between = between.map(|(stage, pair)| 2 * pixels(stage + 1) * 4 * pair[0] * pair[1]);
        let ends = 2 * pixels(0) * 4 * self.colors * self.widths[0];
        2 * (blocks.sum::<usize>() + between.sum::<usize>() + ends)
    }

    /// Draws initial weights. Errors where a size is 0, `depths` has another length than `widths`, or the side cannot be halved so often.
    pub fn init(&self, seed: u64, device: &Device) -> Result<Conv> {
        let sizes = [self.side, self.colors, self.cond, self.ratio];
        let lists = [&self.widths, &self.depths, &self.groups];
        if sizes.contains(&0) || lists.iter().any(|list| list.is_empty() || list.contains(&0)) {
            return Err(Error::config(format!(
                "every size of a convolutional network must be at least 1: {self:?}"
            )));
        }
        let stages = self.widths.len();
        if self.depths.len() != stages || stages > 16 || !self.side.is_multiple_of(1 << stages) {
            return Err(Error::config(format!(
                "a convolutional network needs a depth for each width and a side that can be halved {stages} times: {self:?}"
            )));
        }
        let mut rng = Rng::new(seed, Stream::Init);
        let rng = &mut rng;
        let w = &self.widths;
        let conditioner = Conditioner::init(self.classes(), self.cond, rng, device);
        let modulate = w.iter().map(|&c| init::linear(self.cond, 6 * c, 0.2, rng, device)).collect();
        let embed = init::linear(4 * self.colors, w[0], 1.0, rng, device);
        let stage = |i: usize, skip: bool, rng: &mut Rng| -> Vec<Block> {
            (0..self.depths[i]).map(|_| Block::init(w[i], self.ratio, skip, rng, device)).collect()
        };
        let last = stages - 1;
        let encode = (0..last).map(|i| stage(i, false, rng)).collect();
        let middle = stage(last, false, rng);
        let decode = (0..last).map(|i| stage(i, true, rng)).collect();
        let pairs = || w.windows(2).map(|pair| (pair[0], pair[1]));
        Ok(Conv {
            conditioner: if self.map { conditioner.with_span(device) } else { conditioner },
            modulate,
            embed,
            encode,
            down: pairs().map(|(a, b)| init::linear(4 * a, b, 1.0, rng, device)).collect(),
            middle,
            up: pairs().map(|(a, b)| init::linear(b, 4 * a, 1.0, rng, device)).collect(),
            decode,
            last: init::linear(self.cond, 2 * w[0], 0.2, rng, device),
            out: init::linear(w[0], 4 * self.colors, 0.0, rng, device),
            side: self.side,
            colors: self.colors,
        })
    }
}

/// See the module's text.
#[derive(Module, Debug)]
pub struct Conv {
    conditioner: Conditioner,
    modulate: Vec<Linear>,
    embed: Linear,
    encode: Vec<Vec<Block>>,
    down: Vec<Linear>,
    middle: Vec<Block>,
    up: Vec<Linear>,
    decode: Vec<Vec<Block>>,
    last: Linear,
    out: Linear,
    #[module(skip)]
    side: usize,
    #[module(skip)]
    colors: usize,
}

#[derive(Module, Debug)]
struct Block {
    merge: Option<Linear>,
    table: Param<Tensor<2>>,
    conv_in: Linear,
    depthwise: Param<Tensor<3>>,
    depthwise_bias: Param<Tensor<1>>,
    attend: Linear,
    conv_out: Linear,
    mlp_in: Linear,
    mlp_out: Linear,
}

impl Conv {
    /// A flow map that begins as this velocity field: its mean velocity over any interval is the velocity.
    pub fn into_map(mut self, device: &Device) -> Self {
        self.conditioner = self.conditioner.with_span(device);
        self
    }

    /// The velocity at t, or, from a flow map, the mean velocity from t to t + length.
    ///
    /// # Shapes
    /// - x: `[n, side² colors]`, row-major, the colors of a pixel together
    /// - t, length: `[n]`
    /// - condition: `[n, classes]`, the groups behind each other
    /// - output: `[n, side² colors]`
    pub fn forward(
        &self,
        x: Tensor<2>,
        t: Tensor<1>,
        length: Tensor<1>,
        condition: Option<Condition>,
    ) -> Tensor<2> {
        let [n, values] = x.dims();
        let image = Patches { side: self.side, patch: 2, colors: self.colors };
        let condition = self.conditioner.forward(t, length, condition);
        let stages = self.encode.len();
        let mut side = self.side / 2;
        let mut h = Product::linear(&self.embed).read(image).run(x.reshape([n, 1, values]));
        let mut skips = Vec::new();
        for (i, blocks) in self.encode.iter().enumerate() {
            for block in blocks {
                h = block.forward(h, &self.modulate[i], &condition, side, None);
                skips.push(h.clone());
            }
            let colors = h.dims()[2];
            let patches = Patches { side, patch: 2, colors };
            h = Product::linear(&self.down[i]).read(patches).run(h.reshape([n, 1, side * side * colors]));
            side /= 2;
        }
        for block in &self.middle {
            h = block.forward(h, &self.modulate[stages], &condition, side, None);
        }
        for (i, blocks) in self.decode.iter().enumerate().rev() {
            side *= 2;
            let colors = self.up[i].weight.dims()[1] / 4;
            h = Product::linear(&self.up[i]).write(Patches { side, patch: 2, colors }).run(h);
            h = h.reshape([n, side * side, colors]);
            for block in blocks {
                h = block.forward(h, &self.modulate[i], &condition, side, skips.pop());
            }
        }
        let last = linear(condition, &self.last, Activation::None);
        Product::linear(&self.out).norm(Norm::rms(last, 0)).write(image).run(h).reshape([n, values])
    }
}

impl Block {
    fn init(c: usize, ratio: usize, skip: bool, rng: &mut Rng, device: &Device) -> Self {
        Self {
            merge: skip.then(|| init::linear(2 * c, c, 1.0, rng, device)),
            table: init::zeros([6, c], device),
            conv_in: init::linear(c, c, 1.0, rng, device),
            depthwise: init::normal([3, 3, c], 1.0 / 3.0, rng, device),
            depthwise_bias: init::zeros([c], device),
            attend: init::linear(c, c, 0.1, rng, device),
            conv_out: init::linear(c, c, 0.0, rng, device),
            mlp_in: init::linear(c, ratio * c, 1.4, rng, device),
            mlp_out: init::linear(ratio * c, c, 0.0, rng, device),
        }
    }

    /// `h` is `[n, side², c]`, `condition` `[n, cond]`; `skip` has the shape of `h`.
    fn forward(
        &self,
        h: Tensor<3>,
        modulate: &Linear,
        condition: &Tensor<2>,
        side: usize,
        skip: Option<Tensor<3>>,
    ) -> Tensor<3> {
        let h = match (&self.merge, skip) {
            (Some(merge), Some(skip)) => Product::linear(merge).beside(skip).run(h),
            _ => h,
        };
        let ([n, pixels, c], [_, cond]) = (h.dims(), condition.dims());
        // Scale, shift and gate of the first part, then of the second.
        let table = self.table.val().reshape([1, 1, 6 * c]);
        let modulation = Product::linear(modulate).residual(table);
        let modulation = modulation.run(condition.clone().reshape([n, 1, cond])).reshape([n, 6 * c]);

        let y = Product::linear(&self.conv_in).norm(Norm::rms(modulation.clone(), 0)).run(h.clone());
        let (y, sums) = depthwise(y, self.depthwise.val(), self.depthwise_bias.val(), side);
        let by = channel_attention(sums, pixels, &self.attend, modulation.clone(), 2 * c);
        let gates = Gates { by, scale: Some(0), gate: c };
        let h = Product::linear(&self.conv_out).gates(gates).residual(h).run(y);

        let norm = Norm::rms(modulation.clone(), 3 * c);
        let y = Product::linear(&self.mlp_in).norm(norm).activation(Activation::Silu).run(h.clone());
        let gates = Gates { by: modulation, scale: None, gate: 5 * c };
        Product::linear(&self.mlp_out).gates(gates).residual(h).run(y)
    }
}
