//! Rows as a Markdown table.
//!
//! Where it can't hold everything, whole columns go, the widest first, and the caller is told
//! which. Linear in what it reads, and it reads no more than a table can show.

use std::{borrow::Cow, collections::HashMap};

use super::{cells, names};
use crate::json;

/// Characters of one cell, tried in this order until the table fits. 60 holds every id and
/// most names; 160 most sentences.
const CELL_CHARS: [usize; 2] = [160, 60];

/// Most columns. Real rows have twenty; a stranger's may have a name for each byte.
const MAX_COLUMNS: usize = 200;

/// Most members of a row that are looked at: there may be more than columns, as names repeat.
const MAX_MEMBERS: usize = 4 * MAX_COLUMNS;

/// Most cells, empty ones included: one mebibyte. A page of a hundred rows stays below it.
const MAX_CELLS: usize = 65_536;

/// Bytes that the shortest row takes, `|  |` and a line feed: more rows than that can't be shown.
const MIN_ROW_BYTES: usize = 5;

/// Columns that are named as left out, and the characters they may take together; more would be
/// a list of its own.
const MAX_NAMED: (usize, usize) = (20, 400);

/// What became of a table.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) text: String,
    /// A cell was cut.
    pub(super) cut_cells: bool,
    /// Columns that are not in the text, in words.
    pub(super) left_out: Option<String>,
    /// Rows that are in the text.
    pub(super) rows: usize,
}

/// Rows as a table of at most about `limit` characters.
pub(super) fn table<'a>(rows: impl Iterator<Item = &'a str>, limit: usize) -> Table {
    let grid = Grid::read(rows, limit / MIN_ROW_BYTES + 1);
    if grid.columns.is_empty() && !grid.ends.is_empty() {
        let (text, rows) = ("(nothing in any row)\n".to_owned(), grid.ends.len());
        return Table { text, rows, ..Table::default() };
    }
    let everything: Vec<usize> = (0..grid.columns.len()).collect();
    let mut draft = Draft::default();
    for cell_chars in CELL_CHARS {
        draft = grid.draft(&everything, cell_chars, limit);
        if draft.size <= limit {
            return draft.table(grid.left_out(&[]));
        }
    }
    // Widest columns go first: they are texts; ids, amounts and states are narrow. The first
    // column names the row and stays.
    let mut order: Vec<usize> = (1..grid.columns.len()).collect();
    order.sort_by_key(|&column| std::cmp::Reverse(draft.widths[column]));
    let mut is_gone = vec![false; grid.columns.len()];
    for column in order {
        if draft.size <= limit {
            break;
        }
        draft.size -= draft.widths[column];
        is_gone[column] = true;
    }
    let (gone, kept): (Vec<usize>, Vec<usize>) =
        everything.into_iter().partition(|&column| is_gone[column]);
    grid.draft(&kept, CELL_CHARS[1], limit).table(grid.left_out(&gone))
}

/// Values under their columns, borrowed.
#[derive(Default)]
struct Grid<'a> {
    columns: Vec<Column<'a>>,
    /// Values of the rows, one row after the other. A row is as long as there were columns when
    /// it was read.
    cells: Vec<Option<&'a str>>,
    /// Where each row ends in `cells`.
    ends: Vec<usize>,
    has_more_columns: bool,
}

struct Column<'a> {
    /// With quotes and escapes.
    written: &'a str,
    name: Cow<'a, str>,
}

impl<'a> Grid<'a> {
    fn read(rows: impl Iterator<Item = &'a str>, max_rows: usize) -> Self {
        let mut grid = Self::default();
        let mut places = HashMap::new();
        for row in rows.take(max_rows) {
            if grid.cells.len() + grid.columns.len() > MAX_CELLS {
                break;
            }
            let begin = grid.cells.len();
            grid.cells.resize(begin + grid.columns.len(), None);
            if row.starts_with('{') {
                for (position, (name, value)) in json::members(row).enumerate() {
                    if position == MAX_MEMBERS {
                        grid.has_more_columns = true;
                        break;
                    }
                    grid.put(&mut places, begin, position, name, value);
                }
            } else {
                grid.put(&mut places, begin, 0, "\"value\"", row);
            }
            grid.ends.push(grid.cells.len());
        }
        grid
    }

    /// Puts a value under its column, which is added at its first sight.
    fn put(
        &mut self,
        places: &mut HashMap<Cow<'a, str>, usize>,
        begin: usize,
        position: usize,
        written: &'a str,
        value: &'a str,
    ) {
        // Rows mostly have the same members in the same order.
        let column = match self.columns.get(position) {
            Some(column) if column.written == written => position,
            _ => {
                let name = json::said(written);
                match places.get(&name) {
                    Some(&column) => column,
                    None if self.columns.len() == MAX_COLUMNS => {
                        self.has_more_columns = true;
                        return;
                    }
                    None => {
                        places.insert(name.clone(), self.columns.len());
                        self.columns.push(Column { written, name });
                        self.cells.push(None);
                        self.columns.len() - 1
                    }
                }
            }
        };
        self.cells[begin + column] = Some(value);
    }

    /// Writes the table as far as it fits, and measures all of it.
    fn draft(&self, kept: &[usize], cell_chars: usize, limit: usize) -> Draft {
        let mut draft = Draft { widths: vec![0; self.columns.len()], ..Draft::default() };
        let text = &mut draft.text;
        for &column in kept {
            let begin = text.len();
            text.push_str("| ");
            text.push_str(&names::column_name(&self.columns[column].name));
            text.push(' ');
            draft.widths[column] += text.len() - begin + "|---".len();
        }
        text.push_str("|\n");
        text.extend(kept.iter().map(|_| "|---"));
        text.push_str("|\n");
        draft.size = text.len();
        let mut begin_of_row = 0;
        for &end_of_row in &self.ends {
            let cells = &self.cells[begin_of_row..end_of_row];
            begin_of_row = end_of_row;
            let end_of_text = text.len();
            for &column in kept {
                let begin = text.len();
                text.push_str("| ");
                if let Some(Some(value)) = cells.get(column) {
                    draft.cut_cells |= cells::write(text, value, cell_chars);
                }
                text.push(' ');
                draft.widths[column] += text.len() - begin;
            }
            text.push_str("|\n");
            draft.size += text.len() - end_of_text;
            if draft.size > limit {
                text.truncate(end_of_text);
            } else {
                draft.rows += 1;
            }
        }
        draft
    }

    /// Columns that are not in a table, in words.
    fn left_out(&self, gone: &[usize]) -> Option<String> {
        let (max_names, max_chars) = MAX_NAMED;
        let mut named = String::new();
        for (position, &column) in gone.iter().enumerate() {
            if position == max_names || named.len() > max_chars {
                named.push_str(&format!(" and {} more", gone.len() - position));
                break;
            }
            if position > 0 {
                named.push_str(", ");
            }
            named.push_str(&names::shown_name(&self.columns[column].name));
        }
        if self.has_more_columns {
            let also = if named.is_empty() { "" } else { ", and " };
            named.push_str(&format!("{also}columns beyond the first {MAX_COLUMNS}"));
        }
        (!named.is_empty()).then_some(named)
    }
}

/// A table that is tried.
#[derive(Debug, Default)]
struct Draft {
    text: String,
    /// Bytes that the whole would take.
    size: usize,
    /// Bytes of each column.
    widths: Vec<usize>,
    rows: usize,
    cut_cells: bool,
}

impl Draft {
    fn table(self, left_out: Option<String>) -> Table {
        Table { text: self.text, cut_cells: self.cut_cells, left_out, rows: self.rows }
    }
}
