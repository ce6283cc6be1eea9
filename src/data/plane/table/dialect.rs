//! How a table is written: what separates its fields, and its decimal mark.

use super::number::{Cell, cell};
use crate::error::{Error, Result};
use csv::{ReaderBuilder, Trim};

/// Lines that a table is judged by.
const SAMPLE: usize = 64;

/// Separators with decimal marks, the usual ones first: of those that read a table equally well the first is taken.
const CANDIDATES: [(char, char); 9] = [
    ('\t', '.'),
    ('\t', ','),
    (';', '.'),
    (';', ','),
    (',', '.'),
    ('|', '.'),
    ('|', ','),
    (' ', '.'),
    (' ', ','),
];

/// A line's number in the file, from 1, and its fields.
pub(super) struct Row {
    pub line: usize,
    pub fields: Vec<String>,
}

/// The rows that hold something, and the decimal mark of their numbers.
pub(super) fn rows(text: &str) -> Result<(Vec<Row>, char)> {
    let (text, skipped, told) = told_separator(text);
    let lines: Vec<&str> = text.split('\n').filter(|line| !idle(line)).take(SAMPLE).collect();
    if lines.is_empty() {
        return Err(Error::data("the table is empty"));
    }
    let sample = lines.join("\n");
    let candidates = CANDIDATES.into_iter().filter(|&(separator, _)| told.is_none_or(|s| s == separator));
    // The last of equals is what max_by gives.
    let best = candidates.rev().max_by(|a, b| score(&sample, *a).total_cmp(&score(&sample, *b)));
    let (separator, decimal) = best.expect("there are candidates for each separator that can be told");
    let mut rows = split(text, separator)?;
    for row in &mut rows {
        row.line += skipped;
    }
    if rows.iter().all(|row| row.fields.len() < 2) {
        let error = format!(
            "two columns are needed, separated by commas, semicolons, tabs or spaces, not {:?}",
            lines[0]
        );
        return Err(Error::data(error));
    }
    Ok((rows, decimal))
}

fn idle(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

/// Excel's first line `sep=;`: the text after it, the lines that it takes, and what it tells.
fn told_separator(text: &str) -> (&str, usize, Option<char>) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let told = first.trim_matches(['"', ' ']).to_ascii_lowercase();
    let told = told.strip_prefix("sep=").map(|s| s.chars().next().unwrap_or('\t'));
    match told.filter(|s| CANDIDATES.iter().any(|(separator, _)| separator == s)) {
        Some(separator) => (rest, 1, Some(separator)),
        None => (text, 0, None),
    }
}

/// How well a way to write reads `sample`: the share of lines with two numbers, and, much less, of fields that are numbers.
fn score(sample: &str, (separator, decimal): (char, char)) -> f64 {
    let Ok(rows) = split(sample, separator) else { return -1.0 };
    let (mut lines, mut numbers, mut fields) = (0, 0, 0);
    for row in &rows {
        let cells: Vec<Cell> = row.fields.iter().map(|f| cell(f, decimal)).collect();
        let found = cells.iter().filter(|c| matches!(c, Cell::Number(_))).count();
        lines += usize::from(found >= 2);
        numbers += found;
        fields += cells.iter().filter(|c| **c != Cell::Missing).count();
    }
    let share = |part: usize, all: usize| part as f64 / all.max(1) as f64;
    // Where no line has two numbers, what splits lines at all is nearer to the truth.
    let splits = share(rows.iter().filter(|row| row.fields.len() > 1).count(), rows.len());
    100.0 * share(lines, rows.len()) + share(numbers, fields) + 0.1 * splits
}

/// The rows of `text` that hold something.
fn split(text: &str, separator: char) -> Result<Vec<Row>> {
    let mut reader = ReaderBuilder::new()
        .delimiter(separator as u8)
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| Error::data(format!("the table cannot be read: {e}")).because(e))?;
        // The reader's position is before the empty lines and comments that it skips.
        let (byte, before) = record.position().map_or((0, 1), |p| (p.byte() as usize, p.line() as usize));
        let line = before + text[byte..].split('\n').take_while(|line| idle(line)).count();
        // Several spaces separate like one; a quote after a space is not seen as one by the reader.
        let fields = record.iter().filter(|f| separator != ' ' || !f.is_empty());
        let fields: Vec<String> = fields.map(|f| f.trim_matches(['"', ' ']).to_string()).collect();
        let comment = fields.first().is_some_and(|f| f.starts_with('#'));
        if !comment && fields.iter().any(|f| !f.is_empty()) {
            rows.push(Row { line, fields });
        }
    }
    Ok(rows)
}
