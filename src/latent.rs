//! Images in two dimensions: a decoder from points of the plane to images, and the points (codes) of real ones. Knows no JavaScript.
//!
//! An autoencoder's decoder, as latent diffusion has one (Rombach et al. 2022, arXiv 2112.10752), with a latent space so small that it can be drawn: what a flow
//! learns there is the distribution of the codes. `src/bin/latent` trains it.

use crate::data::plane::PointSet;
use crate::device::{Opened, Watch};
use crate::error::{Error, Result};
use crate::net::{Dense, DenseConfig};
use crate::points::{self, Point};
use crate::weights::{self, Precision};
use serde::{Deserialize, Serialize};

/// The key in a weights file's metadata that holds the [`LatentConfig`] as JSON.
const KEY: &str = "flow-lab-latent";

/// Pixels of an image: 28 × 28.
pub const PIXELS: usize = 784;

/// The most points that are decoded in one call.
pub const MOST: usize = 2048;

/// What a file says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatentConfig {
    /// The decoder's layers: 2 inputs, [`PIXELS`] outputs.
    pub decoder: DenseConfig,
    /// Codes of real images, a [`PointSet`], encoded.
    pub codes: String,
    /// The class of each, a digit.
    pub labels: String,
}

/// A decoder and codes of real images.
#[derive(Debug, Clone)]
pub struct Latent {
    config: LatentConfig,
    codes: PointSet,
    decoder: Dense,
    opened: Opened,
}

impl Latent {
    /// Joins a decoder to codes. Errors where the codes cannot be read, have no label each, or the decoder is not from the plane to images.
    pub fn new(config: LatentConfig, decoder: Dense, opened: &Opened) -> Result<Self> {
        let codes = PointSet::decode(&config.codes)?;
        let labeled =
            config.labels.len() == codes.points().len() && config.labels.bytes().all(|b| b.is_ascii_digit());
        let sizes = &config.decoder.sizes;
        if !labeled || sizes.first() != Some(&2) || sizes.last() != Some(&PIXELS) {
            return Err(Error::weights(
                "a decoder needs 2 inputs and 784 outputs, and each code a class of 0 to 9",
            ));
        }
        Ok(Self { config, codes, decoder, opened: opened.clone() })
    }

    /// Reads a file onto an engine's device. Errors, with a sentence, where it is cut, not one of ours, or lacks, adds or reshapes a tensor.
    pub fn from_bytes(bytes: &[u8], opened: &Opened) -> Result<Self> {
        let config: LatentConfig = serde_json::from_str(&weights::text(bytes, KEY)?).map_err(|e| {
            Error::weights(format!("this decoder is for another version of Flow Lab ({e})")).because(e)
        })?;
        let device = &opened.device;
        let decoder = weights::read(bytes, config.decoder.init(0, device)?, device)?;
        Self::new(config, decoder, opened)
    }

    /// The file: weights in half precision.
    pub async fn to_bytes(&self) -> Result<Vec<u8>> {
        let json =
            serde_json::to_string(&self.config).map_err(|e| Error::weights(e.to_string()).because(e))?;
        weights::write(&self.decoder, Precision::Half, KEY, json).await
    }

    /// What the file says of itself.
    pub fn config(&self) -> &LatentConfig {
        &self.config
    }

    /// Codes of real images.
    pub fn codes(&self) -> &[Point] {
        self.codes.points()
    }

    /// The classes of the codes.
    pub fn labels(&self) -> Vec<u8> {
        self.config.labels.bytes().map(|b| b - b'0').collect()
    }

    /// The images of 1 to [`MOST`] points: values in [−1, 1], 1 is ink, row-major, image after image. Errors where a coordinate is not finite, and
    /// where a GPU was lost or computes values that are not finite.
    pub async fn decode(&self, z: &[Point]) -> Result<Vec<f32>> {
        if z.is_empty() || z.len() > MOST || !points::finite(z) {
            return Err(Error::config(format!(
                "1 to {MOST} finite points are decoded at a time, not {}",
                z.len()
            )));
        }
        let watch: &Watch = &self.opened.watch;
        let odds = watch.read(self.decoder.forward(points::to_tensor(z, &self.opened.device))).await?;
        if odds.iter().any(|l| !l.is_finite()) {
            return Err(watch.not_finite("the decoder's outputs are not finite"));
        }
        // The outputs are the log odds l of ink, and 2 / (1 + e^−l) − 1 = tanh(l / 2).
        Ok(odds.into_iter().map(|l| (0.5 * l).tanh()).collect())
    }
}
