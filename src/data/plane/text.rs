//! A text as a distribution: uniform on the ink of a bitmap font, so that a link with a text means the same
//! distribution on every machine.

use crate::error::{Error, Result};
use crate::points::{self, Point};
use crate::rng::Rng;
use font8x8::{BASIC_FONTS, GREEK_FONTS, LATIN_FONTS, UnicodeFonts};

/// The most characters of a text.
const MOST: usize = 12;

/// Half the longer side of the box around the ink.
const HALF: f32 = 5.0;

/// The ink of a text: equal square pixels, centered, the longer side of their box reaching from −5 to 5.
#[derive(Debug, Clone, PartialEq)]
pub struct Ink {
    /// Lower left corner of each inked pixel.
    corners: Vec<Point>,
    /// Side of a pixel.
    side: f32,
}

impl Ink {
    /// Sets `text` in one line. Errors where it has no ink, more than 12 characters, or one that the font lacks.
    pub fn new(text: &str) -> Result<Self> {
        let count = text.chars().count();
        if count > MOST {
            return Err(Error::config(format!("the text has {count} characters; use at most {MOST}")));
        }
        let mut corners = Vec::new();
        for (i, c) in text.chars().enumerate() {
            let rows = glyph(c).ok_or_else(|| {
                Error::config(format!(
                    "{c:?} is not in the font; use Latin or Greek letters, digits and signs"
                ))
            })?;
            for (row, bits) in rows.into_iter().enumerate() {
                let inked = (0..8).filter(|column| bits >> column & 1 == 1);
                corners.extend(inked.map(|column| [(8 * i + column) as f32, -(row as f32)]));
            }
        }
        let (low, high) = points::bounds(&corners)
            .ok_or_else(|| Error::config("the text has no ink: type at least one letter, digit or sign"))?;
        let size = [0, 1].map(|k| high[k] - low[k] + 1.0);
        let side = 2.0 * HALF / size[0].max(size[1]);
        let place = |p: Point| [0, 1].map(|k| side * (p[k] - low[k] - size[k] / 2.0));
        Ok(Self { corners: corners.into_iter().map(place).collect(), side })
    }

    /// A point of the ink.
    pub fn draw(&self, rng: &mut Rng) -> Point {
        self.corners[rng.index(self.corners.len())].map(|v| v + self.side * rng.uniform())
    }
}

/// Rows of a glyph from the top, the lowest bit leftmost. Control characters, empty in the font, are none.
fn glyph(c: char) -> Option<[u8; 8]> {
    if c.is_control() {
        return None;
    }
    BASIC_FONTS.get(c).or_else(|| LATIN_FONTS.get(c)).or_else(|| GREEK_FONTS.get(c))
}
