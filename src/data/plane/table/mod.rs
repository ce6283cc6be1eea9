//! A table of measurements as points of the plane.

mod columns;
mod dialect;
mod encoding;
mod number;

pub use columns::Column;
pub use encoding::MOST_BYTES;

use super::PointSet;
use crate::error::{Error, Result};
use crate::points::Point;
use crate::rng::{Rng, Stream};
use columns::Columns;
use dialect::Row;
use number::Cell;

/// The root of the mean squared distance from the center that a table is scaled to.
const RADIUS: f64 = 2.5;

/// The fewest rows of a table.
const FEWEST: usize = 3;

/// A table's points, centered and scaled: a row is `center` + `scale` × its point.
#[derive(Debug, Clone, PartialEq)]
pub struct CsvPoints {
    /// The points, in the order of their rows.
    pub points: PointSet,
    /// Rows with two numbers; at most 2,000 of them are points.
    pub rows: usize,
    /// Mean of all rows, in the table's units.
    pub center: [f64; 2],
    /// The table's units to one unit of the plane, the same for both columns.
    pub scale: f64,
    /// All columns of the table.
    pub columns: Vec<Column>,
    /// The two that were used, from 0.
    pub used: [usize; 2],
    /// What was decided on the way, in sentences; empty where nothing was.
    pub note: String,
}

/// What a table gives: its points, or the choice of two columns where it is not plain which are the coordinates.
#[derive(Debug, Clone, PartialEq)]
pub enum Table {
    /// The points of two columns.
    Points(CsvPoints),
    /// More than two columns could be the coordinates: two of those that are `numeric` must be chosen.
    Choose(Vec<Column>),
}

/// Reads two columns of numbers, `columns` (from 0) where it is given.
///
/// - Text in UTF-8 or UTF-16. Fields are separated by tabs, semicolons, commas, bars or spaces, the decimal mark is a point or a
///   comma: what reads most of the first 64 lines as numbers, or what a first line `sep=;` tells. Fields may be quoted. Empty lines and
///   those that begin with `#` are skipped.
/// - Up to three first lines without any number are a header (with units, a title).
/// - Without `columns`: the only two columns of numbers; else those called x and y; else the only two besides row
///   numbers and labels; else the choice is the caller's ([`Table::Choose`]).
/// - Rows without a value in one of the two (empty, NA, NaN and the like) are left out, and counted in the note.
/// - Of a trajectory that the lab exported, the last frame is read.
/// - The mean of all rows is subtracted; then all are divided by one scale, so that their root mean squared
///   distance from 0 is 2.5, or less where the farthest point would not fit into [−6, 6]².
/// - Of more than 2,000 rows, 2,000 are kept, drawn with a fixed seed.
///
/// Errors name the line, on anything but finite numbers, fewer than 3 rows, or rows that are all the same; and where the file is no
/// text or larger than 64 MiB.
pub fn read_csv(bytes: &[u8], columns: Option<[usize; 2]>) -> Result<Table> {
    let text = encoding::decode(bytes)?;
    let (rows, decimal) = dialect::rows(&text)?;
    let table = Columns::new(&rows, decimal);
    let data = &rows[table.header..];
    if rows.len() > 1 && table.numeric().len() < 2 {
        let row = data.first().unwrap_or(&rows[1]);
        return Err(Error::data(format!("line {} needs two numbers; it is {}", row.line, shown(row))));
    }
    if data.len() < 2 {
        return Err(Error::data(format!("the table has {} rows; at least {FEWEST} are needed", data.len())));
    }
    let Some(used) = columns.or_else(|| table.coordinates()) else { return Ok(Table::Choose(table.columns)) };
    if used[0] == used[1] || used.iter().any(|&c| table.columns.get(c).is_none_or(|column| !column.numeric)) {
        return Err(Error::data(format!(
            "choose two different columns of numbers, not {} and {}",
            used[0] + 1,
            used[1] + 1
        )));
    }
    let mut notes = Vec::new();
    match table.header {
        0 => {}
        1 => notes.push(format!("Line {} is taken as a header.", rows[0].line)),
        n => notes.push(format!("Lines {} to {} are taken as a header.", rows[0].line, rows[n - 1].line)),
    }
    if decimal == ',' {
        notes.push("Commas are read as decimal marks.".into());
    }
    if table.columns.len() > 2 {
        let name = |c: usize| match table.columns[c].name.as_str() {
            "" => (c + 1).to_string(),
            name => format!("{} ({})", c + 1, short(name)),
        };
        notes.push(format!(
            "Of {} columns, {} and {} are used.",
            table.columns.len(),
            name(used[0]),
            name(used[1])
        ));
    }
    let last = table.frames().map(|frames| (frames.iter().fold(f64::MIN, |most, f| most.max(*f)), frames));
    if let Some((last, _)) = &last {
        notes.push(format!("Of the trajectory, frame {last}, the last, is used."));
    }
    let (mut values, mut missing) = (Vec::with_capacity(data.len()), 0);
    for (i, row) in data.iter().enumerate() {
        if last.as_ref().is_some_and(|(last, frames)| frames.get(i) != Some(last)) {
            continue;
        }
        match used.map(|c| number(row, table.cells[i].get(c).copied(), c)) {
            [Ok(Some(a)), Ok(Some(b))] => values.push([a, b]),
            [Err(e), _] | [_, Err(e)] => return Err(e),
            _ => missing += 1,
        }
    }
    match missing {
        0 => {}
        1 => notes.push("1 row without a value is left out.".into()),
        n => notes.push(format!("{n} rows without a value are left out.")),
    }
    normalized(&values, table.columns, used, notes).map(Table::Points)
}

/// The number in a column of a row, `None` where it is missing.
fn number(row: &Row, cell: Option<Cell>, column: usize) -> Result<Option<f64>> {
    let (line, place) = (row.line, column + 1);
    match cell.unwrap_or(Cell::Missing) {
        Cell::Missing => Ok(None),
        Cell::Number(value) if value.is_finite() => Ok(Some(value)),
        Cell::Number(_) => {
            let field = short(&row.fields[column]);
            Err(Error::data(format!("line {line}: {field} in column {place} is not a finite number")))
        }
        Cell::Text => {
            let field = &row.fields[column];
            let hint = if field.contains('\n') { " (is a quote not closed?)" } else { "" };
            Err(Error::data(format!(
                "line {line}: {:?} in column {place} is not a number{hint}",
                short(field)
            )))
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

fn normalized(
    rows: &[[f64; 2]],
    columns: Vec<Column>,
    used: [usize; 2],
    mut notes: Vec<String>,
) -> Result<CsvPoints> {
    let count = rows.len();
    if count < FEWEST {
        return Err(Error::data(format!("the table has {count} rows; at least {FEWEST} are needed")));
    }
    let center = [0, 1].map(|k| rows.iter().map(|row| row[k] / count as f64).sum::<f64>());
    let offsets: Vec<[f64; 2]> = rows.iter().map(|r| [r[0] - center[0], r[1] - center[1]]).collect();
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
    let points = PointSet::new(points)?;
    Ok(CsvPoints { points, rows: count, center, scale, columns, used, note: notes.join(" ") })
}
