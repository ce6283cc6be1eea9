//! Operation by operation.

use super::pairs::{Inputs, same, sum_tolerance};
use burn::module::Param;
use burn::nn::{LayerNorm, LayerNormConfig, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};
use flow_lab::net::time_features;
use flow_lab::ops::adamw::{AdamW, Layout, adamw};
use flow_lab::ops::attention::channel_attention;
use flow_lab::ops::combine::combine;
use flow_lab::ops::depthwise::depthwise;
use flow_lab::ops::embedding::{Beside, embed_time};
use flow_lab::ops::features::{Frequencies, append_features};
use flow_lab::ops::loss::mean_square;
use flow_lab::ops::product::{Activation, Gates, Norm, Patches, Product, linear as linear_op};
use flow_lab::ops::silu;
use flow_lab::rng::{Rng, Stream};
use flow_lab::solver::State;

pub async fn every_layer(devices: &[Device; 2]) {
    let mut inputs = Inputs(Rng::new(1, Stream::Noise));
    // Sizes that are and are not multiples of 32: kernels treat edges apart.
    for (n, t, d, h) in [(2, 64, 32, 96), (3, 49, 128, 320), (1, 7, 5, 33), (5, 49, 31, 1)] {
        let name = |what: &str| format!("{what} at {n}×{t}×{d}, {h}");
        let x = inputs.pair([n, t, d], devices);
        let [ca, ga] = inputs.pair([1, h, t], devices);
        let [cx, gx] = x.clone();
        same(&name("token product"), [ca.matmul(cx), ga.matmul(gx)], sum_tolerance(t)).await;

        let [cw, gw] = inputs.pair([d, h], devices);
        let [cb, gb] = inputs.pair([h], devices);
        let linear = |w: Tensor<2>, b: Tensor<1>, x: Tensor<3>| {
            let mut layer = LinearConfig::new(d, h).init(&x.device());
            layer.weight = Param::from_tensor(w);
            layer.bias = Some(Param::from_tensor(b));
            layer.forward(x)
        };
        let [cx, gx] = x.clone();
        same(&name("linear"), [linear(cw, cb, cx), linear(gw, gb, gx)], sum_tolerance(d)).await;

        let norm = |x: Tensor<3>| LayerNormConfig::new(d).init(&x.device()).forward(x);
        if d > 1 {
            same(&name("layer norm"), x.clone().map(norm), 1e-5).await;
        }
        let scale = inputs.pair([n, 1, d], devices);
        let [cx, gx] = x.clone();
        let [cs, gs] = scale;
        let modulate = |x: Tensor<3>, s: Tensor<3>| x * (s.clone() + 1.0) + s;
        same(&name("modulation"), [modulate(cx, cs), modulate(gx, gs)], 1e-6).await;
        same(&name("relu"), x.clone().map(relu), 0.0).await;
        same(&name("silu"), x.clone().map(silu), 1e-5).await;
        let cut =
            |x: Tensor<3>| Tensor::cat(vec![x.clone().slice([0..n, 0..1]), x.slice([0..n, t - 1..t])], 1);
        same(&name("slice and cat"), x.clone().map(cut), 0.0).await;
        let solver = |x: Tensor<3>| x.plus(&[(0.5, &x), (-2.0, &x)]);
        same(&name("solver step"), x.clone().map(solver), 1e-6).await;
        let [c, g] = x.map(|x| async move {
            let twice = x.clone() * 2.0;
            Tensor::<3>::error_ratio(&x.clone(), &x, &twice, 1e-2, 1e-2).await.unwrap()
        });
        let (c, g) = (c.await, g.await);
        assert!((c - g).abs() < 1e-4 * c, "error norm {c} {g}");
    }
    our_operations(devices).await;
    let patches = |x: Tensor<2>| {
        x.reshape([3, 7, 4, 7, 4]).permute([0, 1, 3, 2, 4]).reshape([3, 49, 16]).reshape([3, 784])
    };
    same("patches", inputs.pair([3, 784], devices).map(patches), 0.0).await;
    let times = devices.clone().map(|d| Tensor::<1>::from_data([0.0f32, 0.31, 1.0], &d));
    // Angles reach 1000 radians, of which the last bit is 6e-5.
    same("time features", times.map(|t| time_features(t, 32)), 1e-4).await;
}

/// A layer norm whose γ and β are not 1 and 0.
fn layer_norm(gamma: Tensor<1>, beta: Tensor<1>) -> LayerNorm {
    let mut norm = LayerNormConfig::new(gamma.dims()[0]).init(&gamma.device());
    norm.gamma = Param::from_tensor(gamma);
    norm.beta = Some(Param::from_tensor(beta));
    norm
}

/// Every option of a product, alone and together, at sizes around those of a tile.
async fn our_operations(devices: &[Device; 2]) {
    let mut inputs = Inputs(Rng::new(4, Stream::Noise));
    let sizes = [(2, 49, 128, 98), (3, 16, 33, 31), (1, 1, 64, 320), (5, 7, 2, 1)];
    for (round, (n, t, d, h)) in sizes.into_iter().enumerate() {
        let name = |what: &str| format!("{what} at {n}×{t}×{d}, {h}");
        let x = inputs.pair([n, t, d], devices);
        let modulation = inputs.pair([n, 3 * d], devices);
        let [gamma, beta] = [(); 2].map(|()| inputs.pair([d], devices));
        let residuals = [n, 1].map(|n| inputs.pair([n, t, h], devices));
        let (weight, bias) = (inputs.pair([d, h], devices), inputs.pair([h], devices));
        let (mix, mix_bias) = (inputs.pair([h, t], devices), inputs.pair([h], devices));
        let mixed = inputs.pair([n, h, d], devices);
        // Every product has every activation at one of the sizes: each is a kernel, and takes a second to compile.
        let activation =
            |product: usize| [Activation::None, Activation::Relu, Activation::Silu][(product + round) % 3];
        let both = [0, 1].map(|k| {
            let mut linear = LinearConfig::new(d, h).init(&devices[k]);
            linear.weight = Param::from_tensor(weight[k].clone());
            linear.bias = Some(Param::from_tensor(bias[k].clone()));
            let norm = layer_norm(gamma[k].clone(), beta[k].clone());
            let norm = || Norm::layer(&norm, modulation[k].clone(), d);
            let x = || x[k].clone();
            let product = |of: usize| Product::linear(&linear).activation(activation(of));
            let tokens = |of: usize| {
                Product::tokens(mix[k].clone(), Some(mix_bias[k].clone())).activation(activation(of))
            };
            [
                product(0).run(x()),
                product(1).norm(norm()).run(x()),
                product(2).residual(residuals[0][k].clone()).run(x()),
                product(3).norm(norm()).residual(residuals[1][k].clone()).run(x()),
                tokens(4).run(x()),
                tokens(5).norm(norm()).residual(mixed[k].clone()).run(x()),
            ]
        });
        let [cpu, gpu] = both;
        for (k, pair) in cpu.into_iter().zip(gpu).enumerate() {
            // Of two numbers a norm makes ±1 or nothing, whichever way they round.
            let tolerance = if d == 2 { 1e-3 } else { 2e-5 };
            same(&name(&format!("product {k}, {:?}", activation(k))), [pair.0, pair.1], tolerance).await;
        }
    }
    let p = Patches { side: 12, patch: 3, colors: 1 };
    let images = inputs.pair([3, 1, 144], devices);
    let weight = inputs.pair([9, 9], devices);
    let linear = |w: &Tensor<2>| {
        let mut linear = LinearConfig::new(9, 9).with_bias(false).init(&w.device());
        linear.weight = Param::from_tensor(w.clone());
        linear
    };
    let [c, g] = [0, 1].map(|k| Product::linear(&linear(&weight[k])).read(p).write(p).run(images[k].clone()));
    same("a product of patches", [c, g], 1e-5).await;

    let x = inputs.pair([70, 3], devices);
    let t = inputs.pair([70], devices);
    let frequencies = Frequencies { half: 8, scale: 0.01 };
    let [c, g] = [0, 1].map(|k| append_features(Some(x[k].clone()), t[k].clone(), frequencies));
    same("features", [c, g], 2e-6).await;
    let (w, b) = (inputs.pair([16, 70], devices), inputs.pair([70], devices));
    let (classes, by) = (inputs.pair([70, 10], devices), inputs.pair([10, 70], devices));
    let sum = inputs.pair([70, 70], devices);
    for which in 0..3 {
        let [c, g] = [0, 1].map(|k| {
            let layer = |w: &Tensor<2>, b: Option<&Tensor<1>>| {
                let [inputs, outputs] = w.dims();
                let mut layer = LinearConfig::new(inputs, outputs).with_bias(b.is_some()).init(&w.device());
                layer.weight = Param::from_tensor(w.clone());
                layer.bias = b.cloned().map(Param::from_tensor);
                layer
            };
            let by = layer(&by[k], None);
            let beside = match which {
                0 => Beside::Nothing,
                1 => Beside::Classes(classes[k].clone(), &by),
                _ => Beside::Sum(sum[k].clone()),
            };
            embed_time(t[k].clone(), frequencies, &layer(&w[k], Some(&b[k])), beside, Activation::Silu)
        });
        same(&format!("embedding of time {which}"), [c, g], 1e-5).await;
    }
    let terms = [(); 8].map(|()| inputs.pair([5, 31], devices));
    let [c, g] = [0, 1].map(|k| {
        let weighted: Vec<_> = terms.iter().enumerate().map(|(i, x)| (i as f64 - 2.5, &x[k])).collect();
        combine(&weighted)
    });
    same("a sum of eight", [c, g], 1e-5).await;
    for n in [1, 300, 70_001] {
        let (x, y) = (inputs.pair([n], devices), inputs.pair([n], devices));
        let [c, g] = [0, 1].map(|k| mean_square(x[k].clone(), y[k].clone()));
        same(&format!("the loss of {n}"), [c, g], 1e-4).await;
    }
    let layout = Layout { width: 192, at: [0, 128] };
    let [w0, g0] = [(); 2].map(|()| inputs.pair([100], devices));
    let [w1, g1] = [(); 2].map(|()| inputs.pair([7], devices));
    let state = inputs.pair([3, 192], devices).map(Tensor::abs);
    let step =
        AdamW { rate: 0.1, betas: [0.9, 0.99], epsilon: 1e-8, weight_decay: 0.1, average: 0.9, step: 3 };
    for held in [false, true] {
        let [c, g] = [0, 1].map(|k| {
            let before = held.then(|| state[k].clone());
            let fresh = state[k].clone() * 1.0;
            let state = before.unwrap_or(fresh);
            let of = |w: [&[Tensor<1>; 2]; 2]| w.map(|w| w[k].clone());
            adamw(of([&w0, &w1]), of([&g0, &g1]), state, layout, step)
        });
        let ([c0, c1], c) = c;
        let ([g0, g1], g) = g;
        same("AdamW, first", [c0, g0], 1e-5).await;
        same("AdamW, second", [c1, g1], 1e-5).await;
        same("AdamW, state", [c, g], 1e-5).await;
    }
    let [c, g] = state;
    same("a state that somebody holds", [c, g], 0.0).await;

    let autodiff = devices.clone().map(|d| d.autodiff());
    for (n, d, h) in [(33, 18, 64), (7, 64, 2), (256, 64, 64)] {
        let x = inputs.pair([n, d], &autodiff);
        let (w, b, target) =
            (inputs.pair([d, h], &autodiff), inputs.pair([h], &autodiff), inputs.pair([n, h], &autodiff));
        let both = [0, 1].map(|k| {
            let x = x[k].clone().require_grad();
            let mut layer = LinearConfig::new(d, h).init(&autodiff[k]);
            layer.weight = Param::from_tensor(w[k].clone().require_grad());
            layer.bias = Some(Param::from_tensor(b[k].clone().require_grad()));
            let grads =
                mean_square(linear_op(x.clone(), &layer, Activation::Silu), target[k].clone()).backward();
            let [dx, dw] = [&x, &layer.weight.val()].map(|v| v.grad(&grads).unwrap());
            (dx, dw, layer.bias.unwrap().val().grad(&grads).unwrap())
        });
        let [(cx, cw, cb), (gx, gw, gb)] = both;
        same(&format!("gradient of x, {n}×{d}→{h}"), [cx, gx], 1e-5).await;
        same(&format!("gradient of w, {n}×{d}→{h}"), [cw, gw], 1e-5).await;
        same(&format!("gradient of b, {n}×{d}→{h}"), [cb, gb], 1e-5).await;
    }
}

/// What the convolutional network is made of, at sizes around those of a workgroup.
pub async fn convolutions(devices: &[Device; 2]) {
    let mut inputs = Inputs(Rng::new(8, Stream::Noise));
    for (n, side, c, h) in [(2, 8, 56, 112), (1, 7, 33, 20), (3, 1, 5, 64)] {
        let name = |what: &str| format!("{what} at {n}×{side}²×{c}, {h}");
        let x = inputs.pair([n, side * side, c], devices);
        let other = inputs.pair([n, side * side, 7], devices);
        let (w, b) = (inputs.pair([3, 3, c], devices), inputs.pair([c], devices));
        let modulation = inputs.pair([n, 3 * c + h], devices);
        let residual = inputs.pair([n, side * side, h], devices);
        let layers = [[c, c], [c, h], [c + 7, h]].map(|shape| {
            let [inner, outer] = shape;
            (inputs.pair([inner, outer], devices), inputs.pair([outer], devices))
        });
        let both = [0, 1].map(|k| {
            let linear = |of: usize| {
                let (weight, bias) = (&layers[of].0[k], &layers[of].1[k]);
                let mut layer = LinearConfig::new(weight.dims()[0], weight.dims()[1]).init(&devices[k]);
                layer.weight = Param::from_tensor(weight.clone());
                layer.bias = Some(Param::from_tensor(bias.clone()));
                layer
            };
            let [square, wide, joined] = [0, 1, 2].map(linear);
            let m = || modulation[k].clone();
            let (y, sums) = depthwise(x[k].clone(), w[k].clone(), b[k].clone(), side);
            let attention = channel_attention(sums.clone(), side * side, &square, m(), c);
            let gates = |scale| Gates { by: m(), scale, gate: 3 * c };
            let gated = |scale| {
                Product::linear(&wide).gates(gates(scale)).residual(residual[k].clone()).run(x[k].clone())
            };
            let normed = Product::linear(&wide).norm(Norm::rms(m(), c)).activation(Activation::Silu);
            let beside = Product::linear(&joined).beside(other[k].clone());
            (
                [
                    y,
                    sums.sum_dim(1),
                    gated(None),
                    gated(Some(c)),
                    normed.run(x[k].clone()),
                    beside.run(x[k].clone()),
                ],
                attention,
            )
        });
        let [(cpu, c_attention), (gpu, g_attention)] = both;
        let whats = ["depthwise", "its sums", "gate", "factors and gate", "root mean square", "beside"];
        for ((what, cpu), gpu) in whats.into_iter().zip(cpu).zip(gpu) {
            same(&name(what), [cpu, gpu], 2e-5).await;
        }
        same(&name("channel attention"), [c_attention, g_attention], 1e-5).await;
    }
    let p = Patches { side: 6, patch: 2, colors: 5 };
    let (images, weight) = (inputs.pair([2, 1, 180], devices), inputs.pair([20, 20], devices));
    let [c, g] = [0, 1].map(|k| {
        let mut linear = LinearConfig::new(20, 20).with_bias(false).init(&devices[k]);
        linear.weight = Param::from_tensor(weight[k].clone());
        Product::linear(&linear).read(p).write(p).run(images[k].clone())
    });
    same("a product of colored patches", [c, g], 1e-5).await;
}
