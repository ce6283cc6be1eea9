//! A flow map whose guidance scale is an input, against Gaussians in closed form.
#![cfg(feature = "cli")]

#[path = "common/gaussian.rs"]
mod gaussian;

use burn::tensor::{Device, Tensor};
use flow_lab::field::{FlowMap, FlowMapJvp, VelocityField, one_hot};
use flow_lab::loss::{guided_velocity, improved_mean_flow};
use flow_lab::net::MlpConfig;
use flow_lab::rng::{Rng, Stream};
use gaussian::{Gaussian, close, column, places, rows, values};

const CLASS: Gaussian = Gaussian { m: 1.5, s: 0.4 };
const NONE: Gaussian = Gaussian { m: -0.5, s: 0.4 };

/// Classifier-free guidance between Gaussians of one deviation leads to another of that deviation: the velocity is linear in the mean.
fn guided(w: f64) -> Gaussian {
    Gaussian { m: NONE.m + w * (CLASS.m - NONE.m), s: CLASS.s }
}

/// The network that guides as the scale says is its own target, and no other is.
#[test]
fn the_fixed_point_is_classifier_free_guidance() {
    let (x, t, s) = places();
    let field = |of: &Gaussian| of.velocity(x.clone(), t.clone(), None);
    let scale = |w: f64| column(&[w as f32; 8]);
    for w in [1.0, 1.5, 3.0, 8.0] {
        let target = |own: &Gaussian| guided_velocity(field(&CLASS), [field(own), field(&NONE)], scale(w));
        close("target", target(&guided(w)), field(&guided(w)), 2e-5);
        let on = |x: &Tensor<2>| Tensor::<2>::from_inner(x.clone());
        let at = |x: &Tensor<1>| Tensor::<1>::from_inner(x.clone());
        let loss = |map: &Gaussian| {
            let both = [on(&x), on(&target(map))];
            improved_mean_flow(map, map, both, at(&t), at(&s)).into_scalar::<f32>()
        };
        assert!(loss(&guided(w)) < 1e-7, "{w}: {}", loss(&guided(w)));
        for other in [guided(w + 1.0), NONE] {
            assert!(loss(&other) > 1e-2, "{w}: {}", loss(&other));
        }
    }
    // Without guidance it is the pair's velocity, whatever the network says.
    close(
        "none",
        guided_velocity(field(&CLASS), [field(&NONE), field(&CLASS)], scale(1.0)),
        field(&CLASS),
        0.0,
    );
}

#[test]
fn the_jvp_is_the_difference_quotient_and_every_input_matters() {
    let device = Device::flex();
    let net = MlpConfig { dim: 2, width: 24, depth: 3 }.init_class_map(3, 4, &device).unwrap();
    let labels: Vec<Option<u8>> = (0..8).map(|i| (i % 4 < 3).then_some(i % 4)).collect();
    let classes = one_hot(&labels, 3, &device).unwrap();
    let map = net.guided(classes.clone(), column(&[1.0, 1.5, 2.0, 1.0, 3.0, 5.0, 8.0, 1.0]));
    let (x, t, s) = places();
    let mut rng = Rng::new(6, Stream::Noise);
    let (dx, dt, ds) = (rows(rng.normals(16)), column(&rng.normals(8)), column(&rng.normals(8)));
    let rates = (dx.clone(), dt.clone(), ds.clone());
    let (u, derivative) = map.average_velocity_jvp(x.clone(), t.clone(), s.clone(), rates);
    close("value", u.clone(), map.average_velocity(x.clone(), t.clone(), s.clone()), 1e-6);
    let moved = |h: f64| {
        let at = |a: &Tensor<1>, da: &Tensor<1>| a.clone() + da.clone() * h;
        map.average_velocity(x.clone() + dx.clone() * h, at(&t, &dt), at(&s, &ds))
    };
    let central = |h: f64| (moved(h) - moved(-h)) / (2.0 * h);
    // Of fourth order, as in tests/few_steps.rs.
    close("derivative", derivative, (central(4e-3) * 4.0 - central(8e-3)) / 3.0, 3e-4);
    let other =
        net.guided(classes.clone(), column(&[4.0; 8])).average_velocity(x.clone(), t.clone(), s.clone());
    let none = net.guided(classes.zeros_like(), column(&[4.0; 8])).average_velocity(x, t, s);
    let differ =
        |a: &Tensor<2>, b: &Tensor<2>| values((a.clone() - b.clone()).abs()).iter().any(|d| *d > 1e-3);
    assert!(differ(&u, &other) && differ(&other, &none));
}
