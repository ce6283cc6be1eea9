//! A matrix product for WebAssembly, whose processors' registers hold four numbers and which has no fused multiplication and addition.
//!
//! Tiles of four rows and eight columns keep their sums in registers. Burn's product (gemm) has tiles of twelve and four there, which
//! 16 registers do not hold: it is a quarter slower, and in some processes two to three times slower, by where their stack lies
//! (docs/results.md). Native builds use Burn's, which chooses by the processor.

use super::fused::{self, PANEL};
use crate::ops::cpu::update;
use std::ops::Range;
use wide::f32x8;

/// Rows of a tile.
const TILE: usize = fused::ROWS;
/// Rows whose part of the left matrix stays in the first cache while panel after panel passes.
const BLOCK: usize = 32;
/// Terms of a sum after which it waits in memory, so that a panel stays in the first cache.
const TERMS: usize = 512;
/// With fewer rows it does not pay to pack the right matrix.
pub(super) const FEW: usize = 8;

/// Whether so few rows are multiplied one by one. Never where tiles are fused: a row is to come out the same whatever stands beside it, because
/// the images of a run are divided among workers in any way.
pub(super) fn one_by_one(rows: usize) -> bool {
    rows < FEW && !fused::installed()
}

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

/// The right matrix of a product.
#[derive(Debug, Clone, Copy)]
pub(super) enum Right<'a> {
    /// As it lies in memory.
    Matrix(Matrix<'a>),
    /// What [`pack`] makes of rows, and those.
    Packed(&'a [[f32; PANEL]], &'a [f32]),
}

impl<'a> From<Matrix<'a>> for Right<'a> {
    fn from(matrix: Matrix<'a>) -> Self {
        Self::Matrix(matrix)
    }
}

/// All panels of b, row after row, for [`Right::Packed`].
///
/// # Shapes
/// - b: `[inner, columns]`
pub(super) fn pack(b: &[f32], [inner, columns]: [usize; 2]) -> Vec<[f32; PANEL]> {
    let across = columns.div_ceil(PANEL);
    let mut panels = vec![[0.0; PANEL]; across * inner];
    for from in (0..inner).step_by(TERMS) {
        let terms = from..(from + TERMS).min(inner);
        let part = &mut panels[across * terms.start..across * terms.end];
        pack_right(Matrix::Rows(b), [inner, columns], terms, part);
    }
    panels
}

/// a b, row after row.
///
/// # Shapes
/// - a: `[rows, inner]`
/// - b: `[inner, columns]`
/// - y: `[rows, columns]`, all 0
pub(super) fn multiply<'a>(
    a: Matrix,
    b: impl Into<Right<'a>>,
    [rows, inner, columns]: [usize; 3],
    y: &mut [f32],
) {
    let b = b.into();
    if let (Matrix::Rows(a), Right::Matrix(Matrix::Rows(b)) | Right::Packed(_, b)) = (a, b)
        && one_by_one(rows)
    {
        for (y, a) in y.chunks_exact_mut(columns).zip(a.chunks_exact(inner)) {
            for (a, b) in a.iter().zip(b.chunks_exact(columns)) {
                let a = f32x8::splat(*a);
                update(y, b, |y, b| y + a * b);
            }
        }
        return;
    }
    let across = columns.div_ceil(PANEL);
    let mut own = match b {
        Right::Matrix(_) => vec![[0.0; PANEL]; across * inner.min(TERMS)],
        Right::Packed(..) => Vec::new(),
    };
    let mut block = vec![0.0; BLOCK * inner.min(TERMS)];
    for from in (0..inner).step_by(TERMS) {
        let terms = from..(from + TERMS).min(inner);
        let panels = match b {
            Right::Packed(panels, _) => &panels[across * terms.start..across * terms.end],
            Right::Matrix(b) => {
                let own = &mut own[..across * terms.len()];
                pack_right(b, [inner, columns], terms.clone(), own);
                own
            }
        };
        for first in (0..rows).step_by(BLOCK) {
            let block = &mut block[..tiled_rows(rows - first) * terms.len()];
            pack_left(a, [rows, inner], first, terms.clone(), block);
            for (panel, j) in panels.chunks_exact(terms.len()).zip((0..columns).step_by(PANEL)) {
                strip(block, panel, &mut y[first * columns..], [columns, j]);
            }
        }
    }
}

/// Rows of b, panel after panel, the last filled up with zeros.
fn pack_right(b: Matrix, [inner, columns]: [usize; 2], terms: Range<usize>, panels: &mut [[f32; PANEL]]) {
    let n = terms.len();
    match b {
        Matrix::Rows(b) => {
            for (panel, j) in panels.chunks_exact_mut(n).zip((0..columns).step_by(PANEL)) {
                let parts = b[terms.start * columns + j..].chunks(columns);
                if j + PANEL <= columns {
                    // Copies of a length that is not known are calls.
                    panel
                        .iter_mut()
                        .zip(parts)
                        .for_each(|(to, part)| *to = *part.first_chunk().expect("eight are left"));
                } else {
                    panel
                        .iter_mut()
                        .zip(parts)
                        .for_each(|(to, part)| to[..columns - j].copy_from_slice(&part[..columns - j]));
                }
            }
        }
        Matrix::Columns(b) => {
            for (j, column) in b.chunks_exact(inner).enumerate() {
                let panel = &mut panels[j / PANEL * n..][..n];
                panel.iter_mut().zip(&column[terms.clone()]).for_each(|(to, v)| to[j % PANEL] = *v);
            }
        }
    }
}

/// How many rows the tiles of the next block have where `left` are left: those, up to a whole block. A tile that is fused always has four, the
/// last filled up with zeros.
fn tiled_rows(left: usize) -> usize {
    let rows = left.min(BLOCK);
    if fused::installed() { rows.next_multiple_of(TILE) } else { rows }
}

/// How many of the `left` rows of a block the next tile has. One row by itself would take as long as three.
fn tile_rows(left: usize) -> usize {
    if left == TILE + 1 { left } else { left.min(TILE) }
}

/// Rows of a from `first` on, tile after tile, the rows of a tile interleaved.
fn pack_left(a: Matrix, [rows, inner]: [usize; 2], first: usize, terms: Range<usize>, block: &mut [f32]) {
    let (mut i, mut rest) = (first, block);
    while !rest.is_empty() {
        let n = tile_rows(rest.len() / terms.len());
        let (tile, others) = rest.split_at_mut(n * terms.len());
        let there = n.min(rows - i);
        if there < n {
            tile.fill(0.0);
        }
        match (a, there) {
            // In one pass, and without copies of a length that is not known, where it is most of the time.
            (Matrix::Rows(a), TILE) => {
                let row = |r: usize| &a[(i + r) * inner..][terms.clone()];
                let (first, second) = (row(0).iter().zip(row(1)), row(2).iter().zip(row(3)));
                for (to, ((a, b), (c, d))) in tile.as_chunks_mut().0.iter_mut().zip(first.zip(second)) {
                    *to = [*a, *b, *c, *d];
                }
            }
            (Matrix::Columns(a), TILE) => {
                let columns = a[terms.start * rows..].chunks_exact(rows);
                for (to, column) in tile.as_chunks_mut::<TILE>().0.iter_mut().zip(columns) {
                    *to = *column[i..].first_chunk().expect("four are left");
                }
            }
            (Matrix::Rows(a), _) => {
                for r in 0..there {
                    let row = &a[(i + r) * inner..][terms.clone()];
                    tile[r..].iter_mut().step_by(n).zip(row).for_each(|(to, v)| *to = *v);
                }
            }
            (Matrix::Columns(a), _) => {
                let columns = a[terms.start * rows..].chunks_exact(rows);
                tile.chunks_exact_mut(n)
                    .zip(columns)
                    .for_each(|(to, column)| to[..there].copy_from_slice(&column[i..i + there]));
            }
        }
        (i, rest) = (i + n, others);
    }
}

/// Adds a block of rows times a panel to columns of y from j on.
fn strip(block: &[f32], panel: &[[f32; PANEL]], y: &mut [f32], [columns, j]: [usize; 2]) {
    let (mut y, mut rest) = (y, block);
    while !rest.is_empty() {
        let n = tile_rows(rest.len() / panel.len());
        let (tile, others) = rest.split_at(n * panel.len());
        match n {
            1 => multiply_tile::<1>(tile, panel, y, [columns, j]),
            2 => multiply_tile::<2>(tile, panel, y, [columns, j]),
            3 => multiply_tile::<3>(tile, panel, y, [columns, j]),
            TILE if fused::installed() => fused::tile(tile, panel, y, [columns, j]),
            TILE => multiply_tile::<TILE>(tile, panel, y, [columns, j]),
            _ => multiply_tile::<{ TILE + 1 }>(tile, panel, y, [columns, j]),
        }
        rest = others;
        y = if rest.is_empty() { &mut [] } else { &mut y[n * columns..] };
    }
}

/// Adds `R` rows times a panel. Not inlined: in a larger function its sums do not stay in registers.
#[inline(never)]
fn multiply_tile<const R: usize>(
    tile: &[f32],
    panel: &[[f32; PANEL]],
    y: &mut [f32],
    [columns, j]: [usize; 2],
) {
    let mut sums = [f32x8::ZERO; R];
    for (a, b) in tile.as_chunks::<R>().0.iter().zip(panel) {
        let b = f32x8::from(*b);
        for r in 0..R {
            sums[r] += f32x8::splat(a[r]) * b;
        }
    }
    for (y, sum) in y.chunks_mut(columns).zip(sums) {
        match y[j..].first_chunk_mut::<PANEL>() {
            Some(y) => *y = (f32x8::from(*y) + sum).to_array(),
            None => y[j..].iter_mut().zip(sum.to_array()).for_each(|(y, sum)| *y += sum),
        }
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
        for rows in [1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 33, 37, 70] {
            for (inner, columns) in
                [(1, 1), (3, 7), (5, 8), (9, 17), (16, 40), (TERMS, 9), (2 * TERMS + 3, 4)]
            {
                let (a, b) = (draws(rows * inner, rows), draws(inner * columns, columns));
                let want: Vec<f32> = (0..rows * columns)
                    .map(|at| {
                        let (i, j) = (at / columns, at % columns);
                        (0..inner).map(|k| a[i * inner + k] * b[k * columns + j]).sum()
                    })
                    .collect();
                let (a_t, b_t) = (transposed(&a, inner), transposed(&b, columns));
                for left in [Matrix::Rows(&a), Matrix::Columns(&a_t)] {
                    for right in [Matrix::Rows(&b), Matrix::Columns(&b_t)] {
                        let mut y = vec![0.0; rows * columns];
                        multiply(left, right, [rows, inner, columns], &mut y);
                        assert_eq!(y, want, "{rows}×{inner}×{columns}");
                    }
                    let (mut y, packed) = (vec![0.0; rows * columns], pack(&b, [inner, columns]));
                    multiply(left, Right::Packed(&packed, &b), [rows, inner, columns], &mut y);
                    assert_eq!(y, want, "packed, {rows}×{inner}×{columns}");
                }
            }
        }
    }
}
