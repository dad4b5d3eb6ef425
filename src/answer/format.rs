//! Rows and objects as text: tables and lines.
//!
//! The text tells the same as `data`. Where it can't hold everything, whole columns go, never
//! rows, and the caller is told which.

use std::{borrow::Cow, fmt};

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::cells;

/// Characters of one cell, tried in this order until the table fits. 60 holds every id and
/// most names; 160 most sentences.
const CELL_CHARS: [usize; 2] = [160, 60];

/// Characters of one value on a line of its own.
const LINE_CHARS: usize = 2000;

/// Characters of a member's name. Real ones are a third of it.
const MAX_NAME_CHARS: usize = 60;

/// Columns that are named as left out; more would be a list of its own.
const MAX_NAMED: usize = 20;

/// Levels of an object that get lines of their own; deeper ones stay JSON.
const MAX_LEVELS: usize = 3;

/// Members of a JSON object in their order, borrowed.
pub(super) type Members<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

/// Reads the members of an object; `None` when the value is no object.
pub(super) fn members(value: &RawValue) -> Option<Members<'_>> {
    struct MembersVisitor;
    impl<'de> Visitor<'de> for MembersVisitor {
        type Value = Members<'de>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::with_capacity(16);
            while let Some(member) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                members.push((member.0.0, member.1));
            }
            Ok(members)
        }
    }
    serde_json::Deserializer::from_str(value.get()).deserialize_map(MembersVisitor).ok()
}

/// A member's name, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// What became of a table.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) text: String,
    /// A cell was cut.
    pub(super) cut_cells: bool,
    /// Columns that are not in the text.
    pub(super) left_out: Vec<String>,
    /// Rows that are in the text.
    pub(super) rows: usize,
}

/// Rows as a Markdown table of at most about `limit` characters.
pub(super) fn table<'a>(rows: &[&'a RawValue], limit: usize) -> Table {
    let mut columns: Vec<Cow<'a, str>> = Vec::new();
    let cells: Vec<Vec<Option<&'a RawValue>>> = rows
        .iter()
        .map(|row| {
            let members = members(row).unwrap_or_else(|| vec![(Cow::Borrowed("value"), *row)]);
            line_up(&mut columns, members)
        })
        .collect();
    let mut result = Table::default();
    let mut widths = Vec::new();
    for cell_chars in CELL_CHARS {
        let everything: Vec<usize> = (0..columns.len()).collect();
        result = write_table(&columns, &everything, &cells, cell_chars, usize::MAX, &mut widths);
        if result.text.len() <= limit {
            return result;
        }
    }
    // Widest columns go first: they are texts; ids, amounts and states are narrow. The first
    // column names the row and stays.
    let mut size = result.text.len();
    let mut order: Vec<usize> = (1..columns.len()).collect();
    order.sort_by_key(|&column| std::cmp::Reverse(widths[column]));
    let mut gone = Vec::new();
    for column in order {
        if size <= limit {
            break;
        }
        size -= widths[column];
        gone.push(column);
    }
    let kept: Vec<usize> = (0..columns.len()).filter(|column| !gone.contains(column)).collect();
    result = write_table(&columns, &kept, &cells, CELL_CHARS[1], limit, &mut widths);
    gone.sort_unstable();
    result.left_out =
        gone.into_iter().take(MAX_NAMED).map(|column| name(&columns[column])).collect();
    result
}

/// Puts a row's values under their columns, adding columns at their first sight.
fn line_up<'a>(columns: &mut Vec<Cow<'a, str>>, members: Members<'a>) -> Vec<Option<&'a RawValue>> {
    let mut cells = vec![None; columns.len()];
    for (position, (name, value)) in members.into_iter().enumerate() {
        // Rows mostly have the same members in the same order.
        let column = match columns.get(position) {
            Some(column) if *column == name => position,
            _ => columns.iter().position(|column| *column == name).unwrap_or_else(|| {
                columns.push(name);
                cells.push(None);
                columns.len() - 1
            }),
        };
        cells[column] = Some(value);
    }
    cells
}

fn write_table<'a>(
    columns: &[Cow<'a, str>],
    kept: &[usize],
    rows: &[Vec<Option<&'a RawValue>>],
    cell_chars: usize,
    limit: usize,
    widths: &mut Vec<usize>,
) -> Table {
    widths.clear();
    widths.resize(columns.len(), 0);
    let mut table = Table::default();
    let text = &mut table.text;
    for &column in kept {
        let begin = text.len();
        text.push_str("| ");
        text.push_str(&name(&columns[column]));
        text.push(' ');
        widths[column] += text.len() - begin + "|---".len();
    }
    text.push_str("|\n");
    for _ in kept {
        text.push_str("|---");
    }
    text.push_str("|\n");
    for cells in rows {
        let begin_of_row = text.len();
        for &column in kept {
            let begin = text.len();
            text.push_str("| ");
            if let Some(Some(value)) = cells.get(column) {
                table.cut_cells |= cells::write(text, value, cell_chars);
            }
            text.push(' ');
            widths[column] += text.len() - begin;
        }
        text.push_str("|\n");
        // Only lists without pages get here: a page of rows fits without its wide columns.
        if text.len() > limit {
            text.truncate(begin_of_row);
            return table;
        }
        table.rows += 1;
    }
    table
}

/// A member's name on one line, as safe as a cell.
fn name(name: &str) -> String {
    let mut shown = String::with_capacity(name.len());
    cells::write_cut(&mut shown, name, MAX_NAME_CHARS);
    shown
}

/// One value as lines, `name: value`; lists of objects become tables. Returns whether something
/// was cut.
pub(super) fn lines(out: &mut String, value: &RawValue, level: usize, limit: usize) -> bool {
    let Some(members) = members(value) else {
        let cut = cells::write(out, value, LINE_CHARS);
        out.push('\n');
        return cut;
    };
    let mut cut = false;
    for (name, value) in members {
        let room = limit.saturating_sub(out.len());
        if room == 0 {
            return true;
        }
        let indent = "  ".repeat(level);
        out.push_str(&indent);
        out.push_str(&self::name(&name));
        out.push(':');
        let first = value.get().as_bytes().first();
        if first == Some(&b'{') && level + 1 < MAX_LEVELS {
            out.push('\n');
            cut |= lines(out, value, level + 1, limit);
        } else if let Some(rows) = rows_of_objects(value) {
            out.push_str(&format!(" {} rows\n\n", rows.len()));
            let table = table(&rows, room);
            out.push_str(&table.text);
            out.push('\n');
            cut |= table.cut_cells || !table.left_out.is_empty() || table.rows < rows.len();
        } else {
            out.push(' ');
            cut |= cells::write(out, value, LINE_CHARS);
            out.push('\n');
        }
    }
    cut
}

/// The elements of a list that holds objects.
fn rows_of_objects(value: &RawValue) -> Option<Vec<&RawValue>> {
    if !value.get().starts_with('[') {
        return None;
    }
    let rows: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
    rows.first()?.get().starts_with('{').then_some(rows)
}
