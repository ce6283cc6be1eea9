//! The product with what stands around it against its definition in double precision, element by element.
#![cfg(feature = "cli")]

#[path = "common/draws.rs"]
mod draws;

use burn::module::Param;
use burn::nn::{LayerNorm, LayerNormConfig};
use burn::tensor::{Device, Tensor, TensorData};
use draws::{Draws, apply, close, layer, values};
use flow_lab::ops::product::{Activation, Norm, Patches, Product};

fn layer_norm(gamma: Tensor<1>, beta: Tensor<1>) -> LayerNorm {
    let mut norm = LayerNormConfig::new(gamma.dims()[0]).init(&gamma.device());
    norm.gamma = Param::from_tensor(gamma);
    norm.beta = Some(Param::from_tensor(beta));
    norm
}

/// (γ norm(x) + β) (1 + scale) + shift, from the definition; rows of `d`, `tokens` of them a sample, whose scale and shift
/// are columns `at` onwards of a row of `m`, which has `width`.
fn modulated(
    x: &[f64],
    [tokens, d]: [usize; 2],
    [gamma, beta]: [&[f64]; 2],
    m: &[f64],
    [at, width]: [usize; 2],
) -> Vec<f64> {
    let mut out = Vec::new();
    for (r, row) in x.chunks(d).enumerate() {
        let mean = row.iter().sum::<f64>() / d as f64;
        let variance = row.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / d as f64;
        for (k, v) in row.iter().enumerate() {
            let m = &m[r / tokens * width..];
            let normal = (v - mean) / (variance + 1e-5).sqrt() * gamma[k] + beta[k];
            out.push(normal * (1.0 + m[at + k]) + m[at + d + k]);
        }
    }
    out
}

const ACTIVATIONS: [Activation; 3] = [Activation::None, Activation::Relu, Activation::Silu];

#[test]
fn a_product_of_channels_is_its_definition() {
    let device = &Device::flex();
    // Sizes below, at and above eight and thirty-two.
    for (seed, (n, t, d, h)) in
        [(1, 1, 1, 1), (2, 3, 5, 9), (3, 7, 32, 33), (2, 49, 16, 8)].into_iter().enumerate()
    {
        let mut draw = Draws::new(seed as u64);
        let (x, w, b) =
            (draw.tensor([n, t, d], device), draw.tensor([d, h], device), draw.tensor([h], device));
        let (gamma, beta) = (draw.tensor([d], device), draw.tensor([d], device));
        let modulation = draw.tensor([n, 2 * d + 3], device);
        for activation in ACTIVATIONS {
            for with_norm in [false, true] {
                for residual in [None, Some(n), Some(1)] {
                    let residual = residual.map(|n| draw.tensor([n, t, h], device));
                    let (linear, norm) =
                        (layer(w.clone(), Some(b.clone())), layer_norm(gamma.clone(), beta.clone()));
                    let mut product = Product::linear(&linear).activation(activation);
                    if with_norm {
                        product = product.norm(Norm::layer(&norm, modulation.clone(), 3));
                    }
                    if let Some(residual) = &residual {
                        product = product.residual(residual.clone());
                    }
                    let got = values(&product.run(x.clone()));
                    let x = match with_norm && d > 1 {
                        true => modulated(
                            &values(&x),
                            [t, d],
                            [&values(&gamma), &values(&beta)],
                            &values(&modulation),
                            [3, 2 * d + 3],
                        ),
                        false if with_norm => continue,
                        false => values(&x),
                    };
                    let (w, b) = (values(&w), values(&b));
                    let residual = residual.map(|r| values(&r));
                    let want: Vec<f64> = (0..n * t * h)
                        .map(|i| {
                            let (row, j) = (i / h, i % h);
                            let sum: f64 = (0..d).map(|k| x[row * d + k] * w[k * h + j]).sum();
                            let r = residual.as_ref().map_or(0.0, |r| r[i % r.len()]);
                            apply(activation, sum + b[j] + r)
                        })
                        .collect();
                    close(&format!("{n}×{t}×{d}→{h} {activation:?} norm {with_norm}"), &got, &want, 2e-5);
                }
            }
        }
    }
}

#[test]
fn a_product_of_tokens_is_its_definition() {
    let device = &Device::flex();
    for (seed, (n, t, d, h)) in [(1, 2, 3, 1), (2, 5, 9, 7), (3, 49, 12, 34)].into_iter().enumerate() {
        let mut draw = Draws::new(10 + seed as u64);
        let (x, w, b) =
            (draw.tensor([n, t, d], device), draw.tensor([h, t], device), draw.tensor([h], device));
        let (gamma, beta) = (draw.tensor([d], device), draw.tensor([d], device));
        let modulation = draw.tensor([n, 2 * d], device);
        let residual: Tensor<3> = draw.tensor([n, h, d], device);
        let norm = layer_norm(gamma.clone(), beta.clone());
        let got = Product::tokens(w.clone(), Some(b.clone()))
            .norm(Norm::layer(&norm, modulation.clone(), 0))
            .residual(residual.clone())
            .activation(Activation::Silu)
            .run(x.clone());
        let x = modulated(
            &values(&x),
            [t, d],
            [&values(&gamma), &values(&beta)],
            &values(&modulation),
            [0, 2 * d],
        );
        let (w, b, residual) = (values(&w), values(&b), values(&residual));
        let want: Vec<f64> = (0..n * h * d)
            .map(|at| {
                let (s, i, j) = (at / (h * d), at / d % h, at % d);
                let sum: f64 = (0..t).map(|k| w[i * t + k] * x[(s * t + k) * d + j]).sum();
                apply(Activation::Silu, sum + b[i] + residual[at])
            })
            .collect();
        close("tokens", &values(&got), &want, 2e-5);
    }
}

/// Patches of 2 of a 6×6 image: the identity in, the identity out.
#[test]
fn patches_are_read_and_written_where_they_stand() {
    let device = &Device::flex();
    let p = Patches { side: 6, patch: 2, colors: 1 };
    let images =
        Tensor::<3>::from_data(TensorData::new((0..72).map(|v| v as f32).collect(), [2, 1, 36]), device);
    let eye = layer(Tensor::<2>::eye(4, device), None);
    let tokens = Product::linear(&eye).read(p).run(images.clone());
    assert_eq!(tokens.dims(), [2, 9, 4]);
    // The patch in the second row, third column: pixels (2, 4), (2, 5), (3, 4), (3, 5).
    assert_eq!(values(&tokens)[5 * 4..6 * 4], [16.0, 17.0, 22.0, 23.0]);
    assert_eq!(values(&tokens)[(9 + 5) * 4], 52.0, "the same place of the second image");
    let back = Product::linear(&eye).write(p).run(tokens);
    assert_eq!(values(&back), values(&images));
    assert_eq!(back.dims(), images.dims());
}

/// On a device with gradients the same is composed of other operations.
#[test]
fn composed_for_gradients_it_is_the_same() {
    let (plain, autodiff) = (Device::flex(), Device::flex().autodiff());
    let p = Patches { side: 6, patch: 2, colors: 1 };
    let [got, want] = [autodiff, plain].map(|device| {
        let mut draw = Draws::new(5);
        let (x, modulation) = (draw.tensor([3, 1, 36], &device), draw.tensor([3, 10], &device));
        let read = layer(draw.tensor([4, 5], &device), Some(draw.tensor([5], &device)));
        let norm = layer_norm(draw.tensor([5], &device), draw.tensor([5], &device));
        let modulate = || Norm::layer(&norm, modulation.clone(), 0);
        let h = Product::linear(&read).read(p).residual(draw.tensor([1, 9, 5], &device)).run(x);
        let y = Product::tokens(draw.tensor([7, 9], &device), Some(draw.tensor([7], &device)))
            .norm(modulate())
            .activation(Activation::Relu)
            .run(h.clone());
        let h = Product::tokens(draw.tensor([9, 7], &device), None).residual(h).run(y);
        let write = layer(draw.tensor([5, 4], &device), Some(draw.tensor([4], &device)));
        let y = Product::linear(&write).norm(modulate()).activation(Activation::Silu).write(p).run(h);
        values(&y)
    });
    close("composed", &got, &want, 1e-4);
}
