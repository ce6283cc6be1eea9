//! Velocity networks. Each is a `Config` that validates, an `init` that draws weights from a seed, and a
//! `forward`; all implement [`VelocityField`].

mod class_mlp;
mod conv;
mod dense;
mod embed;
mod init;
mod map;
mod mixer;
mod mlp;

pub use class_mlp::{ClassMap, ClassMlp, GuidedMap};
pub use conv::{Conv, ConvConfig};
pub use dense::{Dense, DenseConfig};
pub use embed::{Conditioner, time_features};
pub use map::MapMlp;
pub use mixer::{Mixer, MixerConfig};
pub use mlp::{Mlp, MlpConfig};

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
    /// A U-shaped convolutional network.
    Conv(ConvConfig),
}

/// An image network of either kind.
#[derive(Module, Debug)]
pub enum Net {
    /// See [`Mixer`].
    Mixer(Mixer),
    /// See [`Conv`].
    Conv(Conv),
}

impl NetConfig {
    /// Draws initial weights from `seed`. Errors where a size is outside its domain.
    pub fn init(&self, seed: u64, device: &Device) -> Result<Net> {
        Ok(match self {
            Self::Mixer(c) => Net::Mixer(c.init(seed, device)?),
            Self::Conv(c) => Net::Conv(c.init(seed, device)?),
        })
    }

    /// Image side in pixels.
    pub fn side(&self) -> usize {
        match self {
            Self::Mixer(c) => c.side,
            Self::Conv(c) => c.side,
        }
    }

    /// Values of a pixel.
    pub fn colors(&self) -> usize {
        match self {
            Self::Mixer(_) => 1,
            Self::Conv(c) => c.colors,
        }
    }

    /// Values that a sample has.
    pub fn dim(&self) -> usize {
        self.side().pow(2) * self.colors()
    }

    /// Whether the network is a flow map, which takes steps by itself.
    pub fn is_map(&self) -> bool {
        match self {
            Self::Mixer(c) => c.map,
            Self::Conv(c) => c.map,
        }
    }

    /// Classes of each group of the condition.
    pub fn groups(&self) -> Vec<usize> {
        match self {
            Self::Mixer(c) => vec![c.classes],
            Self::Conv(c) => c.groups.clone(),
        }
    }

    /// Classes of the condition, all groups together.
    pub fn classes(&self) -> usize {
        self.groups().iter().sum()
    }

    /// Floating point operations of one evaluation of one sample, a multiply-add counted as two;
    /// matrix products and convolutions only.
    pub fn flop(&self) -> usize {
        match self {
            Self::Mixer(c) => c.flop(),
            Self::Conv(c) => c.flop(),
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
            Net::Conv(net) => net.forward(x, t.clone(), s - t, condition),
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
            (Self::Conv(net), NetConfig::Conv(config)) if !config.map => {
                let config = NetConfig::Conv(ConvConfig { map: true, ..config.clone() });
                Ok((Self::Conv(net.into_map(device)), config))
            }
            _ => Err(Error::config("a few-step network begins as a velocity field of its own kind")),
        }
    }
}

impl VelocityField for Net {
    fn velocity(&self, x: Tensor<2>, t: Tensor<1>, condition: Option<Condition>) -> Tensor<2> {
        match self {
            Self::Mixer(net) => net.forward(x, t.clone(), t.zeros_like(), condition),
            Self::Conv(net) => net.forward(x, t.clone(), t.zeros_like(), condition),
        }
    }
}
