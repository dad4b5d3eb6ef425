//! Objects for both readers: lines of text, and the same as JSON.
//!
//! What there is no room for is in neither, so the text is always made from the JSON.

use super::{
    cells,
    draft::Rooms,
    names::shown_name,
    shorten::{self, Cuts, STEPS},
    table::whole,
};
use crate::json;

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

/// A value as it is told.
#[derive(Debug)]
pub(super) struct FittedValue {
    pub(super) text: String,
    /// On one line.
    pub(super) json: String,
    pub(super) cuts: Cuts,
}

/// Fits a value into the rooms.
pub(super) fn fit(value: &str, rooms: Rooms) -> FittedValue {
    if value.len() <= rooms.json
        && let Some(text) = lines(value, rooms.text)
    {
        let mut json = String::with_capacity(value.len());
        shorten::push_on_one_line(&mut json, value);
        return FittedValue { text, json, cuts: Cuts::default() };
    }
    for step in STEPS {
        if let Some((json, cuts)) = shorten::all(value, step, rooms.json)
            && let Some(text) = lines(&json, rooms.text)
        {
            return FittedValue { text, json, cuts };
        }
    }
    let mut room = rooms.json;
    loop {
        let (json, cuts) = shorten::beginning(value, room);
        match lines(&json, rooms.text) {
            Some(text) => return FittedValue { text, json, cuts },
            None if room == 0 => return FittedValue { text: String::new(), json, cuts },
            None => room /= 2,
        }
    }
}

/// One value as lines, `name: value`; lists of objects become tables. Nothing where that takes
/// more than `limit` bytes.
fn lines(value: &str, limit: usize) -> Option<String> {
    let mut out = String::new();
    if value.starts_with('"') {
        // A text alone could say anything at the beginning of a line.
        out.push('"');
        cells::write(&mut out, value);
        out.push_str("\"\n");
    } else {
        lines_at(&mut out, value, 0, limit)?;
    }
    if out.trim().is_empty() {
        // Some clients refuse a text of nothing but line breaks.
        out = "{}\n".to_owned();
    }
    (out.len() <= limit).then_some(out)
}

fn lines_at(out: &mut String, value: &str, level: usize, limit: usize) -> Option<()> {
    if !value.starts_with('{') {
        cells::write(out, value);
        out.push('\n');
        return Some(());
    }
    for (name, value) in json::members(value) {
        let room = limit.checked_sub(out.len())?;
        out.extend(std::iter::repeat_n("  ", level));
        out.push_str(&shown_name(&json::said(name)));
        out.push(':');
        if value.starts_with('{') && level + 1 < MAX_LEVELS {
            out.push('\n');
            lines_at(out, value, level + 1, limit)?;
        } else if let Some(table) = table(value, room) {
            out.push_str(&format!(" {}\n\n", row_count(json::elements(value).count())));
            out.push_str(&table);
            out.push('\n');
        } else {
            out.push(' ');
            cells::write(out, value);
            out.push('\n');
        }
    }
    Some(())
}

/// A list of objects as a table, unless that is much longer than the list: one whose elements
/// have little in common.
fn table(value: &str, limit: usize) -> Option<String> {
    json::elements(value).next().filter(|first| first.starts_with('{'))?;
    whole(json::elements(value), limit.min(value.len().saturating_mul(2) + 100))
}

/// So many rows, in words.
pub(super) fn row_count(rows: usize) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}
