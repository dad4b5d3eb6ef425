//! Cells of comma-separated values, as spreadsheets and parsers read them (RFC 4180).
//!
//! A row is a line: breaks inside a cell become spaces, so that no cell can pose as a line of
//! ours. Not for which cells there are; `draft` knows.

use super::names::MAX_NAME_CHARS;
use crate::json;

/// Ends a row: what RFC 4180 has beside CR LF in practice, and half as long in JSON.
pub(super) const ROW_END: char = '\n';

/// What parts cells for spreadsheets whose decimals have a comma.
const OTHER_SEPARATOR: char = ';';

/// Parts cells.
pub(super) const SEPARATOR: char = ',';

/// Cells that don't say exactly what came.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Changed {
    /// Begin like a formula, and have an apostrophe in front.
    formulas: usize,
    /// Had breaks or control characters, which are spaces now.
    breaks: usize,
}

impl Changed {
    /// Sentences for whoever reads the answer.
    pub(super) fn notes(self) -> impl Iterator<Item = String> {
        let formulas = (self.formulas > 0).then(|| {
            format!(
                "In {} a text begins like a spreadsheet formula: an apostrophe stands in front.",
                cells_of(self.formulas)
            )
        });
        let breaks = (self.breaks > 0).then(|| {
            format!("In {} line breaks are spaces: a row is a line.", cells_of(self.breaks))
        });
        formulas.into_iter().chain(breaks)
    }
}

fn cells_of(count: usize) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}

/// Writes one JSON value as a cell. Null is empty; lists and objects are JSON. The first cell of
/// a row begins a line, as sentences of ours do.
pub(super) fn write(out: &mut String, value: &str, is_first: bool, changed: &mut Changed) {
    match value.as_bytes().first() {
        None | Some(b'n') => {}
        Some(b'"') => write_text(out, &json::said(value), is_first, changed),
        _ => quoted(out, value, is_first),
    }
}

fn write_text(out: &mut String, text: &str, is_first: bool, changed: &mut Changed) {
    let mut plain = text;
    let one_line: String;
    if text.contains(is_break) {
        changed.breaks += 1;
        one_line = text.replace(is_break, " ");
        plain = &one_line;
    }
    // Spreadsheets of many countries part cells at a semicolon, whatever stands around it.
    let parts = plain.split(OTHER_SEPARATOR);
    if !parts.clone().any(is_formula) {
        return quoted(out, plain, is_first);
    }
    changed.formulas += 1;
    let harmless = |part: &str| {
        if is_formula(part) { format!("'{part}") } else { part.to_owned() }
    };
    let all: Vec<String> = parts.map(harmless).collect();
    quoted(out, &all.join(";"), is_first);
}

/// A space in front of the sign helps nobody: spreadsheets trim.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches(|it: char| it.is_whitespace() || it == '"')
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        && !is_number(text)
}

fn is_break(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// A number as people write it: digits with signs and separators alone compute nothing.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let has_digit_first = unsigned.starts_with(|it: char| it.is_ascii_digit());
    has_digit_first && unsigned.bytes().all(|byte| byte.is_ascii_digit() || b".,".contains(&byte))
}

/// In quotes where it must be, and in front of a line wherever it could be read as a sentence.
fn quoted(out: &mut String, text: &str, is_first: bool) {
    let is_plain = !text.contains([SEPARATOR, '"'])
        && text.trim().len() == text.len()
        && !(is_first && text.contains([' ', ':', '`']));
    if is_plain {
        return out.push_str(text);
    }
    out.push('"');
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

/// The same text between the quotes of a JSON string.
pub(super) fn push_escaped(out: &mut String, text: &str) {
    let string = serde_json::to_string(text).expect("a text becomes JSON");
    out.push_str(json::inside(&string));
}

/// A column's name: no longer than a table shows it.
pub(super) fn write_name(out: &mut String, name: &str, is_first: bool, changed: &mut Changed) {
    let mut shown: String = name.chars().take(MAX_NAME_CHARS).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    write_text(out, &shown, is_first, changed);
}

#[cfg(test)]
mod tests;
