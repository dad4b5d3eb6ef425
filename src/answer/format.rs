//! Objects as lines of text, and names of members as they stand in it.
//!
//! The text tells the same as `data`. Where it can't hold everything, the caller is told.

use super::{cells, table::table};
use crate::{json, text};

/// Characters of one value on a line of its own.
const LINE_CHARS: usize = 2000;

/// Characters of a member's name. Real ones are a third of it.
const MAX_NAME_CHARS: usize = 60;

/// Levels of an object that get lines of their own; deeper ones stay JSON.
const MAX_LEVELS: usize = 3;

/// What begins each line that is ours. No line of data may begin so.
const NOTE: &str = "Note";

/// Writes what we have to say, behind all data, each on a line of its own.
pub(super) fn notes(text: &mut String, notes: &[String]) {
    for note in notes {
        text.push_str("\nNote: ");
        text.push_str(note);
        text.push('\n');
    }
}

/// A member's name in a table's head, as safe as a cell.
pub(super) fn column_name(name: &str) -> String {
    let mut shown = String::with_capacity(name.len().min(MAX_NAME_CHARS * 4));
    cells::write_cut(&mut shown, name, MAX_NAME_CHARS);
    shown
}

/// A member's name in a sentence of ours, or in front of its value: in quotes where it is no
/// plain word, or one that we begin lines with. So no name can speak for us.
pub(super) fn name(name: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.@$".contains(&byte);
    let shown = column_name(name);
    if shown.bytes().all(is_plain) && !shown.is_empty() && !shown.eq_ignore_ascii_case(NOTE) {
        shown
    } else {
        text::quoted(&shown)
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
        out.push_str(&self::name(&json::said(name)));
        out.push(':');
        if value.starts_with('{') && level + 1 < MAX_LEVELS {
            out.push('\n');
            cut |= lines_at(out, value, level + 1, limit);
        } else if holds_objects(value) {
            let rows = json::elements(value).count();
            out.push_str(&format!(" {rows} rows\n\n"));
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
