//! Points of the plane, as the host holds them.

use burn::tensor::{Device, Tensor, TensorData};

/// A point \[x, y\]; x to the right, y up.
pub type Point = [f32; 2];

/// Whether every coordinate is a finite number.
pub fn finite(points: &[Point]) -> bool {
    points.iter().flatten().all(|v| v.is_finite())
}

/// The smallest upright box around finite points, lower left and upper right corner; `None` around none.
pub fn bounds(points: &[Point]) -> Option<(Point, Point)> {
    let first = *points.first()?;
    Some(points.iter().fold((first, first), |(low, high), p| {
        ([low[0].min(p[0]), low[1].min(p[1])], [high[0].max(p[0]), high[1].max(p[1])])
    }))
}

/// x0, y0, x1, y1, …
pub fn to_flat(points: &[Point]) -> Vec<f32> {
    points.as_flattened().to_vec()
}

/// Points from x0, y0, x1, y1, … Panics where a y is missing: callers pass what points were made from.
pub fn from_flat(flat: &[f32]) -> Vec<Point> {
    let (points, rest) = flat.as_chunks::<2>();
    assert!(rest.is_empty(), "{} numbers are not whole points", flat.len());
    points.to_vec()
}

/// The points as rows of a tensor `[n, 2]` on `device`.
pub fn to_tensor(points: &[Point], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(to_flat(points), [points.len(), 2]), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_and_back() {
        let points = [[1.0, 2.0], [-3.0, 4.5]];
        assert_eq!(to_flat(&points), [1.0, 2.0, -3.0, 4.5]);
        assert_eq!(from_flat(&to_flat(&points)), points);
        assert!(from_flat(&[]).is_empty());
        assert!(std::panic::catch_unwind(|| from_flat(&[1.0, 2.0, 3.0])).is_err());
    }

    #[test]
    fn bounds_and_finiteness() {
        assert_eq!(bounds(&[]), None);
        assert_eq!(bounds(&[[1.0, -2.0], [-3.0, 4.5], [0.0, 0.0]]), Some(([-3.0, -2.0], [1.0, 4.5])));
        assert!(finite(&[[1.0, 2.0]]));
        assert!(!finite(&[[1.0, 2.0], [0.0, f32::NAN]]) && !finite(&[[f32::INFINITY, 0.0]]));
    }
}
