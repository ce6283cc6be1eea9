//! Which two columns of a table are the coordinates.

use super::dialect::Row;
use super::number::{Cell, cell};

/// Lines before the numbers: a header, and perhaps units or a title.
const MOST_HEADER: usize = 3;

/// Names of columns that count rows, and of columns that say what a row is.
const INDICES: [&str; 9] = ["", "index", "id", "#", "row", "no", "nr", "number", "unnamed: 0"];
const LABELS: [&str; 8] = ["label", "class", "target", "category", "cluster", "group", "species", "y_true"];

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// What its header calls it; empty where there is none.
    pub name: String,
    /// Whether at least half of what it holds are numbers.
    pub numeric: bool,
}

/// A table taken apart.
pub(super) struct Columns {
    pub columns: Vec<Column>,
    /// The rows before the numbers.
    pub header: usize,
    /// Cells of the rows after the header, row by row; short rows end early.
    pub cells: Vec<Vec<Cell>>,
}

impl Columns {
    pub fn new(rows: &[Row], decimal: char) -> Self {
        let cells: Vec<Vec<Cell>> =
            rows.iter().map(|row| row.fields.iter().map(|field| cell(field, decimal)).collect()).collect();
        let number = |c: &Cell| matches!(c, Cell::Number(_));
        let words = |row: &Vec<Cell>| !row.iter().any(number) && row.contains(&Cell::Text);
        let header = cells.iter().take(MOST_HEADER).take_while(|row| words(row)).count();
        let width = cells[header..].iter().map(Vec::len).max().unwrap_or(0);
        let names = rows[..header].iter().find(|row| row.fields.len() == width);
        let columns = (0..width).map(|c| {
            let held = cells[header..].iter().filter_map(|row| row.get(c)).filter(|c| **c != Cell::Missing);
            let (numbers, all) = held.fold((0, 0), |(n, all), c| (n + usize::from(number(c)), all + 1));
            Column {
                name: names.map_or(String::new(), |row| row.fields[c].clone()),
                numeric: numbers > 0 && 2 * numbers >= all,
            }
        });
        let columns = columns.collect();
        Self { columns, header, cells: cells[header..].to_vec() }
    }

    /// The columns of numbers.
    pub fn numeric(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|&c| self.columns[c].numeric).collect()
    }

    /// The column that is called so, in any case, perhaps with a unit behind: "x", "X", "x (m)", "x [m]".
    fn called(&self, name: &str) -> Option<usize> {
        let plain = |c: &&usize| {
            let full = self.columns[**c].name.to_ascii_lowercase();
            full.split(['(', '[']).next().unwrap_or("").trim() == name
        };
        let numeric = self.numeric();
        let mut found = numeric.iter().filter(plain);
        found.next().copied().filter(|_| found.next().is_none())
    }

    /// The coordinates, where it is plain which they are: the only two columns of numbers; those called x and y; or the only two
    /// that neither count rows nor label them.
    pub fn coordinates(&self) -> Option<[usize; 2]> {
        let numeric = self.numeric();
        if let [a, b] = numeric[..] {
            return Some([a, b]);
        }
        if let (Some(x), Some(y)) = (self.called("x"), self.called("y")) {
            return Some([x, y]);
        }
        let measured: Vec<usize> =
            numeric.into_iter().filter(|&c| !self.is_index(c) && !self.is_label(c)).collect();
        measured.try_into().ok()
    }

    fn values(&self, column: usize) -> impl Iterator<Item = f64> {
        self.cells.iter().filter_map(move |row| match row.get(column) {
            Some(Cell::Number(value)) => Some(*value),
            _ => None,
        })
    }

    fn name_is(&self, column: usize, names: &[&str]) -> bool {
        names.contains(&self.columns[column].name.trim().to_ascii_lowercase().as_str())
    }

    /// Whether it counts the rows, from 0 or 1.
    fn is_index(&self, column: usize) -> bool {
        let from = self.values(column).next().unwrap_or(f64::NAN);
        let counts = self.values(column).enumerate().all(|(i, value)| value == from + i as f64);
        self.name_is(column, &INDICES) && (from == 0.0 || from == 1.0) && counts
    }

    /// Whether it is called a label and holds whole numbers.
    fn is_label(&self, column: usize) -> bool {
        self.name_is(column, &LABELS) && self.values(column).all(|value| value.fract() == 0.0)
    }

    /// The frame of each row, where this is a trajectory that the lab exported: particle, frame, t, x, y.
    pub fn frames(&self) -> Option<Vec<f64>> {
        let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        (names == ["particle", "frame", "t", "x", "y"]).then(|| self.values(1).collect())
    }
}
