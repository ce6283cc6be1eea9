//! A network to learn from: every weight is drawn, because the last layer of an untrained one is silent.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::net::NetConfig;
use flow_lab::path::Schedule;
use flow_lab::rng::{Rng, Stream};
use flow_lab::weights::{self, Header};

struct Loud(Rng);

impl ModuleMapper for Loud {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, shape) = (param.id, param.val().dims());
        let values: Vec<f32> = self.0.normals(shape.iter().product()).iter().map(|v| 0.3 * v).collect();
        param.transform_for_load(Tensor::from_data(TensorData::new(values, shape), &Device::flex()), id)
    }
}

/// Its weights file.
pub async fn file(net: NetConfig) -> Vec<u8> {
    let module = net.init(1, &Device::flex()).unwrap().map(&mut Loud(Rng::new(2, Stream::Init)));
    let header = Header { net, schedule: Schedule::CondOt { sigma_min: 0.0 } };
    weights::to_bytes(&module, &header).await.unwrap()
}
