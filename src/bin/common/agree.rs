//! Does this GPU compute what the CPU does? Some drivers do not, and training would go on without a word.

use burn::tensor::Device;
use flow_lab::data::Digits;
use flow_lab::error::{Error, Result};
use flow_lab::net::{MixerConfig, NetConfig};
use flow_lab::train::{DigitBatches, DigitConfig, Trainer};

/// Both compute in f32, in another order.
const TOLERANCE: f32 = 0.01;

/// Loss and gradient norm of the first step of training the flow.
fn first_step(device: &Device, config: &DigitConfig, data: &Digits) -> Result<[f32; 2]> {
    let net = NetConfig::Mixer(MixerConfig::digits());
    data.check_pixels(net.dim())?;
    let mut trainer = Trainer::new(net.init(config.seed, device)?, config.optim)?;
    let batches = DigitBatches::new(config.clone(), data, net.classes(), device.clone())?;
    let (loss, norm) = pollster::block_on(trainer.step(batches.draw(0)?).read())?;
    Ok([loss, norm.unwrap_or(f32::NAN)])
}

/// An error where one training step on `device`, which keeps gradients, is not the CPU's.
pub fn check(device: &Device, config: &DigitConfig, data: &Digits) -> Result<()> {
    let config = DigitConfig { batch: 16, distill: None, ..config.clone() };
    let found = first_step(device, &config, data)?;
    let expected = first_step(&flow_lab::device::native("cpu")?.autodiff(), &config, data)?;
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
