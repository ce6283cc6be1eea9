//! Operations of our own against their definitions in double precision; gradients against difference quotients; AdamW
//! against Burn's.
#![cfg(feature = "cli")]

#[path = "common/draws.rs"]
mod draws;

use burn::module::{Module, Param, ParamId};
use burn::nn::LinearConfig;
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::{Device, Tensor, TensorData};
use draws::{Draws, apply, close, layer, values};
use flow_lab::ops::adamw::{AdamW, Layout, adamw};
use flow_lab::ops::combine::combine;
use flow_lab::ops::embedding::{Beside, embed_time};
use flow_lab::ops::features::{Frequencies, append_features};
use flow_lab::ops::loss::mean_square;
use flow_lab::ops::product::{Activation, linear};

/// d/dv of Σ weights × y at each of v's elements, by a central difference of double the step that single precision likes.
fn quotients<const D: usize>(v: &Tensor<D>, sum: impl Fn(Tensor<D>) -> f64) -> Vec<f64> {
    let (shape, device, at) = (v.dims(), v.device(), values(v));
    let h = 1.0 / 64.0;
    (0..at.len())
        .map(|i| {
            let moved = |by: f64| {
                let mut at: Vec<f32> = at.iter().map(|v| *v as f32).collect();
                at[i] += by as f32;
                sum(Tensor::from_data(TensorData::new(at, shape), &device))
            };
            // Fourth order: the error of the method is far below that of single precision.
            (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h)
        })
        .collect()
}

#[test]
fn the_gradient_of_a_linear_layer_is_the_difference_quotient() {
    let device = Device::flex().autodiff();
    for activation in [Activation::None, Activation::Silu] {
        for bias in [true, false] {
            let mut draw = Draws::new(20);
            let (n, d, h) = (9, 5, 11);
            let x = draw.tensor([n, d], &device).require_grad();
            let w = draw.tensor([d, h], &device).require_grad();
            let b = draw.tensor([h], &device).require_grad();
            let weights: Tensor<2> = draw.tensor([n, h], &device);
            let y = |x: Tensor<2>, w: Tensor<2>, b: Tensor<1>| {
                let mut l = LinearConfig::new(d, h).init(&device);
                l.weight = Param::initialized(ParamId::new(), w);
                l.bias = bias.then(|| Param::initialized(ParamId::new(), b));
                (linear(x, &l, activation) * weights.clone()).sum()
            };
            let grads = y(x.clone(), w.clone(), b.clone()).backward();
            let number = |y: Tensor<1>| values(&y.inner())[0];
            let of = |v: Tensor<2>| values(&v);
            close(
                "dx",
                &of(x.grad(&grads).unwrap()),
                &quotients(&x, |x| number(y(x, w.clone(), b.clone()))),
                2e-3,
            );
            close(
                "dw",
                &of(w.grad(&grads).unwrap()),
                &quotients(&w, |w| number(y(x.clone(), w, b.clone()))),
                2e-3,
            );
            match (bias, b.grad(&grads)) {
                (true, Some(db)) => {
                    close("db", &values(&db), &quotients(&b, |b| number(y(x.clone(), w.clone(), b))), 2e-3);
                }
                (false, db) => assert!(db.is_none_or(|db| values(&db).iter().all(|v| *v == 0.0))),
                (true, None) => panic!("the bias has no gradient"),
            }
        }
    }
}

#[test]
fn the_gradient_reaches_what_stands_before_the_features_and_the_loss() {
    let device = Device::flex().autodiff();
    let mut draw = Draws::new(30);
    let x = draw.tensor([4, 2], &device).require_grad();
    let t = Tensor::<1>::from_floats([0.1, 0.2, 0.6, 0.9], &device);
    let y: Tensor<2> = draw.tensor([4, 8], &device);
    let loss = |x: Tensor<2>| {
        let wide = append_features(Some(x), t.clone(), Frequencies { half: 3, scale: 0.01 });
        mean_square(wide, y.clone())
    };
    let got = values(&x.grad(&loss(x.clone()).backward()).unwrap());
    close("through features and loss", &got, &quotients(&x, |x| values(&loss(x).inner())[0]), 2e-3);
}

#[test]
fn features_sums_and_losses_are_their_definitions() {
    let device = &Device::flex();
    let times = [0.0f32, 0.125, 0.5, 0.99];
    let x = Draws::new(40).tensor([4, 3], device);
    let frequencies = Frequencies { half: 5, scale: 0.01 };
    let got = append_features(Some(x.clone()), Tensor::from_floats(times, device), frequencies);
    let x = values(&x);
    let mut want = Vec::new();
    for (i, t) in times.iter().enumerate() {
        want.extend_from_slice(&x[3 * i..3 * i + 3]);
        let angle = |k: usize| 10.0 * 10_000f64.powf(-(k as f64) / 5.0) * f64::from(*t);
        want.extend((0..5).map(|k| angle(k).sin()));
        want.extend((0..5).map(|k| angle(k).cos()));
    }
    close("features", &values(&got), &want, 2e-6);

    // More terms than fit into one launch, and a length that is no multiple of eight.
    let mut draw = Draws::new(41);
    let terms: Vec<(f64, Tensor<1>)> =
        (0..9).map(|k| (k as f64 / 3.0 - 1.0, draw.tensor([13], device))).collect();
    let got = combine(&terms.iter().map(|(w, x)| (*w, x)).collect::<Vec<_>>());
    let want: Vec<f64> = (0..13).map(|i| terms.iter().map(|(w, x)| w * values(x)[i]).sum()).collect();
    close("sum", &values(&got), &want, 1e-5);

    let (x, y): (Tensor<2>, Tensor<2>) = (draw.tensor([7, 3], device), draw.tensor([7, 3], device));
    let want = values(&x).iter().zip(values(&y)).map(|(x, y)| (x - y).powi(2)).sum::<f64>() / 21.0;
    close("loss", &values(&mean_square(x, y)), &[want], 1e-6);
}

#[test]
fn an_embedding_of_time_is_its_definition_with_gradients_and_without() {
    let times = [0.0f32, 0.3, 0.97];
    let (half, width, classes) = (4, 11, 3);
    for device in [Device::flex(), Device::flex().autodiff()] {
        let mut draw = Draws::new(70);
        let of_time = layer(draw.tensor([2 * half, width], &device), Some(draw.tensor([width], &device)));
        let of_class = layer(draw.tensor([classes, width], &device), None);
        let chosen = draw.tensor([3, classes], &device);
        let added: Tensor<2> = draw.tensor([3, width], &device);
        let frequencies = Frequencies { half, scale: 0.1 };
        for (k, beside) in
            [Beside::Nothing, Beside::Classes(chosen.clone(), &of_class), Beside::Sum(added.clone())]
                .into_iter()
                .enumerate()
        {
            let t = Tensor::from_floats(times, &device);
            let got = embed_time(t, frequencies, &of_time, beside, Activation::Silu);
            let (w, b) = (values(&of_time.weight.val()), values(&of_time.bias.as_ref().unwrap().val()));
            let (chosen, by, added) = (values(&chosen), values(&of_class.weight.val()), values(&added));
            let want: Vec<f64> = (0..3 * width)
                .map(|at| {
                    let (i, j) = (at / width, at % width);
                    let angle =
                        |k: usize| 100.0 * 10_000f64.powf(-(k as f64) / half as f64) * f64::from(times[i]);
                    let mut z = b[j];
                    z += (0..half).map(|k| angle(k).sin() * w[k * width + j]).sum::<f64>();
                    z += (0..half).map(|k| angle(k).cos() * w[(half + k) * width + j]).sum::<f64>();
                    z += match k {
                        0 => 0.0,
                        1 => (0..classes).map(|c| chosen[i * classes + c] * by[c * width + j]).sum(),
                        _ => added[at],
                    };
                    apply(Activation::Silu, z)
                })
                .collect();
            close(&format!("embedding {k}"), &values(&got), &want, 2e-5);
        }
    }
}

#[derive(Module, Debug)]
struct Pair {
    a: Param<Tensor<1>>,
    b: Param<Tensor<1>>,
}

/// Ten steps on a loss that pulls differently at each element, by Burn's optimizer and by ours; the average by its recursion.
#[test]
fn adamw_is_burns_and_the_average_its_recursion() {
    let device = Device::flex().autodiff();
    let mut draw = Draws::new(50);
    let (a, b): (Tensor<1>, Tensor<1>) = (draw.tensor([19], &device), draw.tensor([3], &device));
    let target: Tensor<1> = draw.tensor([19], &device);
    let loss = |pair: &Pair| {
        let a = pair.a.val() - target.clone();
        (a.clone() * a * 3.0).sum() + (pair.b.val().exp()).sum()
    };
    let (rate, weight_decay) = (0.05, 0.1);
    let mut burn = Pair {
        a: Param::from_tensor(a.clone().require_grad()),
        b: Param::from_tensor(b.clone().require_grad()),
    };
    let config =
        AdamWConfig::new().with_beta_2(0.99).with_epsilon(1e-8).with_weight_decay(weight_decay as f32);
    let mut optimizer = config.init();

    let layout = Layout { width: 32, at: [0, 24] };
    let mut ours = [a.clone().inner(), b.clone().inner()];
    let first = Tensor::cat(
        vec![
            ours[0].clone(),
            Tensor::zeros([5], &Device::flex()),
            ours[1].clone(),
            Tensor::zeros([5], &Device::flex()),
        ],
        0,
    );
    let mut state =
        Tensor::cat(vec![Tensor::zeros([64], &Device::flex()), first.clone()], 0).reshape([3, 32]);
    let mut average = values(&first);
    for step in 1..=10 {
        let grads = GradientsParams::from_grads(loss(&burn).backward(), &burn);
        burn = optimizer.step(rate, burn, grads);

        let [x, y] = ours.clone().map(|w| Tensor::<1>::from_inner(w).require_grad());
        let pair = Pair { a: Param::from_tensor(x.clone()), b: Param::from_tensor(y.clone()) };
        let grads = loss(&pair).backward();
        let gradients = [x.grad(&grads).unwrap(), y.grad(&grads).unwrap()];
        let held = state.clone();
        let before = values(&held);
        let numbers = AdamW { rate, betas: [0.9, 0.99], epsilon: 1e-8, weight_decay, average: 0.7, step };
        (ours, state) = adamw(ours, gradients, state, layout, numbers);
        assert_eq!(values(&held), before, "who holds the old state keeps it");
        close("a", &values(&ours[0]), &values(&burn.a.val().inner()), 1e-5);
        close("b", &values(&ours[1]), &values(&burn.b.val().inner()), 1e-5);
        for (at, w) in values(&ours[0])
            .into_iter()
            .enumerate()
            .chain(values(&ours[1]).into_iter().enumerate().map(|(i, w)| (24 + i, w)))
        {
            average[at] = 0.7 * average[at] + 0.3 * w;
        }
        close("average", &values(&state)[64..64 + 27], &average[..27], 1e-5);
    }
}

/// A part of a larger tensor shares its memory: what is changed in place must not be the rest.
#[test]
fn parts_of_tensors_are_parameters_like_others() {
    let device = &Device::flex();
    let all = Draws::new(60).tensor([40], device);
    let part = |from: usize, n: usize| all.clone().slice([from..from + n]);
    let state = Draws::new(61).tensor([4, 32], device).abs();
    let layout = Layout { width: 32, at: [0, 16] };
    let step =
        AdamW { rate: 0.1, betas: [0.9, 0.99], epsilon: 1e-8, weight_decay: 0.0, average: 0.5, step: 1 };
    let before = values(&all);
    let of = |copy: bool| {
        let own = |x: Tensor<1>| if copy { x * 1.0 } else { x };
        let rows = state.clone().slice([1..4, 0..32]);
        let rows = if copy { rows * 1.0 } else { rows };
        let gradients = [own(part(0, 9)), own(part(9, 3))];
        adamw([own(part(20, 9)), own(part(29, 3))], gradients, rows, layout, step)
    };
    let (([a0, a1], a), ([b0, b1], b)) = (of(false), of(true));
    assert_eq!(values(&a0), values(&b0));
    assert_eq!(values(&a1), values(&b1));
    assert_eq!(values(&a), values(&b));
    assert_eq!(values(&all), before);
}
