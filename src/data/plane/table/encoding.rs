//! A table's bytes as text.

use crate::error::{Error, Result};

/// The largest file that is read, in bytes: a table and its text are in memory at once.
pub const MOST_BYTES: usize = 64 << 20;

/// Text in UTF-8 or UTF-16, with or without a byte-order mark; other encodings keep their digits and separators and lose
/// other letters. Errors where the file is too large or is not text.
pub(super) fn decode(bytes: &[u8]) -> Result<String> {
    if bytes.len() > MOST_BYTES {
        let (size, most) = (bytes.len() >> 20, MOST_BYTES >> 20);
        let error =
            format!("the table has {size} MiB; at most {most} MiB can be read: keep fewer rows or columns");
        return Err(Error::data(error));
    }
    let wide = |unit: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let units = bytes.chunks_exact(2).map(|b| unit([b[0], b[1]]));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>()
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => wide(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => wide(u16::from_be_bytes, rest),
        // Without a mark: the first letter is ASCII in any table, and its other byte is 0.
        [1..=127, 0, ..] => wide(u16::from_le_bytes, bytes),
        [0, 1..=127, ..] => wide(u16::from_be_bytes, bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    if text.contains('\0') {
        return Err(Error::data("this file is not text; save the table as CSV"));
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}
