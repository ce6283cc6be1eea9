//! Numbers as people and programs write them.

/// What a field of a table holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    /// A number; it may be infinite where it is written so, or is too large.
    Number(f64),
    /// Nothing, or a usual sign for it.
    Missing,
    /// Anything else.
    Text,
}

/// Usual signs for a value that is missing, in lower case (pandas' and R's among them).
const MISSING: [&str; 12] = ["", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "nil", "-", ".", "?"];

/// What `field` holds where `decimal`, a point or a comma, is the decimal mark.
///
/// Digits before it may be grouped in threes: by spaces or apostrophes, or by the other mark where that cannot be taken
/// for a decimal one (1,026.28 or 1,234,567, but not 1,234).
pub(super) fn cell(field: &str, decimal: char) -> Cell {
    let text = field.trim();
    if MISSING.contains(&text.to_ascii_lowercase().as_str()) {
        return Cell::Missing;
    }
    let (negative, text) = match text.strip_prefix(['-', '\u{2212}', '\u{2013}', '\u{fe63}', '\u{ff0d}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let sign = if negative { -1.0 } else { 1.0 };
    if ["inf", "infinity", "∞"].contains(&text.to_ascii_lowercase().as_str()) {
        return Cell::Number(sign * f64::INFINITY);
    }
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(text[at + 1..].replace('\u{2212}', "-"))),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.rfind(decimal) {
        Some(at) => (&mantissa[..at], Some(&mantissa[at + 1..])),
        None => (mantissa, None),
    };
    let Some(whole) = ungrouped(whole, decimal, fraction.is_some()) else { return Cell::Text };
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if !digits(fraction.unwrap_or("")) || (whole.is_empty() && fraction.unwrap_or("").is_empty()) {
        return Cell::Text;
    }
    let plain = format!("{whole}.{}e{}", fraction.unwrap_or(""), exponent.as_deref().unwrap_or("0"));
    // A dot with digits on one side only, or a bad exponent, is the standard library's to judge.
    plain.parse::<f64>().map_or(Cell::Text, |value| Cell::Number(sign * value))
}

/// The digits of a whole number, grouped or not; `None` where it is none.
fn ungrouped(text: &str, decimal: char, has_fraction: bool) -> Option<String> {
    if text.chars().all(|c| c.is_ascii_digit()) {
        return Some(text.to_string());
    }
    let mark = text.chars().find(|c| !c.is_ascii_digit())?;
    let other = if decimal == '.' { ',' } else { '.' };
    let groups: Vec<&str> = text.split(mark).collect();
    let known = [' ', '\'', '\u{2019}', '\u{a0}', '\u{202f}', '\u{2009}'].contains(&mark)
        || (mark == other && (has_fraction || groups.len() > 2));
    let digits = |group: &str| group.chars().all(|c| c.is_ascii_digit());
    let sound = (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3);
    (known && sound && groups.iter().all(|group| digits(group))).then(|| groups.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_written() {
        for (text, decimal, value) in [
            ("12.5", '.', 12.5),
            ("12,5", ',', 12.5),
            ("+1e3", '.', 1000.0),
            ("1,5E−2", ',', 0.015),
            ("−3", '.', -3.0),
            ("–3", '.', -3.0),
            (".5", '.', 0.5),
            ("5.", '.', 5.0),
            ("1,026.28", '.', 1026.28),
            ("1.026,28", ',', 1026.28),
            ("1,234,567", '.', 1_234_567.0),
            ("1 026,28", ',', 1026.28),
            ("1\u{a0}026", '.', 1026.0),
            ("1'026.5", '.', 1026.5),
            ("12345", ',', 12345.0),
        ] {
            assert_eq!(cell(text, decimal), Cell::Number(value), "{text}");
        }
        assert_eq!(cell("-inf", '.'), Cell::Number(f64::NEG_INFINITY));
        assert_eq!(cell("1e999", '.'), Cell::Number(f64::INFINITY));
        for text in
            ["1,234", "12,34,567", "1.2.3", "1-2", "0x10", "1e", "e5", ".", "1 2", "2020-01-01", "12:30"]
        {
            assert!(!matches!(cell(text, '.'), Cell::Number(_)), "{text}");
        }
        for text in ["", " ", "NA", "n/a", "NaN", "null", "-", "."] {
            assert_eq!(cell(text, '.'), Cell::Missing, "{text}");
        }
    }
}
