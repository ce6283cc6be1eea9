//! Points as a short text for links.

use crate::error::{Error, Result};
use crate::points::Point;

/// The first character of every encoded set; another layout will have another.
const VERSION: char = '1';

/// The digits of base64url (RFC 4648, section 5).
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The largest code of a coordinate: 12 bits.
const LARGEST: u16 = 4095;

/// 1 to 2,000 points of [−6, 6]².
///
/// Encoded, a set is a version character and then four digits a point: 12 bits of x, 12 bits of y, two digits
/// each, which is base64url of 3 bytes a point without padding. Code c stands for −6 + 12 c / 4095.
#[derive(Debug, Clone, PartialEq)]
pub struct PointSet(Vec<Point>);

impl PointSet {
    /// The most points of a set.
    pub const MOST: usize = 2000;

    /// Half the side of the square that points lie in.
    pub const HALF: f32 = 6.0;

    /// Checks number and place. Errors on none, on too many, and on a point outside of the square.
    pub fn new(points: Vec<Point>) -> Result<Self> {
        if points.is_empty() {
            return Err(Error::data("there are no points: draw at least one"));
        }
        if points.len() > Self::MOST {
            return Err(Error::data(format!(
                "{} points are too many; use at most {}",
                points.len(),
                Self::MOST
            )));
        }
        // Not `v.abs() > HALF`: that would let NaN pass.
        let inside = |v: &f32| v.abs() <= Self::HALF;
        if let Some([x, y]) = points.iter().find(|p| !p.iter().all(inside)) {
            return Err(Error::data(format!("the point ({x}, {y}) lies outside of the square from −6 to 6")));
        }
        Ok(Self(points))
    }

    /// The points.
    pub fn points(&self) -> &[Point] {
        &self.0
    }

    /// The text of the set. Each coordinate moves by at most half a step of 12/4095.
    pub fn encode(&self) -> String {
        let mut text = String::with_capacity(1 + 4 * self.0.len());
        text.push(VERSION);
        for v in self.0.as_flattened() {
            let code = ((v + Self::HALF) / (2.0 * Self::HALF) * f32::from(LARGEST)).round() as usize;
            text.extend([code >> 6, code & 63].map(|digit| char::from(DIGITS[digit])));
        }
        text
    }

    /// The set of a text; the text of that set is the same again. Errors on anything that `encode` does not make.
    pub fn decode(text: &str) -> Result<Self> {
        let Some(digits) = text.strip_prefix(VERSION) else {
            return Err(Error::data(match text.chars().next() {
                None => "the encoded points are empty".into(),
                Some(c) => {
                    format!("encoded points start with {VERSION:?}, these with {c:?}: copy the link again")
                }
            }));
        };
        let value = |c: char| DIGITS.iter().position(|&d| char::from(d) == c).map(|v| v as u16);
        if let Some(c) = digits.chars().find(|&c| value(c).is_none()) {
            return Err(Error::data(format!("{c:?} is no character of encoded points: copy the link again")));
        }
        let digits: Vec<u16> = digits.chars().filter_map(value).collect();
        let (points, rest) = digits.as_chunks::<4>();
        if !rest.is_empty() {
            return Err(Error::data(
                "the encoded points are cut in the middle of a point: copy the whole link",
            ));
        }
        let coordinate = |high: u16, low: u16| {
            let code = f64::from(high << 6 | low);
            (f64::from(2.0 * Self::HALF) * code / f64::from(LARGEST)) as f32 - Self::HALF
        };
        Self::new(points.iter().map(|&[a, b, c, d]| [coordinate(a, b), coordinate(c, d)]).collect())
    }
}
