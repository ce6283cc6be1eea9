//! Colored pictures packed into one sheet, with a category, a style and a name each: the emoji that a network is trained on. Made by
//! `scripts/emoji-data`.

use super::Images;
use crate::error::{Error, Result};
use std::path::Path;

/// Pictures of one size on a sheet.
const ACROSS: usize = 200;

/// Categories and styles of the pictures.
pub const GROUPS: [usize; 2] = [9, 7];

/// Color images with their names.
#[derive(Debug, Clone, PartialEq)]
pub struct Pictures {
    /// The images: a category and a style each.
    pub images: Images,
    /// Set and name of each, `set:name`.
    pub names: Vec<String>,
}

impl Pictures {
    /// The part that networks are trained on, and what is held out: names whose CRC-32 is a multiple of 20, in every set.
    pub fn split(&self) -> [Self; 2] {
        let held: Vec<bool> = self.names.iter().map(|name| held_out(name)).collect();
        [false, true].map(|part| {
            let which: Vec<usize> = (0..held.len()).filter(|&i| held[i] == part).collect();
            let names = which.iter().map(|&i| self.names[i].clone()).collect();
            Self { images: self.images.pick(which), names }
        })
    }
}

/// Whether a picture is held out of training; its set does not matter.
fn held_out(name: &str) -> bool {
    let mut crc = flate2::Crc::new();
    crc.update(name.split_once(':').map_or(name, |(_, name)| name).as_bytes());
    crc.sum().is_multiple_of(20)
}

/// Reads the data set in `folder`: `emoji.webp` (200 pictures a row), `names.json`, `category.npy` and `style.npy`. Errors where a file is
/// missing, damaged or of another length.
pub fn read_sheet(folder: &Path, side: usize) -> Result<Pictures> {
    let file = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).map_err(|e| Error::data(format!("{}: {e}", path.display())).because(e))
    };
    let names: Vec<String> = serde_json::from_slice(&file("names.json")?)
        .map_err(|e| Error::data(format!("names.json is no list of names ({e})")).because(e))?;
    let [category, style] = [file("category.npy")?, file("style.npy")?];
    let (category, style) = (bytes_of(&category)?, bytes_of(&style)?);
    if [category.len(), style.len()] != [names.len(); 2] {
        return Err(Error::data(format!(
            "{} names, {} categories and {} styles do not belong together",
            names.len(),
            category.len(),
            style.len()
        )));
    }
    let (width, sheet) = decoded(&file("emoji.webp")?)?;
    if width != ACROSS * side || sheet.len() < names.len().div_ceil(ACROSS) * side * 3 * width {
        return Err(Error::data(format!(
            "emoji.webp is not a sheet of {} pictures of {side}×{side}, {ACROSS} a row",
            names.len()
        )));
    }
    let mut values = Vec::with_capacity(names.len() * side * side * 3);
    for i in 0..names.len() {
        for y in 0..side {
            let at = ((i / ACROSS * side + y) * width + i % ACROSS * side) * 3;
            values.extend(sheet[at..at + 3 * side].iter().map(|&v| f32::from(v) / 127.5 - 1.0));
        }
    }
    let labels = category.iter().zip(style).flat_map(|(&c, &s)| [c, s]).collect();
    Ok(Pictures { images: Images::new(values, 3 * side * side, GROUPS.to_vec(), labels)?, names })
}

/// Width and red, green and blue of each pixel.
fn decoded(webp: &[u8]) -> Result<(usize, Vec<u8>)> {
    let sheet = image::load_from_memory_with_format(webp, image::ImageFormat::WebP)
        .map_err(|e| Error::data(format!("emoji.webp cannot be read ({e})")).because(e))?
        .into_rgb8();
    Ok((sheet.width() as usize, sheet.into_raw()))
}

/// The elements of an array of bytes in NumPy's format: a magic string, a version, the header's length and the header come first.
fn bytes_of(npy: &[u8]) -> Result<&[u8]> {
    let body = npy.strip_prefix(b"\x93NUMPY\x01\x00").and_then(|rest| {
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (header, body) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        let plain = std::str::from_utf8(header).ok()?.contains("'|u1'");
        plain.then_some(body)
    });
    body.ok_or_else(|| Error::data("a .npy file is no list of bytes (version 1, |u1)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_out_by_their_checksum_in_every_set() {
        // Python: zlib.crc32(name.encode()) % 20 == 0.
        for set in ["noto", "twemoji"] {
            let held = |name: &str| held_out(&format!("{set}:{name}"));
            assert!(held("badminton") && held("blue-square") && held("donkey"));
            assert!(!held("rocket") && !held("pizza") && !held("red-heart"));
        }
        let share = (0..2000).filter(|i| held_out(&format!("noto:{i}"))).count();
        assert!((60..140).contains(&share), "{share} of 2,000");
    }

    #[test]
    fn a_list_of_bytes_is_read_and_nothing_else() {
        let header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }  \n";
        let mut npy = b"\x93NUMPY\x01\x00".to_vec();
        npy.extend((header.len() as u16).to_le_bytes());
        npy.extend(header);
        npy.extend([4, 5, 6]);
        assert_eq!(bytes_of(&npy).unwrap(), [4, 5, 6]);
        assert!(bytes_of(&npy[..20]).is_err());
        assert!(bytes_of(b"PK\x03\x04").is_err());
    }
}
