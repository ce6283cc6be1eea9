//! The matrix product for WebAssembly. Its registers hold four numbers and it has no fused multiplication and addition, which leaves one
//! good shape: tiles of four rows and eight columns, whose sums stay in registers until `end` made the result of them, so that bias, gate,
//! residual and activation cost no pass over memory.
//!
//! Native builds use Burn's product (gemm), which chooses by the processor's registers; docs/results.md has this one beside it.

use crate::ops::cpu::{eight, update};
use wide::f32x8;

/// Columns of a panel of the right matrix.
const PANEL: usize = 8;
/// Rows whose part of the left matrix stays in the first cache while panel after panel passes.
const BLOCK: usize = 32;
/// With fewer rows it does not pay to pack the right matrix.
const FEW: usize = 8;

/// A matrix as it lies in memory.
#[derive(Debug, Clone, Copy)]
pub(super) enum Matrix<'a> {
    /// Row after row.
    Rows(&'a [f32]),
    /// Column after column.
    #[cfg_attr(
        not(feature = "train"),
        expect(dead_code, reason = "only gradients are taken from transposed matrices")
    )]
    Columns(&'a [f32]),
}

/// `y[i, j] = end(i, j, Σ_k a[i, k] b[k, j])`, row-major; `end` gets eight columns from j on, of which those beyond the last do not count.
///
/// # Shapes
/// - a: `[rows, inner]`
/// - b: `[inner, columns]`
/// - y: `[rows, columns]`
#[inline]
pub(super) fn multiply(
    a: Matrix,
    b: Matrix,
    [rows, inner, columns]: [usize; 3],
    y: &mut [f32],
    end: impl Fn(usize, usize, f32x8) -> f32x8,
) {
    assert_eq!(y.len(), rows * columns, "a place for every element");
    if let (Matrix::Rows(a), Matrix::Rows(b)) = (a, b)
        && rows < FEW
    {
        return unpacked(a, b, [inner, columns], y, end);
    }
    let panels = packed(b, [inner, columns]);
    for first in (0..rows).step_by(BLOCK) {
        let block = first..(first + BLOCK).min(rows);
        for (p, j) in (0..columns).step_by(PANEL).enumerate() {
            let panel = &panels[p * inner..(p + 1) * inner];
            strip(a, panel, [rows, inner, columns], block.clone(), j, y, &end);
        }
    }
}

/// Row by row, b as it lies.
fn unpacked(
    a: &[f32],
    b: &[f32],
    [inner, columns]: [usize; 2],
    y: &mut [f32],
    end: impl Fn(usize, usize, f32x8) -> f32x8,
) {
    for (i, y) in y.chunks_exact_mut(columns).enumerate() {
        y.fill(0.0);
        for (a, b) in a[i * inner..][..inner].iter().zip(b.chunks_exact(columns)) {
            let a = f32x8::splat(*a);
            update(y, b, |y, b| y + a * b);
        }
        for (p, part) in y.chunks_mut(PANEL).enumerate() {
            let sums = end(i, p * PANEL, eight(part, 0)).to_array();
            part.copy_from_slice(&sums[..part.len()]);
        }
    }
}

/// The columns of b, panel after panel, filled up with zeros.
fn packed(b: Matrix, [inner, columns]: [usize; 2]) -> Vec<[f32; PANEL]> {
    let mut panels = vec![[0.0; PANEL]; columns.div_ceil(PANEL) * inner];
    for (panel, j) in panels.chunks_exact_mut(inner.max(1)).zip((0..columns).step_by(PANEL)) {
        let width = PANEL.min(columns - j);
        match b {
            Matrix::Rows(b) => {
                for (to, row) in panel.iter_mut().zip(b.chunks_exact(columns)) {
                    // Copies of a length that is not known are calls.
                    match row[j..].first_chunk() {
                        Some(whole) => *to = *whole,
                        None => to.iter_mut().zip(&row[j..]).for_each(|(to, v)| *to = *v),
                    }
                }
            }
            Matrix::Columns(b) => {
                for (c, column) in b.chunks_exact(inner).skip(j).take(width).enumerate() {
                    panel.iter_mut().zip(column).for_each(|(to, v)| to[c] = *v);
                }
            }
        }
    }
    panels
}

/// The rows of `block` times one panel.
#[inline(always)]
fn strip(
    a: Matrix,
    panel: &[[f32; PANEL]],
    [rows, inner, columns]: [usize; 3],
    block: std::ops::Range<usize>,
    j: usize,
    y: &mut [f32],
    end: &impl Fn(usize, usize, f32x8) -> f32x8,
) {
    let mut put = |i: usize, sum: f32x8| {
        let to = &mut y[i * columns + j..(i + 1) * columns];
        let eight = end(i, j, sum).to_array();
        match to.first_chunk_mut() {
            Some(to) => *to = eight,
            None => to.copy_from_slice(&eight[..to.len()]),
        }
    };
    let mut i = block.start;
    while i + 4 <= block.end {
        let sums = match a {
            Matrix::Rows(a) => {
                let (r0, r1) = (&a[i * inner..][..inner], &a[(i + 1) * inner..][..inner]);
                let (r2, r3) = (&a[(i + 2) * inner..][..inner], &a[(i + 3) * inner..][..inner]);
                four(inner, |k| [r0[k], r1[k], r2[k], r3[k]], panel)
            }
            Matrix::Columns(a) => {
                four(inner, |k| *a[k * rows + i..].first_chunk().expect("four are left"), panel)
            }
        };
        for (r, sum) in sums.into_iter().enumerate() {
            put(i + r, sum);
        }
        i += 4;
    }
    for i in i..block.end {
        let mut sum = f32x8::ZERO;
        for (k, b) in panel.iter().enumerate() {
            let a = match a {
                Matrix::Rows(a) => a[i * inner + k],
                Matrix::Columns(a) => a[k * rows + i],
            };
            sum += f32x8::splat(a) * f32x8::from(*b);
        }
        put(i, sum);
    }
}

/// Four rows of sums, `a(k)` their factors of line k of the panel. Written out: an array of sums would lie in memory, which costs ten times
/// as much.
#[inline(always)]
fn four(inner: usize, a: impl Fn(usize) -> [f32; 4], panel: &[[f32; PANEL]]) -> [f32x8; 4] {
    let panel = &panel[..inner];
    let (mut s0, mut s1, mut s2, mut s3) = (f32x8::ZERO, f32x8::ZERO, f32x8::ZERO, f32x8::ZERO);
    for k in 0..inner {
        let ([a0, a1, a2, a3], b) = (a(k), f32x8::from(panel[k]));
        s0 = fused(f32x8::splat(a0), b, s0);
        s1 = fused(f32x8::splat(a1), b, s1);
        s2 = fused(f32x8::splat(a2), b, s2);
        s3 = fused(f32x8::splat(a3), b, s3);
    }
    [s0, s1, s2, s3]
}

/// a b + c, rounded once where the processor can do so.
#[inline(always)]
fn fused(a: f32x8, b: f32x8, c: f32x8) -> f32x8 {
    #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
    {
        use core::arch::wasm32::{f32x4_relaxed_madd, v128};
        let [a, b, c] = [a, b, c].map(|v| bytemuck::cast::<[f32; 8], [[f32; 4]; 2]>(v.to_array()));
        let half = |k: usize| {
            let [a, b, c] =
                [a[k], b[k], c[k]].map(|v: [f32; 4]| unsafe { core::mem::transmute::<[f32; 4], v128>(v) });
            unsafe { core::mem::transmute::<v128, [f32; 4]>(f32x4_relaxed_madd(a, b, c)) }
        };
        let (low, high) = (half(0), half(1));
        f32x8::from(bytemuck::cast::<[[f32; 4]; 2], [f32; 8]>([low, high]))
    }
    #[cfg(not(all(target_arch = "wasm32", target_feature = "relaxed-simd")))]
    {
        a * b + c
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole numbers, so that every sum is exact in any order.
    fn draws(n: usize, seed: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 7919 + seed * 104_729) % 17) as f32 - 8.0).collect()
    }

    fn transposed(a: &[f32], columns: usize) -> Vec<f32> {
        (0..columns).flat_map(|j| a.iter().skip(j).step_by(columns).copied()).collect()
    }

    #[test]
    fn it_is_the_definition_for_every_layout_and_rest() {
        for rows in [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 70] {
            for (inner, columns) in [(1, 1), (3, 7), (5, 8), (9, 17), (16, 40)] {
                let (a, b) = (draws(rows * inner, rows), draws(inner * columns, columns));
                let want: Vec<f32> = (0..rows * columns)
                    .map(|at| {
                        let (i, j) = (at / columns, at % columns);
                        let sum: f32 = (0..inner).map(|k| a[i * inner + k] * b[k * columns + j]).sum();
                        2.0 * sum + (i * 100 + j) as f32
                    })
                    .collect();
                let (a_t, b_t) = (transposed(&a, inner), transposed(&b, columns));
                for left in [Matrix::Rows(&a), Matrix::Columns(&a_t)] {
                    for right in [Matrix::Rows(&b), Matrix::Columns(&b_t)] {
                        let mut y = vec![f32::NAN; rows * columns];
                        multiply(left, right, [rows, inner, columns], &mut y, |i, j, sum| {
                            let at = std::array::from_fn::<f32, 8, _>(|c| (i * 100 + j + c) as f32);
                            sum * 2.0 + f32x8::from(at)
                        });
                        assert_eq!(y, want, "{rows}×{inner}×{columns} {left:?}");
                    }
                }
            }
        }
    }
}
