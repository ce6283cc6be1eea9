//! A velocity field of one's own through every solver: a rotation, whose end is known.
//! `cargo run --release --example own_field`

use burn::tensor::Tensor;
use flow_lab::device::cpu;
use flow_lab::error::Result;
use flow_lab::field::{Condition, VelocityField};
use flow_lab::sample::read;
use flow_lab::solver::{Integrator, Method, Solver, TimeGrid, Tolerance};
use pollster::block_on;
use std::f64::consts::TAU;

/// u(x, t) = τ/4 (−y, x): a quarter turn about 0 while t goes from 0 to 1.
struct QuarterTurn;

impl VelocityField for QuarterTurn {
    fn velocity(&self, x: Tensor<2>, _t: Tensor<1>, _condition: Option<Condition>) -> Tensor<2> {
        let [n, _] = x.dims();
        let (a, b) = (x.clone().slice([0..n, 0..1]), x.slice([0..n, 1..2]));
        Tensor::cat(vec![-b, a], 1) * (TAU / 4.0)
    }
}

fn main() -> Result<()> {
    let device = cpu();
    let starts = || Tensor::<2>::from_floats([[1.0, 0.0], [0.0, 2.0]], &device);
    // (x, y) → (−y, x).
    let ends = [0.0, 1.0, -2.0, 0.0];
    for solver in Solver::ALL {
        let method = if solver.is_adaptive() {
            let tolerance = Tolerance { absolute: 1e-5, relative: 1e-5 };
            Method::Adaptive { from: 0.0, to: 1.0, tolerance }
        } else {
            Method::Fixed(TimeGrid::uniform(0.0, 1.0, 8)?)
        };
        let run = Integrator::new(solver, method, starts())?;
        let velocity =
            |x: &Tensor<2>, t: f64| QuarterTurn.velocity(x.clone(), Tensor::full([2], t, &device), None);
        let (x, nfe) = block_on(run.finish(velocity))?;
        let x = block_on(read(x))?;
        let error = x.iter().zip(ends).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max);
        println!("{}: {nfe} evaluations, largest error {error:.1e}", solver.label());
    }
    Ok(())
}
