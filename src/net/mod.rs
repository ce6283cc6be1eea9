//! Velocity networks. Each is a `Config` that validates, an `init` that draws weights from a seed, and a
//! `forward`; all implement [`VelocityField`].

mod embed;
mod init;
mod map;
mod mixer;
mod mlp;
mod unet;

pub use embed::{Conditioner, time_features};
pub use map::MapMlp;
pub use mixer::{Mixer, MixerConfig};
pub use mlp::{Mlp, MlpConfig};
pub use unet::{UNet, UNetConfig};

use crate::error::{Error, Result};
use crate::field::{Condition, FlowMap, VelocityField};
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// The settings of an image network, stored beside its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum NetConfig {
    /// A patch mixer, all matrix products.
    Mixer(MixerConfig),
    /// A convolutional U-Net.
    UNet(UNetConfig),
}

/// An image network of either kind.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "one a session, and Module is not derived for boxes")]
pub enum Net {
    /// See [`Mixer`].
    Mixer(Mixer),
    /// See [`UNet`].
    UNet(UNet),
}

impl NetConfig {
    /// Draws initial weights from `seed`. Errors where a size is outside its domain.
    pub fn init(&self, seed: u64, device: &Device) -> Result<Net> {
        Ok(match self {
            Self::Mixer(c) => Net::Mixer(c.init(seed, device)?),
            Self::UNet(c) => Net::UNet(c.init(seed, device)?),
        })
    }

    /// Image side in pixels.
    pub fn side(&self) -> usize {
        match self {
            Self::Mixer(c) => c.side,
            Self::UNet(c) => c.side,
        }
    }

    /// Values a sample has: pixels.
    pub fn dim(&self) -> usize {
        self.side().pow(2)
    }

    /// Whether the network is a flow map, which takes steps by itself.
    pub fn is_map(&self) -> bool {
        matches!(self, Self::Mixer(MixerConfig { map: true, .. }))
    }

    /// Classes of the condition.
    pub fn classes(&self) -> usize {
        match self {
            Self::Mixer(c) => c.classes,
            Self::UNet(c) => c.classes,
        }
    }

    /// Floating point operations of one evaluation of one sample, a multiply-add counted as two;
    /// matrix products and convolutions only.
    pub fn flop(&self) -> usize {
        match self {
            Self::Mixer(c) => c.flop(),
            Self::UNet(c) => c.flop(),
        }
    }
}

/// A flow map of images for given classes.
#[derive(Debug, Clone)]
pub struct Classed<'a> {
    /// A network that is a flow map.
    pub net: &'a Net,
    /// One row an image.
    pub condition: Condition,
}

impl FlowMap for Classed<'_> {
    fn average_velocity(&self, x: Tensor<2>, t: Tensor<1>, s: Tensor<1>) -> Tensor<2> {
        let condition = Some(self.condition.clone());
        match self.net {
            Net::Mixer(net) => net.forward(x, t.clone(), s - t, condition),
            Net::UNet(net) => net.forward(x, t, condition),
        }
    }
}

impl Net {
    /// A flow map that begins as this velocity field, and its settings. Errors where there is no such network.
    pub fn into_map(self, config: &NetConfig, device: &Device) -> Result<(Self, NetConfig)> {
        match (self, config) {
            (Self::Mixer(net), NetConfig::Mixer(config)) if !config.map => {
                let config = NetConfig::Mixer(MixerConfig { map: true, ..config.clone() });
                Ok((Self::Mixer(net.into_map(device)), config))
            }
            _ => Err(Error::config("a few-step network begins as a mixer that is a velocity field")),
        }
    }
}

impl VelocityField for Net {
    fn velocity(&self, x: Tensor<2>, t: Tensor<1>, condition: Option<Condition>) -> Tensor<2> {
        match self {
            Self::Mixer(net) => net.forward(x, t.clone(), t.zeros_like(), condition),
            Self::UNet(net) => net.forward(x, t, condition),
        }
    }
}
