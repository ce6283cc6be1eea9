//! What the browser tests ask of the shipped network.

use flow_lab::session::{Label, Request};

/// A short run of three digits: an odd batch, guided.
pub fn request() -> Request {
    Request {
        seed: 7,
        labels: vec![Some(Label::Class(3)), Some(Label::Class(8)), None],
        solver: "heun".into(),
        steps: 2,
        spacing: flow_lab::sample::Spacing::Uniform,
        tolerance: 0.01,
        guidance: flow_lab::sample::Guidance { weight: 2.0, from: 0.0, to: 1.0 },
        from: 0.0,
        corrections: 0,
        same_noise: false,
        first: 0,
    }
}
