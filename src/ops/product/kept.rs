//! Weights in the order in which the kernel reads them, kept from call to call: for few rows, packing them is a good part of a product.

use super::kernel::{Matrix, PANEL, Right, pack};
use crate::ops::cpu::slice;
use burn_flex::FlexTensor;
use std::cell::RefCell;
use std::rc::Rc;

/// With more rows it does not matter.
const ROWS: usize = 256;
/// Smaller matrices are packed in no time.
const VALUES: usize = 4096;
/// So many matrices are kept: those of two image networks.
const MOST: usize = 64;

/// The weights hold on to their memory, so nothing else can have that address, and whoever changes them changes a copy.
struct Kept {
    weights: FlexTensor,
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
    if rows >= ROWS || values.len() < VALUES {
        return multiply(Right::Matrix(Matrix::Rows(values)));
    }
    let panels = KEPT.with_borrow_mut(|kept| {
        let found = kept.iter().position(|k| std::ptr::eq(slice(&k.weights), values));
        let entry = match found {
            Some(at) => kept.remove(at),
            None => Kept { weights: weights.clone(), panels: Rc::new(pack(values, [inner, columns])) },
        };
        let panels = Rc::clone(&entry.panels);
        kept.push(entry);
        if kept.len() > MOST {
            kept.remove(0);
        }
        panels
    });
    multiply(Right::Packed(&panels, values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::cpu::tensor;
    use crate::ops::product::kernel::multiply;

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
        for k in 0..3 * MOST {
            // Made and dropped, so that an allocator could give one address again and again.
            assert!(product(&filled(k as f32)).iter().all(|y| *y == 64.0 * k as f32));
        }
        assert_eq!(kept(), MOST);
    }

    #[test]
    fn many_rows_and_small_matrices_are_not_kept() {
        let before = kept();
        let small = tensor(vec![1.0; 64], [8, 8]);
        with_right(&small, [9, 8, 8], |right| assert!(matches!(right, Right::Matrix(_))));
        with_right(&filled(1.0), [ROWS, 64, 70], |right| assert!(matches!(right, Right::Matrix(_))));
        assert_eq!(kept(), before);
    }
}
