//! Rows for both readers: a Markdown table, and the same cells as JSON.
//!
//! Where there is no room for everything, long cells are shortened, then whole columns go, the
//! widest first, then rows where the caller can give them later. Amounts of money stay.

use super::{
    csv::Changed,
    draft::{Draft, Rooms, Rules},
    grid::{Grid, MAX_COLUMNS},
    names,
    shorten::{self, Cuts, LAST, STEPS, push_on_one_line},
};
use crate::catalog::RowFormat;

/// Steps by which cells are shortened before a column goes.
const BEFORE_COLUMNS: usize = 3;

/// Bytes that the shortest row takes, `{},`: more rows than that can't be shown.
const MIN_ROW_BYTES: usize = 3;

/// Columns that are named as left out, and the characters they may take together; more would be
/// a list of its own.
const MAX_NAMED: (usize, usize) = (20, 400);

/// Rows as they are told.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) text: String,
    /// Rows with commas between them, on one line; of csv the inside of a string.
    pub(super) json: String,
    /// Rows that are in both: the first ones.
    pub(super) rows: usize,
    pub(super) cuts: Cuts,
    pub(super) changed: Changed,
    /// Columns that are in neither, in words.
    pub(super) left_out: Option<String>,
}

/// Fits rows into the rooms.
pub(super) fn fit(rows: &[&str], rooms: Rooms, rules: Rules<'_>) -> Table {
    let grid = Grid::read(rows.iter().copied(), rooms.json.min(rooms.text) / MIN_ROW_BYTES + 1);
    if grid.columns.is_empty() {
        return of_nothing(grid.row_count(), rooms, rules.format);
    }
    if rules.format == RowFormat::Csv {
        let draft = grid.draft(&grid.everything(), None, rooms, rules);
        if !grid.has_more_columns && draft.rows == rows.len() {
            return draft.table(None);
        }
    }
    let sizes = rows.iter().map(|row| row.len() + 1);
    if rules.format == RowFormat::Rows
        && !grid.has_more_columns
        && grid.row_count() == rows.len()
        && sizes.sum::<usize>() <= rooms.json
    {
        let mut draft = grid.draft(&grid.everything(), None, rooms, rules);
        if draft.rows == rows.len() {
            for (position, row) in rows.iter().enumerate() {
                if position > 0 {
                    draft.json.push(',');
                }
                push_on_one_line(&mut draft.json, row);
            }
            return draft.table(None);
        }
    }
    let table = grid.reduced(rows.len(), rooms, rules);
    if table.rows > 0 || rows.is_empty() {
        return table;
    }
    // Not even one row: its beginning at least, or a cursor would come back to it for ever.
    let mut room = rooms.json;
    loop {
        let (row, cuts) = shorten::beginning(rows[0], room);
        if rules.format == RowFormat::Csv {
            let grid = Grid::read(std::iter::once(row.as_str()), 1);
            let draft = grid.draft(&grid.everything(), None, rooms, rules);
            if draft.rows == 1 {
                return Table { cuts, ..draft.table(None) };
            }
        } else if let Some(text) = whole(std::iter::once(row.as_str()), rooms.text) {
            return Table { text, json: row, rows: 1, cuts, ..Table::default() };
        }
        if room == 0 {
            return Table::default();
        }
        room /= 2;
    }
}

/// All of the rows as a table of at most `limit` bytes, or nothing.
pub(super) fn whole<'a>(
    rows: impl Iterator<Item = &'a str> + Clone,
    limit: usize,
) -> Option<String> {
    let count = rows.clone().take(limit + 1).count();
    let grid = Grid::read(rows, count);
    if grid.has_more_columns || grid.row_count() < count {
        return None;
    }
    let rooms = Rooms { text: limit, json: usize::MAX };
    if grid.columns.is_empty() {
        return Some(of_nothing(count, rooms, RowFormat::Rows).text);
    }
    let rules = Rules {
        whole: &[],
        rows_may_go: false,
        are_asked_for: false,
        columns_may_go: false,
        format: RowFormat::Rows,
    };
    let draft = grid.draft(&grid.everything(), None, rooms, rules);
    (draft.rows == count).then_some(draft.text)
}

/// Rows without members.
fn of_nothing(rows: usize, rooms: Rooms, format: RowFormat) -> Table {
    let rows = rows.min(rooms.json / MIN_ROW_BYTES);
    if format == RowFormat::Csv {
        // Lines without cells.
        let (text, json) = ("\n".repeat(rows), "\\n".repeat(rows));
        return Table { text, json, rows, ..Table::default() };
    }
    let json = vec!["{}"; rows].join(",");
    Table { text: "(nothing in any row)\n".to_owned(), json, rows, ..Table::default() }
}

/// Why a column stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stays {
    /// It may go.
    No,
    /// It looks like money, or was asked for.
    IfItCan,
    /// It is money, or what names a row.
    Always,
}

impl Grid<'_> {
    fn everything(&self) -> Vec<usize> {
        (0..self.columns.len()).collect()
    }

    fn stays(&self, column: usize, rules: Rules<'_>) -> Stays {
        let is_of_all_rows = column == 0 || self.columns[column].has_bare_rows;
        if is_of_all_rows || self.is_whole(column, rules) {
            Stays::Always
        } else if self.columns[column].has_amounts || rules.are_asked_for {
            Stays::IfItCan
        } else {
            Stays::No
        }
    }

    /// The table for `count` rows, of which not all may have been read, made smaller until it
    /// fits.
    fn reduced(&self, count: usize, rooms: Rooms, rules: Rules<'_>) -> Table {
        let everything = self.everything();
        let mut draft = Draft { longest: usize::MAX, ..Draft::default() };
        for step in &STEPS[..BEFORE_COLUMNS] {
            // Nothing is longer than what this step keeps.
            if draft.longest <= step.chars {
                continue;
            }
            draft = self.draft(&everything, Some(*step), rooms, rules);
            if draft.rows == count {
                return draft.table(self.left_out(&[]));
            }
        }
        let step = STEPS[BEFORE_COLUMNS - 1];
        let is_all = self.row_count() == count && rules.columns_may_go;
        let kept = self.narrowed(&draft, Stays::IfItCan, rooms, rules);
        if is_all && draft.would_fit(&kept, rooms) {
            return self.draft(&kept, Some(step), rooms, rules).table(self.left_out(&kept));
        }
        // Rows must go: then the others keep their columns.
        if rules.rows_may_go && draft.rows > 0 {
            return draft.table(self.left_out(&[]));
        }
        for stays in [Stays::IfItCan, Stays::Always] {
            for step in &STEPS[BEFORE_COLUMNS..] {
                let draft = self.draft(&everything, Some(*step), rooms, rules);
                let kept = self.narrowed(&draft, stays, rooms, rules);
                let draft = self.draft(&kept, Some(*step), rooms, rules);
                let is_last = stays == Stays::Always && step.chars == LAST.chars;
                if is_last || draft.rows == count || (rules.rows_may_go && draft.rows > 0) {
                    return draft.table(self.left_out(&kept));
                }
            }
        }
        Table::default()
    }

    /// The columns that are left when the widest go until the rest fits, but those that stay.
    fn narrowed(&self, draft: &Draft, stays: Stays, rooms: Rooms, rules: Rules<'_>) -> Vec<usize> {
        let mut kept = self.everything();
        let may_go = |column: &usize| self.stays(*column, rules) < stays;
        let mut order: Vec<usize> = kept.iter().copied().filter(may_go).collect();
        order.sort_by_key(|&column| {
            let (text, json) = draft.widths[column];
            (self.stays(column, rules), std::cmp::Reverse(text + json))
        });
        let (mut text, mut json) = (draft.text_size, draft.json_size);
        let mut is_gone = vec![false; self.columns.len()];
        for column in order {
            if text <= rooms.text && json <= rooms.json {
                break;
            }
            text -= draft.widths[column].0;
            json -= draft.widths[column].1;
            is_gone[column] = true;
        }
        kept.retain(|&column| !is_gone[column]);
        kept
    }

    /// Columns that are not among the kept ones, in words; none are kept where all are.
    fn left_out(&self, kept: &[usize]) -> Option<String> {
        let mut is_kept = vec![kept.is_empty(); self.columns.len()];
        for &column in kept {
            is_kept[column] = true;
        }
        let gone: Vec<usize> =
            self.everything().into_iter().filter(|&column| !is_kept[column]).collect();
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

impl Draft {
    fn table(self, left_out: Option<String>) -> Table {
        let Self { text, json, rows, cuts, changed, .. } = self;
        Table { text, json, rows, cuts, changed, left_out }
    }
}
