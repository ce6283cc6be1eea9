//! Weights files: safetensors with a network's settings in the header, so that a file says by itself what it
//! is for.

mod tensors;

pub use tensors::{Precision, read, text, write};

use crate::error::{Error, Result};
use crate::net::{Net, NetConfig};
use crate::path::Schedule;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

/// What a weights file of an image network says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The network's settings.
    pub net: NetConfig,
    /// The path that it was trained on.
    pub schedule: Schedule,
}

/// The key in the file's metadata that holds the [`Header`] as JSON.
const KEY: &str = "flow-lab";

/// A network with what its file said.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The network.
    pub net: Net,
    /// Its settings.
    pub header: Header,
}

/// Writes `net` in half precision.
pub async fn to_bytes(net: &Net, header: &Header) -> Result<Vec<u8>> {
    let json = serde_json::to_string(header).map_err(|e| Error::weights(e.to_string()).because(e))?;
    write(net, Precision::Half, KEY, json).await
}

/// Reads a network onto `device`. Errors, with a sentence that tells which, where the file is cut, is no
/// safetensors file, is not one of ours, or lacks, adds or reshapes a tensor.
pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Loaded> {
    let header: Header = serde_json::from_str(&text(bytes, KEY)?).map_err(|e| {
        Error::weights(format!("this weights file is for another version of Flow Lab ({e})")).because(e)
    })?;
    let net = read(bytes, header.net.init(0, device)?, device)?;
    Ok(Loaded { net, header })
}
