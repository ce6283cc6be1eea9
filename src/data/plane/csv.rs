//! A table of measurements as points of the plane.

use super::PointSet;
use crate::error::{Error, Result};
use crate::points::Point;
use crate::rng::{Rng, Stream};
use csv::{ReaderBuilder, Trim};

/// The root of the mean squared distance from the centre that a table is scaled to.
const RADIUS: f64 = 2.5;

/// The fewest rows of a table.
const FEWEST: usize = 3;

/// A table's points, centred and scaled: a row is `centre` + `scale` × its point.
#[derive(Debug, Clone, PartialEq)]
pub struct CsvPoints {
    /// The points, in the order of their rows.
    pub points: PointSet,
    /// Rows that the table has, without a header; at most 2,000 of them are points.
    pub rows: usize,
    /// Mean of all rows, in the table's units.
    pub centre: [f64; 2],
    /// The table's units to one unit of the plane, the same for both columns.
    pub scale: f64,
    /// What was decided on the way, in sentences; empty where nothing was.
    pub note: String,
}

struct Row {
    line: usize,
    fields: Vec<String>,
}

/// Reads two columns of numbers.
///
/// - Fields are separated by tabs, semicolons, commas or spaces: the first of these that the second line has.
///   They may be quoted. Empty lines and those that begin with `#` are skipped.
/// - A first line without numbers in the columns used is a header.
/// - Of more than two columns, the first two that hold numbers in the second line are used.
/// - The mean of all rows is subtracted; then all are divided by one scale, so that their root mean squared
///   distance from 0 is 2.5, or less where the farthest point would not fit into [−6, 6]².
/// - Of more than 2,000 rows, 2,000 are kept, drawn with a fixed seed.
///
/// Errors name the line, on anything but finite numbers, fewer than 3 rows, or rows that are all the same.
pub fn read_csv(text: &str) -> Result<CsvPoints> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let rows = rows(&text)?;
    let Some(second) = rows.get(1) else {
        return Err(Error::data(format!("the table has {} rows; at least {FEWEST} are needed", rows.len())));
    };
    let numeric = |row: &Row, column: usize| row.fields.get(column).is_some_and(|f| f.parse::<f64>().is_ok());
    let columns: Vec<usize> = (0..second.fields.len()).filter(|&c| numeric(second, c)).take(2).collect();
    let &[a, b] = columns.as_slice() else {
        return Err(Error::data(format!("line {} needs two numbers; it is {}", second.line, shown(second))));
    };
    let header = !numeric(&rows[0], a) && !numeric(&rows[0], b);
    let data = &rows[usize::from(header)..];
    let values = data
        .iter()
        .map(|row| Ok([number(row, a, [a, b])?, number(row, b, [a, b])?]))
        .collect::<Result<Vec<[f64; 2]>>>()?;
    let mut notes = Vec::new();
    if header {
        notes.push(format!("Line {} is taken as a header.", rows[0].line));
    }
    if second.fields.len() > 2 {
        let named = header && rows[0].fields.len() == second.fields.len();
        let name = |c: usize| match named && !rows[0].fields[c].is_empty() {
            true => format!("{} ({})", c + 1, short(&rows[0].fields[c])),
            false => (c + 1).to_string(),
        };
        notes.push(format!("Of {} columns, {} and {} are used.", second.fields.len(), name(a), name(b)));
    }
    normalised(&values, notes)
}

/// The rows that hold something.
fn rows(text: &str) -> Result<Vec<Row>> {
    let idle = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let mut lines = text.split('\n').filter(|line| !idle(line));
    let first = lines.next().ok_or_else(|| Error::data("the table is empty"))?;
    let line = lines.next().unwrap_or(first);
    let separator = separator(line).ok_or_else(|| {
        Error::data(format!(
            "two columns are needed, separated by commas, semicolons, tabs or spaces, not {line:?}"
        ))
    })?;
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| Error::data(format!("the table cannot be read: {e}")))?;
        // The reader's position is before the empty lines and comments that it skips.
        let (byte, before) = record.position().map_or((0, 1), |p| (p.byte() as usize, p.line() as usize));
        let line = before + text[byte..].split('\n').take_while(idle).count();
        // Several spaces separate like one; a quote after a space is not seen as one by the reader.
        let fields = record.iter().filter(|f| separator != b' ' || !f.is_empty());
        let fields: Vec<String> = fields.map(|f| f.trim_matches(['"', ' ']).to_string()).collect();
        let comment = fields.first().is_some_and(|f| f.starts_with('#'));
        if !comment && fields.iter().any(|f| !f.is_empty()) {
            rows.push(Row { line, fields });
        }
    }
    Ok(rows)
}

/// What separates the fields of a line. Semicolons go before commas, which may be decimal ones.
fn separator(line: &str) -> Option<u8> {
    let bare: String = line.trim().split('"').step_by(2).collect();
    [b'\t', b';', b',', b' '].into_iter().find(|&s| bare.contains(char::from(s)))
}

/// The number in a column of a row; both columns are needed.
fn number(row: &Row, column: usize, columns: [usize; 2]) -> Result<f64> {
    let line = row.line;
    let Some(field) = row.fields.get(column) else {
        let [a, b] = columns.map(|c| c + 1);
        return Err(Error::data(format!("line {line} lacks column {a} or {b}; it is {}", shown(row))));
    };
    match field.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => {
            Err(Error::data(format!("line {line}: {field} in column {} is not a finite number", column + 1)))
        }
        Err(_) => {
            let hint = match field {
                f if f.contains('\n') => " (is a quote not closed?)",
                f if f.contains(',') => " (write decimals with a point)",
                _ => "",
            };
            let field = short(field);
            Err(Error::data(format!("line {line}: {field:?} in column {} is not a number{hint}", column + 1)))
        }
    }
}

fn shown(row: &Row) -> String {
    format!("{:?}", short(&row.fields.join(" | ")))
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn normalised(rows: &[[f64; 2]], mut notes: Vec<String>) -> Result<CsvPoints> {
    let count = rows.len();
    if count < FEWEST {
        return Err(Error::data(format!("the table has {count} rows; at least {FEWEST} are needed")));
    }
    let centre = [0, 1].map(|k| rows.iter().map(|row| row[k] / count as f64).sum::<f64>());
    let offsets: Vec<[f64; 2]> = rows.iter().map(|r| [r[0] - centre[0], r[1] - centre[1]]).collect();
    let farthest = offsets.as_flattened().iter().fold(0f64, |most, v| most.max(v.abs()));
    if farthest == 0.0 || rows.iter().all(|row| row == &rows[0]) {
        return Err(Error::data("all rows are the same point: there is nothing to learn"));
    }
    // Of ratios, because squares of very large or small numbers are not finite or 0.
    let mean = offsets.as_flattened().iter().map(|v| (v / farthest).powi(2)).sum::<f64>() / count as f64;
    let (spread, fit) = (farthest * mean.sqrt() / RADIUS, farthest / f64::from(PointSet::HALF));
    let scale = spread.max(fit);
    if !scale.is_normal() {
        return Err(Error::data("the numbers are too large or too close together to be scaled"));
    }
    if fit > spread {
        notes.push("The scale is set by the farthest row.".into());
    }
    let mut kept: Vec<usize> = (0..count).collect();
    if count > PointSet::MOST {
        let mut rng = Rng::new(0, Stream::Data);
        for i in 0..PointSet::MOST {
            kept.swap(i, i + rng.index(count - i));
        }
        kept.truncate(PointSet::MOST);
        kept.sort_unstable();
        notes.push(format!("{} of {count} rows are kept, drawn with a fixed seed.", kept.len()));
    }
    let points: Vec<Point> = kept.iter().map(|&i| offsets[i].map(|v| (v / scale) as f32)).collect();
    Ok(CsvPoints { points: PointSet::new(points)?, rows: count, centre, scale, note: notes.join(" ") })
}
