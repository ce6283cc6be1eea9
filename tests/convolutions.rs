//! What the convolutional network is made of against its definition in double precision, and composed for gradients.
#![cfg(feature = "cli")]

#[path = "common/draws.rs"]
mod draws;

use burn::tensor::{Device, Tensor};
use draws::{Draws, apply, close, layer, values};
use flow_lab::ops::attention::channel_attention;
use flow_lab::ops::depthwise::depthwise;
use flow_lab::ops::product::{Activation, Gates, Norm, Patches, Product};

fn silu(z: f64) -> f64 {
    z / (1.0 + (-z).exp())
}

#[test]
fn a_depthwise_convolution_is_its_definition() {
    let device = &Device::flex();
    // Channels below, at and above eight; an image of one pixel.
    for (seed, (n, side, c)) in [(1, 1, 1), (2, 3, 8), (3, 4, 13), (1, 7, 24)].into_iter().enumerate() {
        let mut draw = Draws::new(seed as u64);
        let x: Tensor<3> = draw.tensor([n, side * side, c], device);
        let (w, b): (Tensor<3>, Tensor<1>) = (draw.tensor([3, 3, c], device), draw.tensor([c], device));
        let (y, sums) = depthwise(x.clone(), w.clone(), b.clone(), side);
        let (x, w, b) = (values(&x), values(&w), values(&b));
        let mut want = vec![0.0; n * side * side * c];
        for (i, want) in want.iter_mut().enumerate() {
            let (s, row, column, k) = (i / (side * side * c), i / (side * c) % side, i / c % side, i % c);
            let mut z = b[k];
            for (p, q) in (0..9).map(|at| (at / 3, at % 3)) {
                let (r, t) = (row as isize + p - 1, column as isize + q - 1);
                let inside = |v: isize| (0..side as isize).contains(&v);
                if inside(r) && inside(t) {
                    let at = (s * side + r as usize) * side + t as usize;
                    z += w[(3 * p + q) as usize * c + k] * x[at * c + k];
                }
            }
            *want = silu(z);
        }
        close("depthwise", &values(&y), &want, 1e-5);
        let mut total = vec![0.0; n * c];
        for (i, v) in want.iter().enumerate() {
            total[i / (side * side * c) * c + i % c] += v;
        }
        close("its sums", &values(&sums.sum_dim(1)), &total, 1e-5);
    }
}

#[test]
fn channel_attention_is_its_definition() {
    let device = &Device::flex();
    for (seed, (n, parts, c)) in [(1, 1, 1), (2, 3, 8), (3, 2, 13)].into_iter().enumerate() {
        let mut draw = Draws::new(20 + seed as u64);
        let sums: Tensor<3> = draw.tensor([n, parts, c], device);
        let (w, b): (Tensor<2>, Tensor<1>) = (draw.tensor([c, c], device), draw.tensor([c], device));
        let modulation: Tensor<2> = draw.tensor([n, 2 * c + 1], device);
        let by = layer(w.clone(), Some(b.clone()));
        let got = channel_attention(sums.clone(), 6, &by, modulation.clone(), c);
        let (sums, w, b, modulation) = (values(&sums), values(&w), values(&b), values(&modulation));
        let mut want = Vec::new();
        for s in 0..n {
            let mean = |k: usize| (0..parts).map(|p| sums[(s * parts + p) * c + k]).sum::<f64>() / 6.0;
            want.extend((0..c).map(|j| {
                let z: f64 = (0..c).map(|k| mean(k) * w[k * c + j]).sum();
                1.0 / (1.0 + (-z - b[j]).exp())
            }));
            want.extend_from_slice(&modulation[s * (2 * c + 1) + c..][..c]);
        }
        close("attention", &values(&got), &want, 1e-5);
    }
}

#[test]
fn a_gated_product_behind_a_norm_by_the_root_mean_square_is_its_definition() {
    let device = &Device::flex();
    for (seed, (n, t, d, h)) in [(1, 1, 1, 1), (2, 3, 5, 9), (3, 7, 32, 33)].into_iter().enumerate() {
        let mut draw = Draws::new(40 + seed as u64);
        let x: Tensor<3> = draw.tensor([n, t, d], device);
        let (w, b): (Tensor<2>, Tensor<1>) = (draw.tensor([d, h], device), draw.tensor([h], device));
        let modulation: Tensor<2> = draw.tensor([n, 2 * d + 1], device);
        let by: Tensor<2> = draw.tensor([n, d + h], device);
        let residual: Tensor<3> = draw.tensor([n, t, h], device);
        let linear = layer(w.clone(), Some(b.clone()));
        let normed =
            Product::linear(&linear).norm(Norm::rms(modulation.clone(), 1)).activation(Activation::Silu);
        let normed = values(&normed.run(x.clone()));
        let gates = |scale| Gates { by: by.clone(), scale, gate: d };
        let gated = |scale| {
            values(&Product::linear(&linear).gates(gates(scale)).residual(residual.clone()).run(x.clone()))
        };
        let (plain, scaled) = (gated(None), gated(Some(0)));
        let (x, w, b) = (values(&x), values(&w), values(&b));
        let (modulation, by, residual) = (values(&modulation), values(&by), values(&residual));
        let sum = |factor: &dyn Fn(usize, usize) -> f64, i: usize| {
            let (row, j) = (i / h, i % h);
            (0..d).map(|k| factor(row, k) * x[row * d + k] * w[k * h + j]).sum::<f64>() + b[j]
        };
        let want: Vec<f64> = (0..n * t * h)
            .map(|i| {
                let (row, j) = (i / h, i % h);
                let square: f64 = (0..d).map(|k| x[row * d + k].powi(2)).sum::<f64>() / d as f64;
                let m = &modulation[row / t * (2 * d + 1)..];
                let y = (0..d).map(|k| {
                    let normal = x[row * d + k] / (square + 1e-6).sqrt();
                    (normal * (1.0 + m[1 + k]) + m[1 + d + k]) * w[k * h + j]
                });
                apply(Activation::Silu, y.sum::<f64>() + b[j])
            })
            .collect();
        close("root mean square", &normed, &want, 2e-5);
        let gate = |i: usize| 1.0 + by[i / h / t * (d + h) + d + i % h];
        let all = 0..n * t * h;
        let want: Vec<f64> = all.clone().map(|i| sum(&|_, _| 1.0, i) * gate(i) + residual[i]).collect();
        close("gate", &plain, &want, 2e-5);
        let factor = |row: usize, k: usize| by[row / t * (d + h) + k];
        let want: Vec<f64> = all.map(|i| sum(&factor, i) * gate(i) + residual[i]).collect();
        close("factors and gate", &scaled, &want, 2e-5);
    }
}

#[test]
fn channels_that_stand_beside_are_terms_too() {
    let device = &Device::flex();
    let mut draw = Draws::new(60);
    let (x, other): (Tensor<3>, Tensor<3>) = (draw.tensor([2, 3, 5], device), draw.tensor([2, 3, 4], device));
    let w: Tensor<2> = draw.tensor([9, 7], device);
    let got = Product::linear(&layer(w.clone(), None)).beside(other.clone()).run(x.clone());
    let joined = Tensor::cat(vec![x, other], 2);
    close("beside", &values(&got), &values(&joined.matmul(w.unsqueeze::<3>())), 1e-5);
}

/// Patches of 2 of a 4×4 image of three colors: the identity in, the identity out.
#[test]
fn patches_of_colors_are_read_and_written_where_they_stand() {
    let device = &Device::flex();
    let p = Patches { side: 4, patch: 2, colors: 3 };
    let images = Tensor::<1, burn::tensor::Int>::arange(0..96, device).float().reshape([2, 1, 48]);
    let eye = layer(Tensor::<2>::eye(12, device), None);
    let tokens = Product::linear(&eye).read(p).run(images.clone());
    assert_eq!(tokens.dims(), [2, 4, 12]);
    // The lower left patch: pixels (2, 0), (2, 1), (3, 0), (3, 1).
    let pixel = |row: usize, column: usize| (0..3).map(move |color| ((row * 4 + column) * 3 + color) as f64);
    let want: Vec<f64> = pixel(2, 0).chain(pixel(2, 1)).chain(pixel(3, 0)).chain(pixel(3, 1)).collect();
    assert_eq!(values(&tokens)[24..36], want[..]);
    assert_eq!(values(&tokens)[48 + 24], 48.0 + want[0], "the same place of the second image");
    let back = Product::linear(&eye).write(p).run(tokens);
    assert_eq!(values(&back), values(&images));
}

/// On a device with gradients the same is composed of other operations.
#[test]
fn composed_for_gradients_it_is_the_same() {
    let (plain, autodiff) = (Device::flex(), Device::flex().autodiff());
    let [got, want] = [autodiff, plain].map(|device| {
        let mut draw = Draws::new(70);
        let (n, side, c) = (2, 4, 6);
        let x: Tensor<3> = draw.tensor([n, 1, side * side * 3], &device);
        let modulation: Tensor<2> = draw.tensor([n, 3 * c], &device);
        let p = Patches { side, patch: 2, colors: 3 };
        let embed = layer(draw.tensor([12, c], &device), Some(draw.tensor([c], &device)));
        let h = Product::linear(&embed).read(p).run(x);
        let linear = layer(draw.tensor([c, c], &device), Some(draw.tensor([c], &device)));
        let y = Product::linear(&linear).norm(Norm::rms(modulation.clone(), 0)).run(h.clone());
        let (y, sums) = depthwise(y, draw.tensor([3, 3, c], &device), draw.tensor([c], &device), side / 2);
        let by = channel_attention(sums, side, &linear, modulation, 2 * c);
        let y =
            Product::linear(&linear).gates(Gates { by, scale: Some(0), gate: c }).residual(h.clone()).run(y);
        let merge = layer(draw.tensor([2 * c, 12], &device), Some(draw.tensor([12], &device)));
        let y = Product::linear(&merge).beside(h).activation(Activation::Silu).write(p).run(y);
        values(&y)
    });
    close("composed", &got, &want, 1e-4);
}
