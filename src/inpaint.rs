//! Inpainting and super-resolution: a flow led to images that agree with what is known of them, without another network.
//!
//! At every evaluation the image that the velocity leads to, x̂1, is replaced by the nearest one that agrees with what
//! is known (the projection x̂1 + A⁺(y − A x̂1) for known y = A x1), and the velocity by the one that leads there; the
//! flow-matching form of guidance for linear inverse problems (Pokle et al. 2023; Wang et al. 2022 call the
//! projection null-space mending).

use crate::error::{Error, Result};
use crate::path::AffinePath;
use burn::tensor::Tensor;

/// What is known of each image.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "one a run; on wasm32 they are of a size")]
pub enum Known {
    /// Some pixels.
    Pixels {
        /// Their values, `[n, pixels]`; others are ignored.
        values: Tensor<2>,
        /// 1 where a pixel is known, 0 elsewhere, `[n, pixels]`.
        mask: Tensor<2>,
    },
    /// The mean of every block of pixels: a smaller image.
    Blocks {
        /// The means, `[n, (side / block)² colors]`.
        values: Tensor<2>,
        /// Side of the image that is wanted, in pixels.
        side: usize,
        /// Side of a block, in pixels; divides `side`.
        block: usize,
        /// Values of a pixel.
        colors: usize,
    },
}

impl Known {
    /// Errors where sizes do not fit n images of `pixels` pixels.
    pub fn validate(self, n: usize, pixels: usize) -> Result<Self> {
        let fits = match &self {
            Self::Pixels { values, mask } => values.dims() == [n, pixels] && mask.dims() == [n, pixels],
            Self::Blocks { values, side, block, colors } => {
                let whole = *block > 0 && side.is_multiple_of(*block) && side * side * colors == pixels;
                whole && values.dims() == [n, (side / block).pow(2) * colors]
            }
        };
        fits.then_some(self)
            .ok_or_else(|| Error::config(format!("what is known does not fit {n} images of {pixels} pixels")))
    }

    /// The nearest image to `x1` that agrees with what is known, `[n, pixels]`.
    pub fn project(&self, x1: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Pixels { values, mask } => x1.clone() + (values.clone() - x1) * mask.clone(),
            Self::Blocks { values, side, block, colors } => {
                // A A⁺ = 1 for A⁺ that gives each pixel of a block the block's mean.
                x1.clone()
                    + spread(values.clone() - means(x1, *side, *block, *colors), *side, *block, *colors)
            }
        }
    }

    /// The velocity at (x, t) that leads to the projection of where `u` leads. Where no noise is left, `u`.
    pub fn bend(&self, path: &AffinePath, x: &Tensor<2>, u: Tensor<2>, t: f64) -> Tensor<2> {
        let x1 = path.data_from_velocity(x.clone(), u.clone(), t);
        path.velocity_from_data(x.clone(), self.project(x1), t).unwrap_or(u)
    }
}

/// Means of blocks, `[n, side² colors]` to `[n, (side / block)² colors]`.
pub fn means(x: Tensor<2>, side: usize, block: usize, colors: usize) -> Tensor<2> {
    let (n, few) = (x.dims()[0], side / block);
    let blocks = x.reshape([n, few, block, few, block, colors]);
    blocks.mean_dim(4).mean_dim(2).reshape([n, few * few * colors])
}

/// Every pixel of a block gets the block's value.
fn spread(x: Tensor<2>, side: usize, block: usize, colors: usize) -> Tensor<2> {
    let (n, few) = (x.dims()[0], side / block);
    let blocks = x.reshape([n, few, 1, few, 1, colors]);
    blocks.expand([n, few, block, few, block, colors]).reshape([n, side * side * colors])
}
