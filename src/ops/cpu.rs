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
pub(super) fn sigmoid(x: f32x8) -> f32x8 {
    f32x8::ONE / ((-x).exp() + 1.0)
}

fn eight(v: &[f32]) -> f32x8 {
    f32x8::from(<[f32; 8]>::try_from(v).expect("a chunk of eight"))
}

fn padded(v: &[f32]) -> f32x8 {
    let mut eight = [0.0; 8];
    eight[..v.len()].copy_from_slice(v);
    f32x8::from(eight)
}

/// `to[i] = f(to[i], [rows[0][i], …])`, eight elements at a time; all of one length.
pub(super) fn update<const N: usize>(
    to: &mut [f32],
    rows: [&[f32]; N],
    f: impl Fn(f32x8, [f32x8; N]) -> f32x8,
) {
    assert!(rows.iter().all(|row| row.len() == to.len()), "rows of one length");
    let whole = to.len() / 8 * 8;
    let (head, rest) = to.split_at_mut(whole);
    for (k, to) in head.chunks_exact_mut(8).enumerate() {
        let at = 8 * k..8 * k + 8;
        let y = f(eight(to), rows.map(|row| eight(&row[at.clone()])));
        to.copy_from_slice(y.as_array());
    }
    if !rest.is_empty() {
        let last = f(padded(rest), rows.map(|row| padded(&row[whole..])));
        rest.copy_from_slice(&last.as_array()[..rest.len()]);
    }
}

/// `[f([rows[0][i], …])]`, eight elements at a time.
pub(super) fn map<const N: usize>(rows: [&[f32]; N], f: impl Fn([f32x8; N]) -> f32x8) -> Vec<f32> {
    let mut out = vec![0.0; rows[0].len()];
    update(&mut out, rows, |_, x| f(x));
    out
}

/// Σ f(x[i]).
pub(super) fn sum(x: &[f32], f: impl Fn(f32x8) -> f32x8) -> f32 {
    let chunks = x.chunks_exact(8);
    // Where a chunk is not full, the padding must not count.
    let rest: f32 = f(padded(chunks.remainder())).as_array()[..chunks.remainder().len()].iter().sum();
    chunks.fold(f32x8::ZERO, |sum, x| sum + f(eight(x))).reduce_add() + rest
}
