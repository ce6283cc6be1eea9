//! What the CPU bodies share: tensors as slices, and eight elements at a time.

use burn::tensor::{Bytes, DType, Shape};
use burn_flex::{FlexTensor, Layout};
use wide::{f32x8, i32x8};

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

/// 1 / (1 + exp(−x)), to the last few digits; 0 below the smallest normal number. The `exp` of `wide` is right for infinities and subnormal
/// numbers too, and takes three times as long.
#[inline(always)]
pub(super) fn sigmoid(x: f32x8) -> f32x8 {
    // exp(y) = 2^n exp(f), with n the whole number nearest to y / ln 2. What n is multiplied by has few digits, so that this is exact;
    // the rest of ln 2 follows (fdlibm, e_exp.c).
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    // From n = 128 on, 2^n is written as infinity.
    let y = (-x).fast_max(f32x8::splat(-87.0)).fast_min(f32x8::splat(89.0));
    let n = (y * std::f32::consts::LOG2_E).round_ties_even();
    let f = y - n * LN_2[0] - n * LN_2[1];
    // Taylor's series: |f| ≤ ln 2 / 2, so that what is left out is 1.2e-7.
    let series = [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    let power = series.into_iter().fold(f32x8::ZERO, |sum, c| sum * f + c);
    let scale: f32x8 = bytemuck::cast((n.fast_round_int() + i32x8::splat(127)) << 23);
    f32x8::ONE / (power * scale + 1.0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigmoid_is_that_of_double_precision() {
        for k in -8600i32..=8600 {
            let x = k as f32 / 100.0;
            let (found, wanted) =
                (f64::from(sigmoid(f32x8::splat(x)).to_array()[0]), 1.0 / (1.0 + (-f64::from(x)).exp()));
            assert!(
                (found - wanted).abs() <= 4.0 * f64::from(f32::EPSILON) * wanted,
                "{x}: {found} {wanted}"
            );
        }
        let at = |x: f32| sigmoid(f32x8::splat(x)).to_array()[3];
        assert!(
            at(f32::INFINITY) == 1.0 && at(1e30) == 1.0 && at(f32::NEG_INFINITY) == 0.0 && at(-1e30) == 0.0
        );
    }
}
