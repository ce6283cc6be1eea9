//! Any module's parameters to and from safetensors (readable everywhere), with a text in the header that says
//! what the file is.

use crate::error::{Error, Result};
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use half::{bf16, f16};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::HashMap;

/// How numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 2 bytes, 11 significant bits.
    Half,
    /// 4 bytes, what is computed with.
    Single,
}

/// Writes the parameters of `module` under their paths, and `text` under `key` in the header.
///
/// Errors where a value is not finite in that precision or the device fails.
pub async fn write(module: &impl Module, precision: Precision, key: &str, text: String) -> Result<Vec<u8>> {
    let mut collect = Collect::default();
    module.visit(&mut collect);
    let mut stored = Vec::with_capacity(collect.tensors.len());
    for (name, shape, tensor) in collect.tensors {
        let data = tensor.into_data_async().await;
        let data =
            data.map_err(|e| Error::device(format!("the weights could not be read back: {e:?}")).because(e))?;
        let bytes = match precision {
            Precision::Half => encode(&name, data.iter::<f32>().map(f16::from_f32), |v| v.is_finite())?,
            Precision::Single => encode(&name, data.iter::<f32>(), |v: &f32| v.is_finite())?,
        };
        stored.push((name, shape, bytes));
    }
    let dtype = match precision {
        Precision::Half => Dtype::F16,
        Precision::Single => Dtype::F32,
    };
    let failed = |e| Error::weights(format!("the weights cannot be written: {e}")).because(e);
    let views: std::result::Result<Vec<_>, _> = stored
        .iter()
        .map(|(name, shape, bytes)| TensorView::new(dtype, shape.clone(), bytes).map(|view| (name, view)))
        .collect();
    let metadata = HashMap::from([(key.to_string(), text)]);
    safetensors::serialize(views.map_err(failed)?, Some(metadata)).map_err(failed)
}

fn encode<T: bytemuck::NoUninit>(
    name: &str,
    values: impl Iterator<Item = T>,
    finite: fn(&T) -> bool,
) -> Result<Vec<u8>> {
    let values: Vec<T> = values.collect();
    if !values.iter().all(finite) {
        return Err(Error::numeric(format!("{name} has a value that this precision cannot hold")));
    }
    Ok(bytemuck::cast_slice(&values).to_vec())
}

/// The text under `key` in the header. Errors where the file is cut, no safetensors file, or not ours.
pub fn text(bytes: &[u8], key: &str) -> Result<String> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| {
        Error::weights(format!("this is not a whole safetensors file ({e}); download it again"))
    })?;
    metadata.metadata().as_ref().and_then(|m| m.get(key)).cloned().ok_or_else(|| {
        Error::weights("this safetensors file was not made by Flow Lab for this network: its header has no settings of ours")
    })
}

/// `module` with every parameter read from the file, onto `device`. Errors where the file is damaged or
/// lacks, adds or reshapes a tensor.
pub fn read<M: Module>(bytes: &[u8], module: M, device: &Device) -> Result<M> {
    let file = SafeTensors::deserialize(bytes).map_err(|e| {
        Error::weights(format!("this weights file is damaged ({e}); download it again")).because(e)
    })?;
    let mut fill = Fill { path: Vec::new(), file: &file, device, filled: 0, error: None };
    let module = module.map(&mut fill);
    match fill.error {
        Some(error) => Err(error),
        None if fill.filled != file.len() => Err(Error::weights(format!(
            "this weights file holds {} tensors, its network has {}",
            file.len(),
            fill.filled
        ))),
        None => Ok(module),
    }
}

#[derive(Default)]
struct Collect {
    path: Vec<String>,
    tensors: Vec<(String, Vec<usize>, Tensor<1>)>,
}

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, _kind: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _kind: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        let shape = tensor.dims().to_vec();
        self.tensors.push((self.path.join("."), shape, tensor.flatten(0, D - 1)));
    }
}

/// The numbers of a file's bytes, of `N` bytes each, little-endian.
fn numbers<const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|b| read(*b)).collect()
}

struct Fill<'a> {
    path: Vec<String>,
    file: &'a SafeTensors<'a>,
    device: &'a Device,
    filled: usize,
    error: Option<Error>,
}

impl Fill<'_> {
    fn read<const D: usize>(&self, shape: [usize; D]) -> Result<Tensor<D>> {
        let name = self.path.join(".");
        let view = self.file.tensor(&name).map_err(|_| {
            Error::weights(format!("this weights file has no tensor {name}, which its network needs"))
        })?;
        // Not a cast of the slice: a file's bytes need not be aligned.
        let bytes = view.data();
        let values: Option<Vec<f32>> = match view.dtype() {
            Dtype::F16 => Some(numbers(bytes, |b| f16::from_le_bytes(b).to_f32())),
            Dtype::BF16 => Some(numbers(bytes, |b| bf16::from_le_bytes(b).to_f32())),
            Dtype::F32 => Some(numbers(bytes, f32::from_le_bytes)),
            Dtype::F64 => Some(numbers(bytes, |b| f64::from_le_bytes(b) as f32)),
            _ => None,
        };
        let Some(values) = values.filter(|_| view.shape() == shape) else {
            return Err(Error::weights(format!(
                "tensor {name} is {:?} {:?} in the file; its network needs F16, BF16, F32 or F64 {shape:?}",
                view.dtype(),
                view.shape()
            )));
        };
        if values.iter().any(|v| !v.is_finite()) {
            return Err(Error::weights(format!("tensor {name} holds values that are not finite")));
        }
        Ok(Tensor::from_data(TensorData::new(values, shape), self.device))
    }
}

impl ModuleMapper for Fill<'_> {
    fn enter_module(&mut self, name: &str, _kind: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _kind: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.read(param.lazy_shape().dims::<D>()) {
            Ok(tensor) => {
                self.filled += 1;
                let id = param.id;
                param.transform_for_load(tensor, id)
            }
            Err(error) => {
                self.error.get_or_insert(error);
                param
            }
        }
    }
}
