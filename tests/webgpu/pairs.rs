//! The same numbers on two devices, and what they make there, compared.

use super::compare::largest_difference;
use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::rng::Rng;
use wasm_bindgen_test::console_log;

/// Numbers for one comparison, drawn once and put on both devices.
pub struct Inputs(pub Rng);

impl Inputs {
    pub fn pair<const D: usize>(&mut self, shape: [usize; D], devices: &[Device; 2]) -> [Tensor<D>; 2] {
        let data = TensorData::new(self.0.normals(shape.iter().product()), shape);
        devices.clone().map(|device| Tensor::from_data(data.clone(), &device))
    }
}

pub async fn host<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data_async().await.expect("a read").iter::<f32>().collect()
}

/// Both results, compared relative to the size of the CPU's.
pub async fn same<const D: usize>(what: &str, [cpu, gpu]: [Tensor<D>; 2], tolerance: f32) {
    assert_eq!(cpu.dims(), gpu.dims(), "{what}");
    let (cpu, gpu) = (host(cpu).await, host(gpu).await);
    let size = cpu.iter().fold(1f32, |m, v| m.max(v.abs()));
    let difference = largest_difference(&cpu, &gpu);
    console_log!("{what}: largest difference {difference:.1e} of {size:.1e}");
    assert!(difference <= tolerance * size, "{what}: {difference} of {size}");
}

/// f32 rounding of a sum of `terms` products, with room for another order of summation.
pub fn sum_tolerance(terms: usize) -> f32 {
    4.0 * f32::EPSILON * (terms as f32).sqrt().max(4.0)
}
