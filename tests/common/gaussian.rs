//! A flow map known in closed form, and places to ask it at.
#![allow(dead_code)] // not every test uses all of it

use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::field::{Condition, FlowMap, FlowMapJvp, VelocityField};
use flow_lab::rng::{Rng, Stream};

pub fn values<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().iter::<f32>().collect()
}

pub fn column(x: &[f32]) -> Tensor<1> {
    Tensor::from_data(TensorData::new(x.to_vec(), [x.len()]), &Device::flex())
}

pub fn rows(x: Vec<f32>) -> Tensor<2> {
    let n = x.len() / 2;
    Tensor::from_data(TensorData::new(x, [n, 2]), &Device::flex())
}

pub fn close(what: &str, a: Tensor<2>, b: Tensor<2>, tolerance: f32) {
    for (a, b) in values(a).into_iter().zip(values(b)) {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{what}: {a} {b}");
    }
}

/// The flow from N(0, 1) to N(m, s²) in each coordinate along the straight path: with A(t)² = (1 − t)² + t² s² it
/// leads from x at t to m τ + A(τ)/A(t) (x − m t) at τ. In double precision.
pub struct Gaussian {
    pub m: f64,
    pub s: f64,
}

impl Gaussian {
    fn spread(&self, t: f64) -> f64 {
        ((1.0 - t).powi(2) + (t * self.s).powi(2)).sqrt()
    }

    /// dA/dt.
    fn spread_rate(&self, t: f64) -> f64 {
        (t * self.s * self.s - (1.0 - t)) / self.spread(t)
    }

    pub fn at(&self, x: f64, t: f64, to: f64) -> f64 {
        self.m * to + self.spread(to) / self.spread(t) * (x - self.m * t)
    }

    /// g with u = m + g (x − m t), dg/dt and dg/ds.
    fn slope(&self, t: f64, s: f64) -> [f64; 3] {
        let (a, rate) = (self.spread(t), self.spread_rate(t));
        if s == t {
            return [rate / a, f64::NAN, f64::NAN]; // nothing here asks for these derivatives
        }
        let ratio = self.spread(s) / a;
        let (g, ratio_rate) = ((ratio - 1.0) / (s - t), -ratio * rate / a);
        [g, (ratio_rate + g) / (s - t), (self.spread_rate(s) / a - g) / (s - t)]
    }

    pub fn map(
        &self,
        x: &Tensor<2>,
        t: &Tensor<1>,
        s: &Tensor<1>,
        f: impl Fn(usize, f64, f64, f64) -> f64,
    ) -> Tensor<2> {
        let (x, t, s) = (values(x.clone()), values(t.clone()), values(s.clone()));
        let each = |i: usize| f(i, f64::from(x[i]), f64::from(t[i / 2]), f64::from(s[i / 2])) as f32;
        rows((0..x.len()).map(each).collect())
    }
}

impl FlowMap for Gaussian {
    fn average_velocity(&self, x: Tensor<2>, t: Tensor<1>, s: Tensor<1>) -> Tensor<2> {
        self.map(&x, &t, &s, |_, x, t, s| self.m + self.slope(t, s)[0] * (x - self.m * t))
    }
}

impl FlowMapJvp for Gaussian {
    fn average_velocity_jvp(
        &self,
        x: Tensor<2>,
        t: Tensor<1>,
        s: Tensor<1>,
        (dx, dt, ds): (Tensor<2>, Tensor<1>, Tensor<1>),
    ) -> (Tensor<2>, Tensor<2>) {
        let (dx, dt, ds) = (values(dx), values(dt), values(ds));
        let derivative = self.map(&x, &t, &s, |i, x, t, s| {
            let ([g, g_t, g_s], dt, ds) = (self.slope(t, s), f64::from(dt[i / 2]), f64::from(ds[i / 2]));
            (g_t * dt + g_s * ds) * (x - self.m * t) + g * (f64::from(dx[i]) - self.m * dt)
        });
        (self.average_velocity(x, t, s), derivative)
    }
}

impl VelocityField for Gaussian {
    fn velocity(&self, x: Tensor<2>, t: Tensor<1>, _: Option<Condition>) -> Tensor<2> {
        self.average_velocity(x, t.clone(), t)
    }
}

/// Points and intervals, long and short.
pub fn places() -> (Tensor<2>, Tensor<1>, Tensor<1>) {
    let x = Rng::new(5, Stream::Noise).normals(16);
    (
        rows(x),
        column(&[0.0, 0.0, 0.1, 0.25, 0.5, 0.5, 0.7, 0.9]),
        column(&[1.0, 0.5, 0.3, 1.0, 0.75, 1.0, 0.8, 1.0]),
    )
}
