//! What the programs for images share.

use burn::tensor::Device;
use clap::Args;
use flow_lab::data::{Images, read_digits};
use flow_lab::error::Result;
use std::path::PathBuf;

/// Where the images are and what computes.
#[derive(Args)]
pub struct Setting {
    /// Folder with the data: the MNIST IDX files (train-images-idx3-ubyte and so on), plain or .gz; what scripts/emoji-data makes; or,
    /// to train on, a folder of PNG or WebP files for each class.
    #[arg(long)]
    pub data: PathBuf,
    /// Seed of every draw.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// cpu, or the GPU this program was built for (webgpu, vulkan, cuda).
    #[arg(long, default_value = "cpu")]
    pub device: String,
}

impl Setting {
    /// The images called `train` or `t10k`.
    pub fn digits(&self, name: &str) -> Result<Images> {
        read_digits(&self.data, name)
    }

    /// The device, without gradients.
    pub fn device(&self) -> Result<Device> {
        flow_lab::device::native(&self.device)
    }
}
