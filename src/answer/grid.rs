//! Rows read into columns, borrowed.
//!
//! Not for how they look. Linear in what it reads, and it reads no more than can be shown.

use std::{borrow::Cow, collections::HashMap};

use crate::json;

/// Most columns. Real rows have twenty; a stranger's may have a name for each byte.
pub(super) const MAX_COLUMNS: usize = 200;

/// Most members of a row that are looked at: there may be more than columns, as names repeat.
const MAX_MEMBERS: usize = 4 * MAX_COLUMNS;

/// Most cells, empty ones included: one mebibyte. A page of a hundred rows stays below it.
const MAX_CELLS: usize = 65_536;

/// Longest text that may be an amount: `"-1,234,567,890.12"`.
const AMOUNT_BYTES: usize = 32;

/// Values under their columns.
#[derive(Default)]
pub(super) struct Grid<'a> {
    pub(super) columns: Vec<Column<'a>>,
    /// Values of the rows, one row after the other. A row is as long as there were columns when
    /// it was read.
    cells: Vec<Option<&'a str>>,
    /// Where each row ends in `cells`, and whether it is an object.
    ends: Vec<(usize, bool)>,
    /// There are columns, or members of a row, beyond what is read.
    pub(super) has_more_columns: bool,
}

pub(super) struct Column<'a> {
    /// With quotes and escapes.
    pub(super) written: &'a str,
    pub(super) name: Cow<'a, str>,
    /// Some value looks like an amount of money: a number with decimals.
    pub(super) has_amounts: bool,
    /// Some row is no object: this is its value.
    pub(super) has_bare_rows: bool,
}

/// One row. It may be shorter than there are columns.
pub(super) struct Row<'g, 'a> {
    pub(super) cells: &'g [Option<&'a str>],
    pub(super) is_object: bool,
}

impl<'a> Grid<'a> {
    /// Reads as many of the rows as there is room for.
    pub(super) fn read(rows: impl Iterator<Item = &'a str>, max_rows: usize) -> Self {
        let mut grid = Self::default();
        let mut places = HashMap::new();
        for row in rows.take(max_rows) {
            if grid.cells.len() + grid.columns.len() > MAX_CELLS {
                break;
            }
            let begin = grid.cells.len();
            grid.cells.resize(begin + grid.columns.len(), None);
            let is_object = row.starts_with('{');
            if is_object {
                for (position, (name, value)) in json::members(row).enumerate() {
                    if position == MAX_MEMBERS {
                        grid.has_more_columns = true;
                        break;
                    }
                    grid.put(&mut places, begin, position, name, value);
                }
            } else if let Some(column) = grid.put(&mut places, begin, 0, "\"value\"", row) {
                grid.columns[column].has_bare_rows = true;
            }
            grid.ends.push((grid.cells.len(), is_object));
        }
        grid
    }

    pub(super) fn row_count(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_, 'a>> {
        let mut begin = 0;
        self.ends.iter().map(move |&(end, is_object)| {
            let cells = &self.cells[begin..end];
            begin = end;
            Row { cells, is_object }
        })
    }

    /// Puts a value under its column, which is added at its first sight.
    fn put(
        &mut self,
        places: &mut HashMap<Cow<'a, str>, usize>,
        begin: usize,
        position: usize,
        written: &'a str,
        value: &'a str,
    ) -> Option<usize> {
        // Rows mostly have the same members in the same order.
        let column = match self.columns.get(position) {
            Some(column) if column.written == written => position,
            _ => {
                let name = json::said(written);
                match places.get(&name) {
                    Some(&column) => column,
                    None if self.columns.len() == MAX_COLUMNS => {
                        self.has_more_columns = true;
                        return None;
                    }
                    None => {
                        places.insert(name.clone(), self.columns.len());
                        let (has_amounts, has_bare_rows) = (false, false);
                        self.columns.push(Column { written, name, has_amounts, has_bare_rows });
                        self.cells.push(None);
                        self.columns.len() - 1
                    }
                }
            }
        };
        self.cells[begin + column] = Some(value);
        let has_amounts = &mut self.columns[column].has_amounts;
        *has_amounts = *has_amounts || is_like_an_amount(value);
        Some(column)
    }
}

/// Whether it is a number with decimals, or a text that is nothing else.
fn is_like_an_amount(value: &str) -> bool {
    let inside = match value.as_bytes().first() {
        Some(b'-' | b'0'..=b'9') => value,
        Some(b'"') if value.len() <= AMOUNT_BYTES => json::inside(value),
        _ => return false,
    };
    let mut has_point = false;
    let is_number = inside.bytes().all(|byte| {
        has_point |= byte == b'.';
        byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-' | b'+' | b'e' | b'E')
    });
    is_number && has_point
}
