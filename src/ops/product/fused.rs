//! Four rows times a panel in another module (`tile.wat`), which needs more of a browser than this one does: relaxed SIMD, whose fused
//! multiplication and addition takes one instruction where two are taken here. Nothing is fused until [`install`] is called.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};

/// Rows of a tile.
pub(super) const ROWS: usize = 4;
/// Columns of a panel of the right matrix.
pub(super) const PANEL: usize = 8;

/// See `tile.wat`.
type Tile = extern "C" fn(*const f32, *const f32, usize, *mut f32, usize);

/// Holds the place in the table of functions where the other module's is put.
extern "C" fn place(_: *const f32, _: *const f32, _: usize, _: *mut f32, _: usize) {
    panic!("there is no tile");
}

static INSTALLED: AtomicBool = AtomicBool::new(false);

/// Where in this module's table of functions the other module's function is to be put.
pub fn slot() -> usize {
    place as Tile as usize
}

/// The other module's function is there.
pub fn install() {
    INSTALLED.store(true, Ordering::Relaxed);
}

/// Whether it is.
pub(super) fn installed() -> bool {
    INSTALLED.load(Ordering::Relaxed)
}

/// `y += a b` for the columns of `y` from `j` on that a panel has; only once the function is [`installed`].
///
/// # Shapes
/// - tile: `[terms, 4]`
/// - panel: `[terms, 8]`
/// - y: `[rows, columns]`; the tile's rows beyond those are left out
pub(super) fn tile(tile: &[f32], panel: &[[f32; PANEL]], y: &mut [f32], [columns, j]: [usize; 2]) {
    assert_eq!(tile.len(), ROWS * panel.len(), "shapes of a tile");
    if j + PANEL <= columns && y.len() >= ROWS * columns {
        return add(tile, panel, &mut y[j..], columns);
    }
    let mut sums = [0.0; ROWS * PANEL];
    add(tile, panel, &mut sums, PANEL);
    for (y, sums) in y.chunks_exact_mut(columns).zip(sums.chunks_exact(PANEL)) {
        y[j..].iter_mut().zip(sums).for_each(|(y, sum)| *y += sum);
    }
}

/// Adds to four rows of eight numbers each, `stride` numbers apart.
fn add(tile: &[f32], panel: &[[f32; PANEL]], y: &mut [f32], stride: usize) {
    assert!(y.len() >= (ROWS - 1) * stride + PANEL, "room for a tile");
    // What stands in the table changes behind the compiler's back.
    let call = black_box(place as Tile);
    call(
        tile.as_ptr(),
        panel.as_flattened().as_ptr(),
        panel.len(),
        y.as_mut_ptr(),
        stride * size_of::<f32>(),
    );
}
