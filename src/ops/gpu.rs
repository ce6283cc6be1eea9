//! What the GPU bodies share.

use burn::tensor::{DType, Shape};
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

/// The tensor with its elements in order.
pub(super) fn contiguous(x: CubeTensor) -> CubeTensor {
    assert_eq!(x.dtype, DType::F32, "this crate computes in single precision");
    into_contiguous(x)
}

/// A tensor on the device of another, not yet written.
pub(super) fn empty(like: &CubeTensor, shape: impl Into<Shape>) -> CubeTensor {
    let shape: Shape = shape.into();
    let bytes = shape.num_elements() * size_of::<f32>();
    let handle = like.client.empty(bytes);
    CubeTensor::new_contiguous(like.client.clone(), like.device.clone(), shape, handle, DType::F32)
}

/// A kernel's argument.
pub(super) fn arg(x: &CubeTensor) -> BufferArg {
    x.clone().into_buffer_arg()
}

/// Several tensors as one argument.
pub(super) fn args<'a>(all: impl IntoIterator<Item = &'a CubeTensor>) -> SequenceArg<Box<[f32]>> {
    all.into_iter().map(arg).collect()
}

/// Workgroups of `size` units for `n` elements; a dimension holds at most 65,535.
pub(super) fn groups(n: usize, size: usize) -> CubeCount {
    let groups = n.div_ceil(size).max(1);
    let x = groups.min(65_535);
    CubeCount::Static(x as u32, groups.div_ceil(x) as u32, 1)
}

/// An element of one of several tensors.
#[cube]
pub(super) fn element(tensors: &Sequence<Box<[f32]>>, #[comptime] which: usize, at: usize) -> f32 {
    tensors.index(which)[at]
}
