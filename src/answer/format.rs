//! Objects as lines of text.
//!
//! The text tells the same as `data`. Where it can't hold everything, the caller is told.

use super::{cells, names::shown_name, table::table};
use crate::json;

/// Characters of one value on a line of its own.
const LINE_CHARS: usize = 2000;

/// Levels of an object that get lines of their own; deeper ones stay JSON.
const MAX_LEVELS: usize = 3;

/// Writes what we have to say, behind all data, each on a line of its own.
pub(super) fn notes(text: &mut String, notes: &[String]) {
    for note in notes {
        text.push_str("\nNote: ");
        text.push_str(note);
        text.push('\n');
    }
}

/// One value as lines, `name: value`; lists of objects become tables. Returns whether something
/// was cut.
pub(super) fn lines(out: &mut String, value: &str, limit: usize) -> bool {
    if value.starts_with('"') {
        // A text alone could say anything at the beginning of a line.
        out.push('"');
        let cut = cells::write(out, value, LINE_CHARS);
        out.push_str("\"\n");
        return cut;
    }
    lines_at(out, value, 0, limit)
}

fn lines_at(out: &mut String, value: &str, level: usize, limit: usize) -> bool {
    if !value.starts_with('{') {
        let cut = cells::write(out, value, LINE_CHARS);
        out.push('\n');
        return cut;
    }
    let mut cut = false;
    for (name, value) in json::members(value) {
        let room = limit.saturating_sub(out.len());
        if room == 0 {
            return true;
        }
        out.extend(std::iter::repeat_n("  ", level));
        out.push_str(&shown_name(&json::said(name)));
        out.push(':');
        if value.starts_with('{') && level + 1 < MAX_LEVELS {
            out.push('\n');
            cut |= lines_at(out, value, level + 1, limit);
        } else if holds_objects(value) {
            let rows = json::elements(value).count();
            out.push_str(&format!(" {}\n\n", row_count(rows)));
            let table = table(json::elements(value), room);
            out.push_str(&table.text);
            out.push('\n');
            cut |= table.cut_cells || table.left_out.is_some() || table.rows < rows;
        } else {
            out.push(' ');
            cut |= cells::write(out, value, LINE_CHARS);
            out.push('\n');
        }
    }
    cut
}

/// Whether it is a list whose first element is an object.
fn holds_objects(value: &str) -> bool {
    json::elements(value).next().is_some_and(|first| first.starts_with('{'))
}

/// So many rows, in words.
pub(super) fn row_count(rows: usize) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}
