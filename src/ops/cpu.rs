//! What the CPU bodies share: tensors as slices, and eight elements at a time.

use burn::tensor::{Bytes, DType, Shape};
use burn_flex::{FlexTensor, Layout};
use wide::f32x8;

/// The tensor with its elements in order.
pub(super) fn contiguous(x: FlexTensor) -> FlexTensor {
    assert_eq!(x.dtype(), DType::F32, "this crate computes in single precision");
    if x.is_contiguous() { x } else { x.to_contiguous() }
}

/// The elements of a [`contiguous`] tensor.
pub(super) fn slice(x: &FlexTensor) -> &[f32] {
    x.as_slice().expect("it was made contiguous")
}

/// The tensor in a memory of just its size, so that `storage_mut` is its elements and no more: a part of another tensor is
/// copied.
pub(super) fn own(x: FlexTensor) -> FlexTensor {
    let x = contiguous(x);
    if x.bytes().len() == size_of_val(slice(&x)) {
        return x;
    }
    tensor(slice(&x).to_vec(), x.layout().shape().clone())
}

/// A tensor of these values.
pub(super) fn tensor(values: Vec<f32>, shape: impl Into<Shape>) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(values), Layout::contiguous(shape.into()), DType::F32)
}

/// 1 / (1 + exp(−x)).
#[inline(always)]
pub(super) fn sigmoid(x: f32x8) -> f32x8 {
    f32x8::ONE / ((-x).exp() + 1.0)
}

#[inline(always)]
fn padded(v: &[f32]) -> f32x8 {
    let mut eight = [0.0; 8];
    eight[..v.len()].copy_from_slice(v);
    f32x8::from(eight)
}

/// `to[i] = f(to[i], a[i])`, eight elements at a time; both of one length.
// Written out for one and for two rows: an array of rows is not inlined, which costs a third of the time.
#[inline(always)]
pub(super) fn update(to: &mut [f32], a: &[f32], f: impl Fn(f32x8, f32x8) -> f32x8) {
    assert_eq!(to.len(), a.len(), "rows of one length");
    let (whole, rest) = to.as_chunks_mut::<8>();
    let (a, a_rest) = a.as_chunks::<8>();
    for (to, a) in whole.iter_mut().zip(a) {
        *to = f(f32x8::from(*to), f32x8::from(*a)).to_array();
    }
    if !rest.is_empty() {
        let last = f(padded(rest), padded(a_rest)).to_array();
        rest.copy_from_slice(&last[..rest.len()]);
    }
}

/// `to[i] = f(to[i], a[i], b[i])`; see [`update`].
#[inline(always)]
pub(super) fn update2(to: &mut [f32], a: &[f32], b: &[f32], f: impl Fn(f32x8, f32x8, f32x8) -> f32x8) {
    assert!(to.len() == a.len() && to.len() == b.len(), "rows of one length");
    let (whole, rest) = to.as_chunks_mut::<8>();
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for ((to, a), b) in whole.iter_mut().zip(a).zip(b) {
        *to = f(f32x8::from(*to), f32x8::from(*a), f32x8::from(*b)).to_array();
    }
    if !rest.is_empty() {
        let last = f(padded(rest), padded(a_rest), padded(b_rest)).to_array();
        rest.copy_from_slice(&last[..rest.len()]);
    }
}

/// `[f(a[i])]`, eight elements at a time.
#[inline(always)]
pub(super) fn map(a: &[f32], f: impl Fn(f32x8) -> f32x8) -> Vec<f32> {
    let mut out = vec![0.0; a.len()];
    update(&mut out, a, |_, a| f(a));
    out
}

/// `[f(a[i], b[i])]`, eight elements at a time; both of one length.
#[inline(always)]
pub(super) fn map2(a: &[f32], b: &[f32], f: impl Fn(f32x8, f32x8) -> f32x8) -> Vec<f32> {
    let mut out = vec![0.0; a.len()];
    update2(&mut out, a, b, |_, a, b| f(a, b));
    out
}

/// Σ f(x[i]).
#[inline(always)]
pub(super) fn sum(x: &[f32], f: impl Fn(f32x8) -> f32x8) -> f32 {
    let (whole, rest) = x.as_chunks::<8>();
    // Where a chunk is not full, the padding must not count.
    let last: f32 = f(padded(rest)).to_array()[..rest.len()].iter().sum();
    whole.iter().fold(f32x8::ZERO, |sum, x| sum + f(f32x8::from(*x))).reduce_add() + last
}
