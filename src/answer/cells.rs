//! Single JSON values as short texts.
//!
//! Text from upstream is data: line breaks, pipes and control characters never reach a table.

use crate::json;

/// A value on one line: strings without quotes, the rest as JSON. Null is empty.
pub(super) fn write(out: &mut String, value: &str) {
    match value.as_bytes().first() {
        Some(b'n') => {}
        Some(b'"') => {
            let inside = json::inside(value);
            if memchr::memchr(b'\\', inside.as_bytes()).is_none() {
                write_text(out, inside, usize::MAX);
            } else {
                write_characters(out, json::units(inside).map(|unit| unit.says), usize::MAX);
            }
        }
        _ => write_text(out, value, usize::MAX),
    }
}

/// A text on one line, cut to `limit` characters.
pub(super) fn write_text(out: &mut String, text: &str, limit: usize) {
    // Most cells are short and clean.
    if text.len() <= limit && !text.bytes().any(|byte| byte < b' ' || byte == b'|' || byte == 0x7f)
    {
        out.push_str(text);
    } else {
        write_characters(out, text.chars(), limit);
    }
}

fn write_characters(out: &mut String, characters: impl Iterator<Item = char>, limit: usize) {
    let mut backslashes = 0;
    for (position, character) in characters.enumerate() {
        if position == limit {
            out.push('…');
            return;
        }
        let before = std::mem::replace(&mut backslashes, 0);
        match character {
            // Those in front would take our own for theirs, and the bar would end the cell.
            '|' => {
                out.extend(std::iter::repeat_n('\\', before));
                out.push_str("\\|");
            }
            '\\' => {
                backslashes = before + 1;
                out.push('\\');
            }
            character if character.is_control() => out.push(' '),
            character => out.push(character),
        }
    }
}
