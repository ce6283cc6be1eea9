//! Data sets of published figures: the 2-D table of Shi et al. 2023 (DSBM), whose authors took them from the
//! training code of Tong et al. 2024 (OT-CFM). Its S-curve is [`Distribution::SCurve`](super::Distribution).
//!
//! Which data they are is told by the figures' path energies: at least W2² between the two ends, at most
//! E‖x1 − x0‖² of independent pairs. TorchCFM's examples, with other moons, could not have given them: from the
//! Gaussian to their moons W2² is 4.3, where 1.6 is reported, and from their moons to their eight Gaussians
//! independent pairs give at most 36, where 116 is reported.
//!
//! That code draws a finite set, moons at equally spaced angles, and splits it; here every draw is independent.

use super::{Kind, Mixture, shapes};
use crate::points::Point;
use crate::rng::Rng;
use serde::{Deserialize, Serialize};
use std::f32::consts::FRAC_2_PI;

/// A data set of the published 2-D figures that is none of the other distributions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PublishedSet {
    /// "moons": 2 (m + N(0, 0.05² I)) − (1, 0), m on the half circles of scikit-learn's `make_moons`.
    ///
    /// Mean (0, 1/2), covariance 4 (C + 0.05² I), C that of the half circles.
    Moons,
    /// "8gaussians": eight Gaussians of standard deviation 1 on a circle of radius 5.
    EightGaussians,
    /// The source of "moons-8gaussians": half circles with N(0, 0.1² I), shifted and scaled by one number each
    /// so that both coordinates together have mean 0 and standard deviation 7. Twice as large as the view.
    WideMoons,
    /// The target of "moons-8gaussians": eight Gaussians of standard deviation 1.5 on a circle of radius 12.
    WideEightGaussians,
}

impl PublishedSet {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Moons, Self::EightGaussians, Self::WideMoons, Self::WideEightGaussians];

    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Moons => Kind::Shape(moons),
            Self::EightGaussians => Kind::Mixture(Mixture::circle(8, 5.0, 1.0)),
            Self::WideMoons => Kind::Shape(wide_moons),
            Self::WideEightGaussians => Kind::Mixture(Mixture::circle(8, 12.0, 1.5)),
        }
    }
}

fn moons(rng: &mut Rng) -> Point {
    let p = shapes::half_circles(rng);
    let p = shapes::blur(p, 0.05, rng);
    [2.0 * p[0] - 1.0, 2.0 * p[1]]
}

fn wide_moons(rng: &mut Rng) -> Point {
    // Mean and variance of a coordinate chosen at random: the code standardizes with those of the whole array.
    let mean = 0.375;
    let h = FRAC_2_PI - 0.25;
    let (x, y) = (0.75, 0.5 - FRAC_2_PI * FRAC_2_PI + h * h);
    let std = ((x + y) / 2.0 + 0.1 * 0.1 + 0.125f32 * 0.125).sqrt();
    let p = shapes::half_circles(rng);
    shapes::blur(p, 0.1, rng).map(|v| 7.0 * (v - mean) / std)
}
