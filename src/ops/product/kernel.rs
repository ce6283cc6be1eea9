//! The matrix product for WebAssembly. Its registers hold four numbers and it has no fused multiplication and addition, which leaves one
//! good shape: tiles of four rows and eight columns, whose sums stay in registers until `end` made the result of them, so that bias, gate,
//! residual and activation cost no pass over memory.
//!
//! Native builds use Burn's product (gemm), which chooses by the processor's registers; docs/results.md has this one beside it.

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
    let whole = columns / PANEL * PANEL;
    // Where b is read as it lies, only its last columns are packed: they do not fill a panel.
    let (from, direct) = match b {
        Matrix::Rows(b) if rows < FEW => (whole, Some(b)),
        _ => (0, None),
    };
    let panels = packed(b, [inner, columns], from);
    for first in (0..rows).step_by(BLOCK) {
        let block = first..(first + BLOCK).min(rows);
        if let Some(b) = direct {
            for j in (0..whole).step_by(PANEL) {
                let lines =
                    || b.chunks_exact(columns).map(move |row| row[j..].first_chunk().expect("a whole panel"));
                strip(a, lines, [rows, inner, columns], block.clone(), j, y, &end);
            }
        }
        for (p, j) in (from..columns).step_by(PANEL).enumerate() {
            let panel = &panels[p * inner..(p + 1) * inner];
            strip(a, || panel.iter(), [rows, inner, columns], block.clone(), j, y, &end);
        }
    }
}

/// The columns of b from `from` on, panel after panel, filled up with zeros.
fn packed(b: Matrix, [inner, columns]: [usize; 2], from: usize) -> Vec<[f32; PANEL]> {
    let mut panels = vec![[0.0; PANEL]; (columns - from).div_ceil(PANEL) * inner];
    if inner == 0 {
        return panels;
    }
    for (panel, j) in panels.chunks_exact_mut(inner).zip((from..columns).step_by(PANEL)) {
        let width = PANEL.min(columns - j);
        match b {
            Matrix::Rows(b) => {
                for (to, row) in panel.iter_mut().zip(b.chunks_exact(columns)) {
                    to[..width].copy_from_slice(&row[j..j + width]);
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

/// The rows of `block` times one panel, whose lines `lines` gives anew for each tile.
#[inline(always)]
fn strip<'a, B: Iterator<Item = &'a [f32; PANEL]>>(
    a: Matrix,
    lines: impl Fn() -> B,
    [rows, inner, columns]: [usize; 3],
    block: std::ops::Range<usize>,
    j: usize,
    y: &mut [f32],
    end: &impl Fn(usize, usize, f32x8) -> f32x8,
) {
    let mut put = |i: usize, sums: &[f32x8]| {
        for (i, sum) in (i..).zip(sums) {
            let to = &mut y[i * columns + j..(i + 1) * columns];
            let eight = end(i, j, *sum).to_array();
            match to.first_chunk_mut() {
                Some(to) => *to = eight,
                None => to.copy_from_slice(&eight[..to.len()]),
            }
        }
    };
    let mut i = block.start;
    while i < block.end {
        match block.end - i {
            1 => put(i, &tile::<1>(a, lines(), [rows, inner], i)),
            2 => put(i, &tile::<2>(a, lines(), [rows, inner], i)),
            3 => put(i, &tile::<3>(a, lines(), [rows, inner], i)),
            _ => put(i, &tile::<4>(a, lines(), [rows, inner], i)),
        }
        i += 4;
    }
}

/// `R` rows from `i` on.
#[inline(always)]
fn tile<'a, const R: usize>(
    a: Matrix,
    lines: impl Iterator<Item = &'a [f32; PANEL]>,
    [rows, inner]: [usize; 2],
    i: usize,
) -> [f32x8; R] {
    match a {
        Matrix::Rows(a) => {
            let rows: [&[f32]; R] = std::array::from_fn(|r| &a[(i + r) * inner..][..inner]);
            sums((0..inner).map(|k| rows.map(|row| row[k])), lines)
        }
        Matrix::Columns(a) => sums(
            a.chunks_exact(rows).map(|column| *column[i..].first_chunk().expect("R rows are left")),
            lines,
        ),
    }
}

#[inline(always)]
fn sums<'a, const R: usize>(
    a: impl Iterator<Item = [f32; R]>,
    b: impl Iterator<Item = &'a [f32; PANEL]>,
) -> [f32x8; R] {
    let mut sums = [f32x8::ZERO; R];
    for (a, b) in a.zip(b) {
        let b = f32x8::from(*b);
        for r in 0..R {
            sums[r] += f32x8::splat(a[r]) * b;
        }
    }
    sums
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
