//! Distributions in the plane, all of a scale that a view of [−6, 6]² shows.

mod pointset;
mod published;
mod shapes;
mod table;
mod text;

pub use pointset::PointSet;
pub use published::PublishedSet;
#[cfg(feature = "cli")]
pub use shapes::{CHECKERBOARD_HALF, checkerboard_density};
pub use table::{Column, CsvPoints, MOST_BYTES, Table, read_csv};

use crate::error::Result;
use crate::points::Point;
use crate::rng::Rng;
use serde::{Deserialize, Serialize};
use std::f32::consts::TAU;
use text::Ink;

/// Standard deviation of the Gaussian around each point of a [`Distribution::Points`]: single points have no
/// density that a flow could learn.
pub const JITTER: f32 = 0.05;

/// What a person can choose for either end. The formulas, with supports and moments, are in `shapes.rs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", tag = "kind", rename_all = "kebab-case")]
pub enum Distribution {
    /// N(0, I).
    Gaussian,
    /// Eight Gaussians on a circle of radius 5, of variance √0.1: TorchCFM's example, which passes a standard
    /// deviation where a covariance is asked for.
    EightGaussians,
    /// Two interleaved half circles, as in TorchCFM's examples.
    Moons,
    /// An S of two three-quarter circles, as in the published figures.
    SCurve,
    /// Two arms of an Archimedean spiral.
    Spirals,
    /// Alternate cells of a 4 × 4 board on [−4, 4]².
    Checkerboard,
    /// Four circles around one center.
    Rings,
    /// Five curved arms.
    Pinwheel,
    /// The ink of 1 to 12 characters of a bitmap font.
    Text {
        /// What is written.
        text: String,
    },
    /// Drawn or measured points, each with a Gaussian of standard deviation [`JITTER`] around it.
    Points {
        /// A [`PointSet`], encoded.
        points: String,
    },
    /// A data set of the published figures, where it differs from the distributions above.
    Published {
        /// Which.
        set: PublishedSet,
    },
}

/// A mixture of Gaussians with equal weights and covariance std² I.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture {
    /// Centers; a repeated one has more weight.
    pub means: Vec<Point>,
    /// Standard deviation along each axis.
    pub std: f32,
}

/// A distribution made ready to draw from.
#[derive(Debug, Clone)]
pub struct Sampler(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Shape(fn(&mut Rng) -> Point),
    Mixture(Mixture),
    Points(Mixture),
    Ink(Ink),
}

impl Distribution {
    /// Those that need nothing but their name, in the order of a menu.
    pub const NAMED: [Self; 8] = [
        Self::Gaussian,
        Self::EightGaussians,
        Self::Moons,
        Self::SCurve,
        Self::Spirals,
        Self::Checkerboard,
        Self::Rings,
        Self::Pinwheel,
    ];

    /// The name in links and settings.
    pub fn id(&self) -> &'static str {
        self.names().0
    }

    /// The name that people read.
    pub fn label(&self) -> &'static str {
        self.names().1
    }

    fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::Gaussian => ("gaussian", "Gaussian"),
            Self::EightGaussians => ("eight-gaussians", "8 Gaussians"),
            Self::Moons => ("moons", "Two moons"),
            Self::SCurve => ("s-curve", "S-curve"),
            Self::Spirals => ("spirals", "Spirals"),
            Self::Checkerboard => ("checkerboard", "Checkerboard"),
            Self::Rings => ("rings", "Rings"),
            Self::Pinwheel => ("pinwheel", "Pinwheel"),
            Self::Text { .. } => ("text", "Text"),
            Self::Points { .. } => ("points", "Points"),
            Self::Published { .. } => ("published", "Published data set"),
        }
    }

    /// Decodes and checks once, for any number of draws. Errors where a text or encoded points are not valid.
    pub fn sampler(&self) -> Result<Sampler> {
        Ok(Sampler(match self {
            Self::Gaussian => Kind::Mixture(Mixture { means: vec![[0.0; 2]], std: 1.0 }),
            Self::EightGaussians => Kind::Mixture(Mixture::circle(8, 5.0, 0.1f32.powf(0.25))),
            Self::Moons => Kind::Shape(shapes::moons),
            Self::SCurve => Kind::Shape(shapes::s_curve),
            Self::Spirals => Kind::Shape(shapes::spirals),
            Self::Checkerboard => Kind::Shape(shapes::checkerboard),
            Self::Rings => Kind::Shape(shapes::rings),
            Self::Pinwheel => Kind::Shape(shapes::pinwheel),
            Self::Text { text } => Kind::Ink(Ink::new(text)?),
            Self::Points { points } => {
                let means = PointSet::decode(points)?.points().to_vec();
                Kind::Points(Mixture { means, std: JITTER })
            }
            Self::Published { set } => set.kind(),
        }))
    }
}

impl Mixture {
    /// `n` Gaussians at equal angles on a circle around 0, the first at (radius, 0).
    fn circle(n: usize, radius: f32, std: f32) -> Self {
        let at = |k: usize| TAU * k as f32 / n as f32;
        Self { means: (0..n).map(|k| [radius * at(k).cos(), radius * at(k).sin()]).collect(), std }
    }

    fn draw(&self, rng: &mut Rng) -> Point {
        shapes::blur(self.means[rng.index(self.means.len())], self.std, rng)
    }
}

impl Sampler {
    /// `n` independent draws; the first k are the same for every n ≥ k.
    pub fn draw(&self, n: usize, rng: &mut Rng) -> Vec<Point> {
        let one = |_| match &self.0 {
            Kind::Shape(shape) => shape(rng),
            Kind::Mixture(mixture) | Kind::Points(mixture) => mixture.draw(rng),
            Kind::Ink(ink) => ink.draw(rng),
        };
        (0..n).map(one).collect()
    }

    /// The distribution as a mixture of equal round Gaussians, where it is exactly one: a closed form for
    /// densities and marginal fields.
    pub fn mixture(&self) -> Option<Mixture> {
        match &self.0 {
            Kind::Mixture(mixture) | Kind::Points(mixture) => Some(mixture.clone()),
            Kind::Shape(_) | Kind::Ink(_) => None,
        }
    }

    /// The points themselves, without jitter, of a [`Distribution::Points`].
    pub fn support(&self) -> Option<&[Point]> {
        match &self.0 {
            Kind::Points(mixture) => Some(&mixture.means),
            _ => None,
        }
    }
}

/// A distribution as it is written. Serde does not refuse unknown fields beside a bare kind; this does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    kind: String,
    text: Option<String>,
    points: Option<String>,
    set: Option<PublishedSet>,
}

impl TryFrom<Wire> for Distribution {
    type Error = String;

    fn try_from(wire: Wire) -> std::result::Result<Self, String> {
        let Wire { kind, text, points, set } = wire;
        let wrong =
            |needs: &str| Err(format!("a distribution of kind {kind:?} needs {needs} and nothing else"));
        if let Some(named) = Self::NAMED.into_iter().find(|named| named.id() == kind) {
            let bare = text.is_none() && points.is_none() && set.is_none();
            return if bare { Ok(named) } else { wrong("its kind") };
        }
        match (kind.as_str(), text, points, set) {
            ("text", Some(text), None, None) => Ok(Self::Text { text }),
            ("text", ..) => wrong("its kind, a \"text\""),
            ("points", None, Some(points), None) => Ok(Self::Points { points }),
            ("points", ..) => wrong("its kind, encoded \"points\""),
            ("published", None, None, Some(set)) => Ok(Self::Published { set }),
            ("published", ..) => wrong("its kind, a \"set\""),
            _ => {
                let known = Self::NAMED.map(|named| named.id()).join(", ");
                Err(format!("{kind:?} is no distribution; choose {known}, text or points"))
            }
        }
    }
}
