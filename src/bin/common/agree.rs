//! Does this GPU compute what the CPU does? Some drivers do not, and training would go on without a word.

use burn::tensor::Device;
use flow_lab::data::Images;
use flow_lab::error::{Error, Result};
use flow_lab::net::NetConfig;
use flow_lab::train::{ImageBatches, ImageConfig, Trainer};

/// Both compute in f32, in another order.
const TOLERANCE: f32 = 0.01;

/// Loss and gradient norm of the first step of training the flow.
fn first_step(device: &Device, net: &NetConfig, config: &ImageConfig, data: &Images) -> Result<[f32; 2]> {
    let mut trainer = Trainer::new(net.init(config.seed, device)?, config.optim)?;
    let batches = ImageBatches::new(config.clone(), data, net.groups(), device.clone())?;
    let (loss, norm) = pollster::block_on(trainer.step(batches.draw(0)?).read())?;
    Ok([loss, norm.unwrap_or(f32::NAN)])
}

/// An error where one training step on `device`, which keeps gradients, is not the CPU's.
pub fn check(device: &Device, net: &NetConfig, config: &ImageConfig, data: &Images) -> Result<()> {
    let config = ImageConfig { batch: 16, distill: None, ..config.clone() };
    let found = first_step(device, net, &config, data)?;
    let expected = first_step(&flow_lab::device::native("cpu")?.autodiff(), net, &config, data)?;
    let [loss, norm] = found;
    let agree = found.iter().zip(expected).all(|(f, e)| (f - e).abs() <= TOLERANCE * e.abs());
    println!(
        "first step: loss {loss:.4}, gradient {norm:.4}; on the CPU {:.4}, {:.4}",
        expected[0], expected[1]
    );
    if agree {
        return Ok(());
    }
    Err(Error::device("this GPU computes something else than the CPU: try another driver, or --device cpu"))
}
