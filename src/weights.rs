//! Weights files: safetensors (readable everywhere) in half precision, with the network's settings in the
//! header, so that a file says by itself what it is for.

use crate::error::{Error, Result};
use crate::net::{Net, NetConfig};
use crate::path::Schedule;
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use half::f16;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What a weights file says about itself.
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
///
/// Reads tensors synchronously: for networks on the CPU.
pub fn to_bytes(net: &Net, header: &Header) -> Result<Vec<u8>> {
    let mut collect = Collect::default();
    net.visit(&mut collect);
    if let Some((name, _, _)) = collect.tensors.iter().find(|(_, _, v)| v.iter().any(|x| !x.is_finite())) {
        return Err(Error::numeric(format!("{name} has a value that half precision cannot hold")));
    }
    let views = collect
        .tensors
        .iter()
        .map(|(name, shape, values)| {
            TensorView::new(Dtype::F16, shape.clone(), bytemuck::cast_slice(values))
                .map(|view| (name.clone(), view))
        })
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|e| Error::weights(format!("the weights cannot be written: {e}")))?;
    let json = serde_json::to_string(header).map_err(|e| Error::weights(e.to_string()))?;
    let metadata = HashMap::from([(KEY.to_string(), json)]);
    safetensors::serialize(views, Some(metadata))
        .map_err(|e| Error::weights(format!("the weights cannot be written: {e}")))
}

/// Reads a network onto `device`. Errors, with a sentence that tells which, where the file is cut, is no
/// safetensors file, is not one of ours, or lacks, adds or reshapes a tensor.
pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Loaded> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| {
        Error::weights(format!("this is not a whole safetensors file ({e}); download it again"))
    })?;
    let json = metadata.metadata().as_ref().and_then(|m| m.get(KEY)).ok_or_else(|| {
        Error::weights("this safetensors file was not made by Flow Lab: its header has no settings of ours")
    })?;
    let header: Header = serde_json::from_str(json)
        .map_err(|e| Error::weights(format!("this weights file is for another version of Flow Lab ({e})")))?;
    let file = SafeTensors::deserialize(bytes)
        .map_err(|e| Error::weights(format!("this weights file is damaged ({e}); download it again")))?;
    let net = header.net.init(0, device)?;
    let mut fill = Fill { path: Vec::new(), file: &file, device, filled: 0, error: None };
    let net = net.map(&mut fill);
    match fill.error {
        Some(error) => Err(error),
        None if fill.filled != file.len() => Err(Error::weights(format!(
            "this weights file holds {} tensors, its network has {}",
            file.len(),
            fill.filled
        ))),
        None => Ok(Loaded { net, header }),
    }
}

#[derive(Default)]
struct Collect {
    path: Vec<String>,
    tensors: Vec<(String, Vec<usize>, Vec<f16>)>,
}

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, _kind: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _kind: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let data = param.val().into_data();
        let values = data.iter::<f32>().map(f16::from_f32).collect();
        self.tensors.push((self.path.join("."), data.shape().to_vec(), values));
    }
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
        if view.dtype() != Dtype::F16 || view.shape() != shape {
            return Err(Error::weights(format!(
                "tensor {name} is {:?} {:?} in the file; its network needs F16 {shape:?}",
                view.dtype(),
                view.shape()
            )));
        }
        // Not a cast of the slice: a file's bytes need not be aligned.
        let values: Vec<f32> =
            view.data().chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect();
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
