//! Weights in the order in which the kernel reads them, kept from call to call: for few rows, packing them is a good part of a product.

use super::fused::PANEL;
use super::kernel::{Matrix, Right, one_by_one, pack};
use crate::ops::cpu::slice;
use burn_flex::FlexTensor;
use std::cell::RefCell;
use std::rc::Rc;

/// With more rows it does not matter.
const ROWS: usize = 256;
/// Smaller matrices are packed in no time.
const VALUES: usize = 4096;
/// So many values are kept, and as many of the weights with them: two networks of the digits. In training weights are other ones at each step, and what is kept is of no use.
const MOST: usize = 3 << 19;

/// The weights hold on to their memory, so nothing else can have that address, and whoever changes them changes a copy.
struct Kept {
    weights: FlexTensor,
    sizes: [usize; 2],
    panels: Rc<Vec<[f32; PANEL]>>,
}

thread_local! {
    /// The one used last is the last.
    static KEPT: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

/// The right matrix of a product of `rows` rows: packed, where that pays.
pub(super) fn with_right<T>(
    weights: &FlexTensor,
    [rows, inner, columns]: [usize; 3],
    multiply: impl FnOnce(Right) -> T,
) -> T {
    let values = slice(weights);
    if one_by_one(rows) || rows >= ROWS || values.len() < VALUES {
        return multiply(Right::Matrix(Matrix::Rows(values)));
    }
    let panels = KEPT.with_borrow_mut(|kept| {
        let same = |k: &Kept| std::ptr::eq(slice(&k.weights), values) && k.sizes == [inner, columns];
        let found = kept.iter().position(same);
        let entry = match found {
            Some(at) => kept.remove(at),
            None => Kept {
                weights: weights.clone(),
                sizes: [inner, columns],
                panels: Rc::new(pack(values, [inner, columns])),
            },
        };
        let panels = Rc::clone(&entry.panels);
        kept.push(entry);
        let mut values: usize = kept.iter().map(|k| k.panels.len() * PANEL).sum();
        while values > MOST && kept.len() > 1 {
            values -= kept.remove(0).panels.len() * PANEL;
        }
        panels
    });
    multiply(Right::Packed(&panels, values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::cpu::tensor;
    use crate::ops::product::kernel::{FEW, multiply};

    const SIZES: [usize; 3] = [9, 64, 70];

    fn product(weights: &FlexTensor) -> Vec<f32> {
        let [rows, inner, columns] = SIZES;
        let (a, mut y) = (vec![1.0; rows * inner], vec![0.0; rows * columns]);
        with_right(weights, SIZES, |b| multiply(Matrix::Rows(&a), b, SIZES, &mut y));
        y
    }

    fn filled(value: f32) -> FlexTensor {
        tensor(vec![value; SIZES[1] * SIZES[2]], [SIZES[1], SIZES[2]])
    }

    fn kept() -> usize {
        KEPT.with_borrow(Vec::len)
    }

    #[test]
    fn what_is_kept_is_used_again_and_never_for_other_weights() {
        let mut weights = filled(2.0);
        assert!(product(&weights).iter().all(|y| *y == 128.0));
        assert!(product(&weights).iter().all(|y| *y == 128.0));
        assert_eq!(kept(), 1);
        // Changed in place by whoever has them: the address is another one then.
        weights.storage_mut::<f32>().fill(3.0);
        assert!(product(&weights).iter().all(|y| *y == 192.0));
        let each = SIZES[1] * SIZES[2].next_multiple_of(PANEL);
        for k in 0..MOST / each + 50 {
            // Made and dropped, so that an allocator could give one address again and again.
            assert!(product(&filled(k as f32)).iter().all(|y| *y == 64.0 * k as f32));
        }
        assert_eq!(kept(), MOST / each);
    }

    /// The same memory read as another matrix.
    #[test]
    fn other_sizes_of_the_same_weights_are_packed_anew() {
        let weights = tensor((0..4480).map(|v| (v % 7) as f32).collect(), [64, 70]);
        let product = |sizes: [usize; 3]| {
            let (a, mut y) = (vec![1.0; sizes[0] * sizes[1]], vec![0.0; sizes[0] * sizes[2]]);
            with_right(&weights, sizes, |b| multiply(Matrix::Rows(&a), b, sizes, &mut y));
            y
        };
        for [inner, columns] in [[64, 70], [70, 64]] {
            let y = product([9, inner, columns]);
            let column = |j: usize| (0..inner).map(|k| ((k * columns + j) % 7) as f32).sum::<f32>();
            assert!((0..columns).all(|j| y[j] == column(j)), "{inner}×{columns}");
        }
    }

    #[test]
    fn many_rows_few_rows_and_small_matrices_are_not_kept() {
        let before = kept();
        let small = tensor(vec![1.0; 64], [8, 8]);
        with_right(&small, [9, 8, 8], |right| assert!(matches!(right, Right::Matrix(_))));
        for rows in [1, FEW - 1, ROWS] {
            with_right(&filled(1.0), [rows, 64, 70], |right| assert!(matches!(right, Right::Matrix(_))));
        }
        assert_eq!(kept(), before);
    }
}
