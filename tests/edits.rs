//! Images carried back to their noise, and inpainted: on fields known in closed form, and through a session.
#![cfg(feature = "cli")]

#[path = "common/shipped.rs"]
mod shipped;

use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::device::Engine;
use flow_lab::error::Kind;
use flow_lab::field::{Condition, VelocityField};
use flow_lab::inpaint::{Known, means};
use flow_lab::path::{AffinePath, Schedule};
use flow_lab::rng::{Rng, Stream};
use flow_lab::sample::{Guidance, SampleConfig, Sampler, Spacing};
use flow_lab::session::{Keep, Label, Request, Session, Start};
use flow_lab::solver::{Solver, Tolerance};
use pollster::block_on;
use shipped::WEIGHTS;

const SIDE: usize = 4;
const PIXELS: usize = SIDE * SIDE;

/// The flow from N(0, 1) to N(m, s²) in every pixel; it ends at m + s x0.
struct Gaussian {
    m: f64,
    s: f64,
}

impl VelocityField for Gaussian {
    fn velocity(&self, x: Tensor<2>, t: Tensor<1>, _: Option<Condition>) -> Tensor<2> {
        let t = f64::from(t.into_data().iter::<f32>().next().unwrap());
        let slope = (t * self.s * self.s - (1.0 - t)) / ((1.0 - t).powi(2) + (t * self.s).powi(2));
        (x - self.m * t) * slope + self.m
    }
}

const FIELD: Gaussian = Gaussian { m: 0.3, s: 0.5 };

fn path() -> AffinePath {
    AffinePath::new(Schedule::CondOt { sigma_min: 0.0 }).unwrap()
}

fn config(solver: Solver, steps: usize) -> SampleConfig {
    let tolerance = Tolerance { absolute: 1e-5, relative: 1e-5 };
    SampleConfig {
        solver,
        steps,
        spacing: Spacing::Uniform,
        tolerance,
        guidance: Guidance::NONE,
        corrections: 0,
    }
}

fn tensor(values: Vec<f32>, width: usize) -> Tensor<2> {
    let n = values.len() / width;
    Tensor::from_data(TensorData::new(values, [n, width]), &Device::flex())
}

fn draws(n: usize, seed: u64) -> Tensor<2> {
    tensor(Rng::new(seed, Stream::Noise).normals(n * PIXELS), PIXELS)
}

fn largest(x: Tensor<2>) -> f32 {
    x.abs().max().into_scalar::<f32>()
}

#[test]
fn every_solver_goes_back_to_the_noise_and_returns() {
    let x1 = draws(3, 1);
    let exact = (x1.clone() - FIELD.m) / FIELD.s;
    for solver in Solver::ALL {
        let steps = 200 / solver.tableau().stages();
        let back = Sampler::backward(config(solver, steps), path(), x1.clone(), None).unwrap();
        let (noise, nfe) = block_on(back.finish(&FIELD)).unwrap();
        assert!(nfe > 0);
        // Euler's error is of first order in 1/200, the others' far below.
        let tolerance = if solver == Solver::Euler { 0.08 } else { 2e-3 };
        let error = largest(noise.clone() - exact.clone());
        assert!(error < tolerance, "{}: noise off by {error}", solver.id());
        let forth = Sampler::new(config(solver, steps), path(), noise, None).unwrap();
        let (again, _) = block_on(forth.finish(&FIELD)).unwrap();
        let error = largest(again - x1.clone());
        assert!(error < tolerance, "{}: image off by {error}", solver.id());
    }
}

#[test]
fn a_reverse_run_gives_frames_from_the_end_to_the_noise() {
    let mut run = Sampler::backward(config(Solver::Heun, 4), path(), draws(2, 2), None).unwrap();
    let mut times = Vec::new();
    while let Some(frame) = block_on(run.next(&FIELD)).unwrap() {
        times.push(frame.t);
    }
    assert_eq!(times, [1.0, 0.75, 0.5, 0.25, 0.0]);
}

fn checkers() -> Tensor<2> {
    tensor((0..2 * PIXELS).map(|i| (i % 3 == 0) as u8 as f32).collect(), PIXELS)
}

/// Both kinds of knowledge about two images.
fn knowledge() -> [Known; 2] {
    let values = draws(2, 3);
    let blocks = means(values.clone(), SIDE, 2, 1);
    [
        Known::Pixels { values, mask: checkers() },
        Known::Blocks { values: blocks, side: SIDE, block: 2, colors: 1 },
    ]
}

#[test]
fn a_projection_agrees_stays_and_is_the_nearest() {
    for known in knowledge() {
        let x = draws(2, 4);
        let projected = known.project(x.clone());
        assert!(largest(known.project(projected.clone()) - projected.clone()) < 1e-6, "twice is once");
        let agrees = |x: &Tensor<2>| match &known {
            Known::Pixels { values, mask } => largest((x.clone() - values.clone()) * mask.clone()),
            Known::Blocks { values, .. } => largest(means(x.clone(), SIDE, 2, 1) - values.clone()),
        };
        assert!(agrees(&projected) < 1e-6);
        // Any other image that agrees is farther: the way to it is at right angles to the correction.
        let other = known.project(draws(2, 5));
        let dot = ((projected.clone() - x.clone()) * (other.clone() - projected.clone()))
            .sum()
            .into_scalar::<f32>();
        assert!(dot.abs() < 1e-4, "{dot}");
        assert!(agrees(&other) < 1e-6);
    }
}

#[test]
fn block_means_are_means() {
    let x: Vec<f32> = (0..PIXELS).map(|i| i as f32).collect();
    let got: Vec<f32> = means(tensor(x, PIXELS), SIDE, 2, 1).into_data().iter::<f32>().collect();
    // Rows of four: 0 1 4 5, 2 3 6 7, 8 9 12 13, 10 11 14 15.
    assert_eq!(got, [2.5, 4.5, 10.5, 12.5]);
}

#[test]
fn a_mended_image_agrees_with_what_is_known_and_the_rest_follows_the_flow() {
    for (solver, steps) in [(Solver::Euler, 16), (Solver::Midpoint, 16), (Solver::Rk4, 8)] {
        for known in knowledge() {
            let noise = draws(2, 6);
            let run = Sampler::new(config(solver, steps), path(), noise.clone(), None).unwrap();
            let (x, _) = block_on(run.inpainting(known.clone()).unwrap().finish(&FIELD)).unwrap();
            // The last stage of Runge–Kutta 4 stands at t = 1, where no noise is left to lead anywhere.
            let tolerance = if solver == Solver::Rk4 { 0.1 } else { 1e-5 };
            assert!(largest(known.project(x.clone()) - x.clone()) < tolerance, "{}", solver.id());
            if let Known::Pixels { mask, .. } = &known {
                // Pixels are independent here: those that are not known end where they would have.
                let plain = Sampler::new(config(solver, steps), path(), noise, None).unwrap();
                let (plain, _) = block_on(plain.finish(&FIELD)).unwrap();
                assert!(largest((x - plain) * (mask.clone() * -1.0 + 1.0)) < 1e-5, "{}", solver.id());
            }
        }
    }
}

#[test]
fn knowledge_that_does_not_fit_is_refused() {
    let run = || Sampler::new(config(Solver::Euler, 2), path(), draws(3, 7), None).unwrap();
    for known in knowledge() {
        assert_eq!(run().inpainting(known).unwrap_err().kind(), Kind::Config, "two images are not three");
    }
    let odd = Known::Blocks { values: tensor(vec![0.0; 3], 1), side: SIDE, block: 3, colors: 1 };
    assert!(run().inpainting(odd).is_err());
}

fn request(n: usize) -> Request {
    Request {
        seed: 5,
        labels: vec![Some(Label::Class(4)); n],
        solver: "midpoint".into(),
        steps: 4,
        spacing: Spacing::Uniform,
        tolerance: 0.01,
        guidance: Guidance::NONE,
        from: 0.0,
        corrections: 0,
        same_noise: false,
        first: 0,
    }
}

#[test]
fn a_session_carries_a_digit_there_and_back_and_mends_it() {
    let mut session = block_on(Session::open(Engine::Cpu)).unwrap();
    block_on(session.load(WEIGHTS)).unwrap();
    let end = |start: Start, keep: Option<Keep>, request: &Request| {
        let mut run = session.begin(request, start, keep).unwrap();
        let mut last = Vec::new();
        while let Some(frame) = block_on(run.next()).unwrap() {
            last = frame.x;
        }
        last
    };
    let digit = end(Start::Seed, None, &request(1));
    let fine = Request { steps: 24, solver: "rk4".into(), ..request(1) };
    let noise = end(Start::Images(digit.clone()), None, &fine);
    let again = end(Start::Noise(noise), None, &fine);
    let error = digit.iter().zip(&again).map(|(a, b)| (a - b).abs() / 2.0).sum::<f32>() / 784.0;
    assert!(error < 0.02, "a pixel is off by {error} of the gray scale");

    let mask: Vec<f32> = (0..784).map(|i| (i < 392) as u8 as f32).collect();
    let keep = Keep::Pixels { values: digit.clone(), mask };
    let euler = Request { solver: "euler".into(), ..request(1) };
    let mended = end(Start::Seed, Some(keep), &euler);
    let off = digit[..392].iter().zip(&mended).map(|(a, b)| (a - b).abs()).fold(0f32, f32::max);
    assert!(off < 1e-4, "what was kept is off by {off}");
    let small = means(tensor(digit, 784), 28, 2, 1).into_data().iter::<f32>().collect();
    let large = end(Start::Seed, Some(Keep::Blocks { values: small, block: 2 }), &euler);
    assert_eq!(large.len(), 784);
}

/// Parts of a run give the same digits as the whole.
#[test]
fn a_session_computes_a_run_in_parts() {
    let mut session = block_on(Session::open(Engine::Cpu)).unwrap();
    block_on(session.load(WEIGHTS)).unwrap();
    let end = |request: &Request| block_on(session.start(request).unwrap().finish()).unwrap().x;
    let whole = end(&request(5));
    let part = end(&Request { first: 2, ..request(3) });
    let apart = whole[2 * 784..].iter().zip(&part).map(|(a, b)| (a - b).abs()).fold(0f32, f32::max);
    assert!(apart < 1e-4, "apart by {apart}");
}

#[test]
fn a_session_refuses_what_does_not_fit() {
    let mut session = block_on(Session::open(Engine::Cpu)).unwrap();
    block_on(session.load(WEIGHTS)).unwrap();
    let refused = |start: Start, keep: Option<Keep>| {
        let error = session.begin(&request(2), start, keep).err().expect("refused");
        assert_eq!(error.kind(), Kind::Config);
    };
    refused(Start::Noise(vec![0.0; 784]), None);
    refused(Start::Images(vec![f32::NAN; 1568]), None);
    refused(Start::Seed, Some(Keep::Pixels { values: vec![0.0; 1568], mask: vec![1.0; 3] }));
    refused(Start::Seed, Some(Keep::Blocks { values: vec![0.0; 392], block: 5 }));
    refused(Start::Seed, Some(Keep::Blocks { values: vec![0.0; 392], block: 0 }));
    assert!(session.start(&Request { first: 255, ..request(2) }).is_err());
}
